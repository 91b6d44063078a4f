-- The pages of the file list, one query for each order, as an order cannot be a
-- parameter. PostgreSQL's twin differs by necessity: it says strpos for instr.
--
-- low and high are the places between which the page lies, both exclusive: the
-- cursor is one of them, the end of the list the other. The row values are what
-- lets the page start with a seek in the index of the order. The id in them needs
-- its CAST, or sqlc gives it the type of the other column; and then the || '', as
-- SQLite seeks by the id only if what it compares with has no affinity of its own.
--
-- Every other condition is a filter; an empty parameter lets everything pass
-- (instr and substr find the empty text everywhere). Patterns (LIKE) are not
-- used: % and _ in a name are just characters.

-- name: FilesByCreated :many
SELECT * FROM files
WHERE (created_at, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (created_at, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY created_at, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByCreatedDescending :many
SELECT * FROM files
WHERE (created_at, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (created_at, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY created_at DESC, id DESC
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByName :many
SELECT * FROM files
WHERE (name_key, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (name_key, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY name_key, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByNameDescending :many
SELECT * FROM files
WHERE (name_key, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (name_key, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY name_key DESC, id DESC
LIMIT CAST(@lim AS BIGINT);

-- name: FilesBySize :many
SELECT * FROM files
WHERE (size, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (size, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY size, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesBySizeDescending :many
SELECT * FROM files
WHERE (size, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (size, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@owner AS TEXT) = '' OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@media_type AS TEXT) = '' OR media_type = CAST(@media_type AS TEXT))
  AND substr(media_type, 1, length(CAST(@media_family AS TEXT))) = CAST(@media_family AS TEXT)
  AND instr(name_key, CAST(@name_part AS TEXT)) > 0
ORDER BY size DESC, id DESC
LIMIT CAST(@lim AS BIGINT);
