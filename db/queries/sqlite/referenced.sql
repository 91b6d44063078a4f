-- Referenced takes its ids as a JSON list: sqlc's slices for SQLite give wrong rows
-- without a word as soon as another parameter follows. PostgreSQL has arrays.
-- name: Referenced :many
SELECT CAST(asked.value AS TEXT) AS id
FROM json_each(CAST(@ids AS TEXT)) AS asked
WHERE EXISTS (SELECT 1 FROM uploads WHERE uploads.id = asked.value)
   OR EXISTS (SELECT 1 FROM files WHERE files.id = asked.value);
