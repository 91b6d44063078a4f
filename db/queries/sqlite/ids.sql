-- Queries about many ids. They come as a JSON list: sqlc's slices for SQLite give wrong
-- rows without an error as soon as another parameter follows. PostgreSQL has arrays.

-- name: FilesWithIDs :many
SELECT * FROM files WHERE id IN (SELECT value FROM json_each(CAST(@ids AS TEXT)));

-- DeleteFiles returns the ids of the files it deleted.
-- name: DeleteFiles :many
DELETE FROM files WHERE id IN (SELECT value FROM json_each(CAST(@ids AS TEXT))) RETURNING id;

-- name: ManifestSizes :many
SELECT blob, size FROM multiparts WHERE blob IN (SELECT value FROM json_each(CAST(@blobs AS TEXT)));

-- Referenced returns those of the ids that an upload or a file has.
-- name: Referenced :many
SELECT CAST(asked.value AS TEXT) AS id
FROM json_each(CAST(@ids AS TEXT)) AS asked
WHERE EXISTS (SELECT 1 FROM uploads WHERE uploads.id = asked.value)
   OR EXISTS (SELECT 1 FROM files WHERE files.id = asked.value);
