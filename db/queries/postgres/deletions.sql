-- Many ids come as an array; SQLite has none.

-- name: FilesWithIDs :many
SELECT * FROM files WHERE id = ANY(@ids::TEXT[]);

-- DeleteFiles returns the ids of the files it deleted. It locks the rows by id, so
-- that two deletions of the same files do not wait for each other in a circle.
-- SQLite has one writer anyway.
-- name: DeleteFiles :many
DELETE FROM files
WHERE id IN (SELECT f.id FROM files AS f WHERE f.id = ANY(@ids::TEXT[]) ORDER BY f.id FOR UPDATE)
RETURNING id;
