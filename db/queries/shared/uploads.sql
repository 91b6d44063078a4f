-- name: InsertUpload :exec
INSERT INTO uploads (
    id, owner, kind, length, name, declared_type, metadata, raw_metadata, join_key, raw_concat,
    durable, digested, digest_state, found_type, created_at, updated_at, secret_sha256
) VALUES (
    @id, @owner, @kind, @length, @name, @declared_type, @metadata, @raw_metadata, @join_key, @raw_concat,
    @durable, @digested, @digest_state, @found_type, @created_at, @updated_at, @secret_sha256
);

-- SaveProgress changes nothing where the row already has more progress. A type once found
-- stays.
-- name: SaveProgress :execrows
UPDATE uploads
SET durable = @durable,
    digested = @digested,
    digest_state = @digest_state,
    found_type = CASE WHEN CAST(@found_type AS TEXT) = '' THEN found_type ELSE CAST(@found_type AS TEXT) END,
    updated_at = @updated_at
WHERE id = @id
  AND (durable < CAST(@durable AS BIGINT)
       OR (durable = CAST(@durable AS BIGINT) AND digested <= CAST(@digested AS BIGINT)));

-- name: DeclareLength :execrows
UPDATE uploads
SET length = @length, updated_at = @updated_at
WHERE id = @id AND length IN (-1, CAST(@length AS BIGINT));

-- name: ForgetSecret :execrows
UPDATE uploads SET secret_sha256 = NULL WHERE id = @id;

-- name: DeleteUpload :execrows
DELETE FROM uploads WHERE id = @id;

-- name: UploadExists :one
SELECT count(*) FROM uploads WHERE id = @id;

-- name: Upload :one
SELECT * FROM uploads WHERE id = @id;

-- The condition on the empty key lets the partial index be used.
-- name: UploadByJoinKey :one
SELECT * FROM uploads WHERE owner = @owner AND join_key = @join_key AND join_key <> '';

-- name: Uploads :many
SELECT * FROM uploads
WHERE id < CAST(@before AS TEXT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@with_partial AS BIGINT) = 1 OR kind <> 'partial')
  AND (CAST(@only_whole AS BIGINT) = 0 OR durable = length)
ORDER BY id DESC
LIMIT CAST(@lim AS BIGINT);

-- name: CountActiveUploads :one
SELECT count(*) FROM uploads
WHERE kind <> 'partial' AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT));

-- name: IdleUploads :many
SELECT id FROM uploads WHERE updated_at < @before ORDER BY updated_at, id LIMIT CAST(@lim AS BIGINT);

-- Joins lists an owner's joins under way: few at a time, and their keys hold the parts.
-- name: Joins :many
SELECT id, join_key FROM uploads WHERE owner = @owner AND join_key <> '' ORDER BY join_key;

-- name: InsertUsedPart :execrows
INSERT INTO used_parts (id, owner, length, secret_sha256, used_at)
SELECT u.id, u.owner, u.length, u.secret_sha256, CAST(@used_at AS BIGINT) FROM uploads AS u WHERE u.id = @id;

-- name: UsedPart :one
SELECT * FROM used_parts WHERE id = @id;

-- name: ForgetUsedParts :exec
DELETE FROM used_parts WHERE used_at < @before;
