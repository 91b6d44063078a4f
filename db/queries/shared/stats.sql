-- name: CountDay :exec
INSERT INTO stats_days (
    owner, day, files_added, bytes_added, files_removed, bytes_removed, uploads_finished, uploads_failed, downloads
) VALUES (
    @owner, @day, @files_added, @bytes_added, @files_removed, @bytes_removed, @uploads_finished, @uploads_failed, @downloads
)
ON CONFLICT (owner, day) DO UPDATE SET
    files_added = stats_days.files_added + excluded.files_added,
    bytes_added = stats_days.bytes_added + excluded.bytes_added,
    files_removed = stats_days.files_removed + excluded.files_removed,
    bytes_removed = stats_days.bytes_removed + excluded.bytes_removed,
    uploads_finished = stats_days.uploads_finished + excluded.uploads_finished,
    uploads_failed = stats_days.uploads_failed + excluded.uploads_failed,
    downloads = stats_days.downloads + excluded.downloads;

-- name: CountType :exec
INSERT INTO stats_types (owner, media_type, files, bytes) VALUES (@owner, @media_type, @files, @bytes)
ON CONFLICT (owner, media_type) DO UPDATE SET
    files = stats_types.files + excluded.files,
    bytes = stats_types.bytes + excluded.bytes;

-- name: Totals :one
SELECT
    CAST(coalesce(sum(files_added - files_removed), 0) AS BIGINT) AS files,
    CAST(coalesce(sum(bytes_added - bytes_removed), 0) AS BIGINT) AS bytes,
    CAST(coalesce(sum(uploads_finished), 0) AS BIGINT) AS uploads_finished,
    CAST(coalesce(sum(uploads_failed), 0) AS BIGINT) AS uploads_failed,
    CAST(coalesce(sum(downloads), 0) AS BIGINT) AS downloads
FROM stats_days
WHERE owner = @owner;

-- TotalsBefore returns the totals at the start of a range.
-- name: TotalsBefore :one
SELECT
    CAST(coalesce(sum(files_added - files_removed), 0) AS BIGINT) AS files,
    CAST(coalesce(sum(bytes_added - bytes_removed), 0) AS BIGINT) AS bytes
FROM stats_days
WHERE owner = @owner AND day < @day;

-- name: Days :many
SELECT * FROM stats_days
WHERE owner = @owner AND day >= CAST(@first AS BIGINT) AND day <= CAST(@last AS BIGINT)
ORDER BY day;

-- name: Types :many
SELECT * FROM stats_types
WHERE owner = @owner AND files > 0
ORDER BY bytes DESC, media_type;
