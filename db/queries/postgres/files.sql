-- The pages of the file list, one query for each order, as an order cannot be a
-- parameter. SQLite's twin differs by necessity: there a part of a name is found with
-- instr, here with LIKE, which the trigram index knows; the patterns have their %, _ and
-- \ escaped. The index helps with one pattern, and not with a list of them: so the first
-- has a parameter of its own.
--
-- low and high are the places between which the page lies, both exclusive: the
-- cursor is one of them, the end of the list the other.
--
-- Every other condition is a filter that an empty parameter switches off. That is
-- decided before the plan is made, as each is made for its parameters (see
-- plan_cache_mode in the adapter). types are media types and families such as image/.

-- name: FilesByCreated :many
SELECT * FROM files
WHERE (created_at, id) > (@low::BIGINT, @low_id::TEXT)
  AND (created_at, id) < (@high::BIGINT, @high_id::TEXT)
  AND (@everybody::BOOLEAN OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
  AND (@pattern::TEXT = '' OR search_key LIKE @pattern::TEXT)
  AND (cardinality(@more_patterns::TEXT[]) = 0 OR search_key LIKE ALL(@more_patterns::TEXT[]))
ORDER BY created_at, id
LIMIT @lim::BIGINT;

-- name: FilesByCreatedDescending :many
SELECT * FROM files
WHERE (created_at, id) > (@low::BIGINT, @low_id::TEXT)
  AND (created_at, id) < (@high::BIGINT, @high_id::TEXT)
  AND (@everybody::BOOLEAN OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
  AND (@pattern::TEXT = '' OR search_key LIKE @pattern::TEXT)
  AND (cardinality(@more_patterns::TEXT[]) = 0 OR search_key LIKE ALL(@more_patterns::TEXT[]))
ORDER BY created_at DESC, id DESC
LIMIT @lim::BIGINT;

-- By name the page's ids are found first: words are then looked for in the index alone,
-- which has the search keys too. Names with a common part often stand together, so that
-- one may have to pass by millions of others to get there.

-- name: FilesByName :many
SELECT * FROM files
WHERE id IN (
    SELECT f.id FROM files AS f
    WHERE (f.name_key, f.id) > (@low::TEXT, @low_id::TEXT)
      AND (f.name_key, f.id) < (@high::TEXT, @high_id::TEXT)
      AND (@any_time::BOOLEAN OR f.created_at >= @created_from::BIGINT AND f.created_at < @created_before::BIGINT)
      AND (@everybody::BOOLEAN OR f.owner = @owner::TEXT)
      AND (@state::TEXT = '' OR f.state = @state::TEXT)
      AND (cardinality(@types::TEXT[]) = 0 OR f.media_type = ANY(@types::TEXT[])
           OR split_part(f.media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
      AND (@pattern::TEXT = '' OR f.search_key LIKE @pattern::TEXT)
      AND (cardinality(@more_patterns::TEXT[]) = 0 OR f.search_key LIKE ALL(@more_patterns::TEXT[]))
    ORDER BY f.name_key, f.id
    LIMIT @lim::BIGINT)
ORDER BY name_key, id;

-- name: FilesByNameDescending :many
SELECT * FROM files
WHERE id IN (
    SELECT f.id FROM files AS f
    WHERE (f.name_key, f.id) > (@low::TEXT, @low_id::TEXT)
      AND (f.name_key, f.id) < (@high::TEXT, @high_id::TEXT)
      AND (@any_time::BOOLEAN OR f.created_at >= @created_from::BIGINT AND f.created_at < @created_before::BIGINT)
      AND (@everybody::BOOLEAN OR f.owner = @owner::TEXT)
      AND (@state::TEXT = '' OR f.state = @state::TEXT)
      AND (cardinality(@types::TEXT[]) = 0 OR f.media_type = ANY(@types::TEXT[])
           OR split_part(f.media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
      AND (@pattern::TEXT = '' OR f.search_key LIKE @pattern::TEXT)
      AND (cardinality(@more_patterns::TEXT[]) = 0 OR f.search_key LIKE ALL(@more_patterns::TEXT[]))
    ORDER BY f.name_key DESC, f.id DESC
    LIMIT @lim::BIGINT)
ORDER BY name_key DESC, id DESC;

-- name: FilesBySize :many
SELECT * FROM files
WHERE (size, id) > (@low::BIGINT, @low_id::TEXT)
  AND (size, id) < (@high::BIGINT, @high_id::TEXT)
  AND created_at >= @created_from::BIGINT AND created_at < @created_before::BIGINT
  AND (@everybody::BOOLEAN OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
  AND (@pattern::TEXT = '' OR search_key LIKE @pattern::TEXT)
  AND (cardinality(@more_patterns::TEXT[]) = 0 OR search_key LIKE ALL(@more_patterns::TEXT[]))
ORDER BY size, id
LIMIT @lim::BIGINT;

-- name: FilesBySizeDescending :many
SELECT * FROM files
WHERE (size, id) > (@low::BIGINT, @low_id::TEXT)
  AND (size, id) < (@high::BIGINT, @high_id::TEXT)
  AND created_at >= @created_from::BIGINT AND created_at < @created_before::BIGINT
  AND (@everybody::BOOLEAN OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
  AND (@pattern::TEXT = '' OR search_key LIKE @pattern::TEXT)
  AND (cardinality(@more_patterns::TEXT[]) = 0 OR search_key LIKE ALL(@more_patterns::TEXT[]))
ORDER BY size DESC, id DESC
LIMIT @lim::BIGINT;

-- CountFiles counts what the lists list.
-- name: CountFiles :one
SELECT count(*) AS files, coalesce(sum(size), 0)::BIGINT AS bytes FROM files
WHERE created_at >= @created_from::BIGINT AND created_at < @created_before::BIGINT
  AND (@everybody::BOOLEAN OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]))
  AND (@pattern::TEXT = '' OR search_key LIKE @pattern::TEXT)
  AND (cardinality(@more_patterns::TEXT[]) = 0 OR search_key LIKE ALL(@more_patterns::TEXT[]));

-- CountTypes counts all files of some types, from the kept statistics.
-- name: CountTypes :one
SELECT coalesce(sum(files), 0)::BIGINT AS files, coalesce(sum(bytes), 0)::BIGINT AS bytes FROM stats_types
WHERE owner = @owner::TEXT
  AND (cardinality(@types::TEXT[]) = 0 OR media_type = ANY(@types::TEXT[])
       OR split_part(media_type, '/', 1) || '/' = ANY(@types::TEXT[]));
