-- name: SaveMultipart :exec
INSERT INTO multiparts (blob, upload_id, part_size, reserved, sealed, size, updated_at)
VALUES (@blob, @upload_id, @part_size, @reserved, @sealed, @size, @updated_at)
ON CONFLICT (blob) DO UPDATE SET
    upload_id = excluded.upload_id,
    part_size = excluded.part_size,
    reserved = excluded.reserved,
    sealed = excluded.sealed,
    size = excluded.size,
    updated_at = excluded.updated_at;

-- name: DeleteMultipart :exec
DELETE FROM multiparts WHERE blob = @blob;

-- name: Multipart :one
SELECT * FROM multiparts WHERE blob = @blob;

-- name: Multiparts :many
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

-- name: Parts :many
SELECT * FROM parts WHERE blob = @blob ORDER BY number;

-- name: AddTail :execrows
INSERT INTO tails (blob, place, size, key)
VALUES (@blob, @place, @size, @key)
ON CONFLICT (blob, place) DO NOTHING;

-- name: DropTails :exec
DELETE FROM tails WHERE blob = @blob;

-- name: Tails :many
SELECT * FROM tails WHERE blob = @blob ORDER BY place;
