-- Many ids come as a JSON list: see Referenced. PostgreSQL has arrays.

-- name: FilesWithIDs :many
SELECT * FROM files WHERE id IN (SELECT value FROM json_each(CAST(@ids AS TEXT)));

-- DeleteFiles returns the ids of the files it deleted.
-- name: DeleteFiles :many
DELETE FROM files WHERE id IN (SELECT value FROM json_each(CAST(@ids AS TEXT))) RETURNING id;
