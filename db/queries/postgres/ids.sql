-- Queries about many ids, which come as an array. SQLite has none, and takes JSON.

-- name: FilesWithIDs :many
SELECT * FROM files WHERE id = ANY(@ids::TEXT[]);

-- DeleteFiles returns the ids of the files it deleted. It locks the rows by id, so
-- that two deletions of the same files do not deadlock. SQLite has one writer anyway.
-- name: DeleteFiles :many
DELETE FROM files
WHERE id IN (SELECT f.id FROM files AS f WHERE f.id = ANY(@ids::TEXT[]) ORDER BY f.id FOR UPDATE)
RETURNING id;

-- name: ManifestSizes :many
SELECT blob, size FROM multiparts WHERE blob = ANY(@blobs::TEXT[]);

-- Referenced returns those of the ids that an upload or a file has.
-- name: Referenced :many
SELECT asked.id::TEXT AS id
FROM unnest(@ids::TEXT[]) AS asked (id)
WHERE EXISTS (SELECT 1 FROM uploads WHERE uploads.id = asked.id)
   OR EXISTS (SELECT 1 FROM files WHERE files.id = asked.id);
