-- name: InsertFile :exec
INSERT INTO files (
    id, owner, name, name_key, size, declared_type, media_type, sha256, state,
    metadata, raw_metadata, raw_concat, join_key, downloads, created_at, updated_at, secret_sha256, search_key
) VALUES (
    @id, @owner, @name, @name_key, @size, @declared_type, @media_type, @sha256, @state,
    @metadata, @raw_metadata, @raw_concat, @join_key, @downloads, @created_at, @updated_at, @secret_sha256, @search_key
);

-- EditFile changes the columns whose parameter is not null. It returns what the keys are
-- made of; SetKeys writes them in the same transaction.
-- name: EditFile :one
UPDATE files
SET name = coalesce(CAST(sqlc.narg(name) AS TEXT), name),
    metadata = coalesce(CAST(sqlc.narg(metadata) AS TEXT), metadata),
    updated_at = @updated_at
WHERE id = @id
RETURNING name, metadata;

-- name: SetKeys :exec
UPDATE files SET name_key = @name_key, search_key = @search_key WHERE id = @id;

-- name: SetDigest :execrows
UPDATE files SET sha256 = @sha256 WHERE id = @id;

-- name: AddDownloads :one
UPDATE files SET downloads = downloads + @n WHERE id = @id RETURNING owner;

-- name: File :one
SELECT * FROM files WHERE id = @id;

-- The condition on the empty key lets the partial index be used.
-- name: FileByJoinKey :one
SELECT * FROM files WHERE owner = @owner AND join_key = @join_key AND join_key <> '';

-- name: MostDownloaded :many
SELECT * FROM files
WHERE downloads > 0 AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
ORDER BY downloads DESC, id
LIMIT CAST(@lim AS BIGINT);
