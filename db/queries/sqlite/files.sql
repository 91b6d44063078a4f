-- The pages of the file list, one query for each order, as an order cannot be a
-- parameter. PostgreSQL's twin differs by necessity: it says LIKE for instr, and takes
-- lists as arrays.
--
-- low and high are the places between which the page lies, both exclusive: the
-- cursor is one of them, the end of the list the other. The row values are what
-- lets the page start with a seek in the index of the order. The id in them needs
-- its CAST, or sqlc gives it the type of the other column; and then the || '', as
-- SQLite seeks by the id only if what it compares with has no affinity of its own.
--
-- Every other condition is a filter; an empty parameter lets everything pass (instr
-- finds the empty text everywhere). types is a list with commas around each of its
-- entries, media types and families such as image/. more_words is a JSON list: the
-- first word has a parameter of its own, as most questions have no other. Patterns
-- (LIKE) are not used: % and _ in a name are just characters.

-- name: FilesByCreated :many
SELECT * FROM files
WHERE (created_at, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (created_at, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY created_at, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByCreatedDescending :many
SELECT * FROM files
WHERE (created_at, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (created_at, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY created_at DESC, id DESC
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByName :many
SELECT * FROM files
WHERE (name_key, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (name_key, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY name_key, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesByNameDescending :many
SELECT * FROM files
WHERE (name_key, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (name_key, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY name_key DESC, id DESC
LIMIT CAST(@lim AS BIGINT);

-- name: FilesBySize :many
SELECT * FROM files
WHERE (size, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (size, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY size, id
LIMIT CAST(@lim AS BIGINT);

-- name: FilesBySizeDescending :many
SELECT * FROM files
WHERE (size, id) > (@low, CAST(@low_id AS TEXT) || '')
  AND (size, id) < (@high, CAST(@high_id AS TEXT) || '')
  AND created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0))
ORDER BY size DESC, id DESC
LIMIT CAST(@lim AS BIGINT);

-- CountFiles counts what the lists list.
-- name: CountFiles :one
SELECT count(*) AS files, CAST(coalesce(sum(size), 0) AS BIGINT) AS bytes FROM files
WHERE created_at >= CAST(@created_from AS BIGINT) AND created_at < CAST(@created_before AS BIGINT)
  AND (CAST(@everybody AS BIGINT) = 1 OR owner = CAST(@owner AS TEXT))
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0)
  AND instr(search_key, CAST(@word AS TEXT)) > 0
  AND (CAST(@more_words AS TEXT) = '[]' OR NOT EXISTS (
       SELECT 1 FROM json_each(CAST(@more_words AS TEXT)) AS more WHERE instr(search_key, more.value) = 0));

-- CountTypes counts all files of some types, from the kept statistics.
-- name: CountTypes :one
SELECT CAST(coalesce(sum(files), 0) AS BIGINT) AS files, CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes FROM stats_types
WHERE owner = @owner
  AND (CAST(@types AS TEXT) = ''
       OR instr(CAST(@types AS TEXT), ',' || media_type || ',') > 0
       OR instr(CAST(@types AS TEXT), ',' || substr(media_type, 1, instr(media_type, '/')) || ',') > 0);
