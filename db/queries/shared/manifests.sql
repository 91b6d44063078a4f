-- name: SaveManifest :exec
INSERT INTO multiparts (blob, upload_id, part_size, reserved, sealed, size, updated_at)
VALUES (@blob, @upload_id, @part_size, @reserved, @sealed, @size, @updated_at)
ON CONFLICT (blob) DO UPDATE SET
    upload_id = excluded.upload_id,
    part_size = excluded.part_size,
    reserved = excluded.reserved,
    sealed = excluded.sealed,
    size = excluded.size,
    updated_at = excluded.updated_at;

-- name: DeleteManifest :exec
DELETE FROM multiparts WHERE blob = @blob;

-- Manifest reads a manifest, its parts and its tails in one statement: one round trip,
-- and rows of one moment, in no order. kind is 0 for the manifest itself, 1 for a part
-- and 2 for a tail; position is the part's number or the tail's place, and name the
-- upload id, the part's ETag or the tail's key.
-- name: Manifest :many
SELECT CAST(0 AS BIGINT) AS kind, CAST(0 AS BIGINT) AS position, m.size, m.upload_id AS name,
    CAST('' AS TEXT) AS checksum, m.part_size, m.reserved, m.sealed, m.updated_at
FROM multiparts AS m WHERE m.blob = @blob
UNION ALL
SELECT 1, p.number, p.size, p.etag, p.checksum, 0, 0, 0, 0 FROM parts AS p WHERE p.blob = @blob
UNION ALL
SELECT 2, t.place, t.size, t.key, '', 0, 0, 0, 0 FROM tails AS t WHERE t.blob = @blob;

-- name: Manifests :many
SELECT * FROM multiparts
WHERE sealed = 0 AND blob > CAST(@after AS TEXT)
ORDER BY blob
LIMIT CAST(@lim AS BIGINT);

-- name: AddPart :execrows
INSERT INTO parts (blob, number, size, etag, checksum)
VALUES (@blob, @number, @size, @etag, @checksum)
ON CONFLICT (blob, number) DO NOTHING;

-- name: DropParts :exec
DELETE FROM parts WHERE blob = @blob;

-- name: AddTail :execrows
INSERT INTO tails (blob, place, size, key)
VALUES (@blob, @place, @size, @key)
ON CONFLICT (blob, place) DO NOTHING;

-- name: DropTails :exec
DELETE FROM tails WHERE blob = @blob;
