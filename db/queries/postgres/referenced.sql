-- Referenced takes its ids as an array; SQLite has none.
-- name: Referenced :many
SELECT asked.id::TEXT AS id
FROM unnest(@ids::TEXT[]) AS asked (id)
WHERE EXISTS (SELECT 1 FROM uploads WHERE uploads.id = asked.id)
   OR EXISTS (SELECT 1 FROM files WHERE files.id = asked.id);
