-- The pages of the file list, one query for each order, as an order cannot be a
-- parameter. SQLite's twin differs by necessity: there a part of a name is found
-- with instr, here with LIKE, which the trigram index knows; the pattern has its
-- %, _ and \ escaped.
--
-- low and high are the places between which the page lies, both exclusive: the
-- cursor is one of them, the end of the list the other.
--
-- Every other condition is a filter that an empty parameter switches off. That is
-- decided before the plan is made, as each is made for its parameters (see
-- plan_cache_mode in the adapter).

-- name: FilesByCreated :many
SELECT * FROM files
WHERE (created_at, id) > (@low::BIGINT, @low_id::TEXT)
  AND (created_at, id) < (@high::BIGINT, @high_id::TEXT)
  AND (@owner::TEXT = '' OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (@media_type::TEXT = '' OR media_type = @media_type::TEXT)
  AND (@media_family::TEXT = '' OR starts_with(media_type, @media_family::TEXT))
  AND (@name_pattern::TEXT = '' OR name_key LIKE @name_pattern::TEXT)
ORDER BY created_at, id
LIMIT @lim::BIGINT;

-- name: FilesByCreatedDescending :many
SELECT * FROM files
WHERE (created_at, id) > (@low::BIGINT, @low_id::TEXT)
  AND (created_at, id) < (@high::BIGINT, @high_id::TEXT)
  AND (@owner::TEXT = '' OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (@media_type::TEXT = '' OR media_type = @media_type::TEXT)
  AND (@media_family::TEXT = '' OR starts_with(media_type, @media_family::TEXT))
  AND (@name_pattern::TEXT = '' OR name_key LIKE @name_pattern::TEXT)
ORDER BY created_at DESC, id DESC
LIMIT @lim::BIGINT;

-- By name the page's ids are found first: a part of a name is then looked for in the
-- index alone. Names with a common part often stand together, so that one may have
-- to pass by millions of others to get there.

-- name: FilesByName :many
SELECT * FROM files
WHERE id IN (
    SELECT f.id FROM files AS f
    WHERE (f.name_key, f.id) > (@low::TEXT, @low_id::TEXT)
      AND (f.name_key, f.id) < (@high::TEXT, @high_id::TEXT)
      AND (@any_time::BOOLEAN OR f.created_at >= @created_from::BIGINT AND f.created_at < @created_before::BIGINT)
      AND (@owner::TEXT = '' OR f.owner = @owner::TEXT)
      AND (@state::TEXT = '' OR f.state = @state::TEXT)
      AND (@media_type::TEXT = '' OR f.media_type = @media_type::TEXT)
      AND (@media_family::TEXT = '' OR starts_with(f.media_type, @media_family::TEXT))
      AND (@name_pattern::TEXT = '' OR f.name_key LIKE @name_pattern::TEXT)
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
      AND (@owner::TEXT = '' OR f.owner = @owner::TEXT)
      AND (@state::TEXT = '' OR f.state = @state::TEXT)
      AND (@media_type::TEXT = '' OR f.media_type = @media_type::TEXT)
      AND (@media_family::TEXT = '' OR starts_with(f.media_type, @media_family::TEXT))
      AND (@name_pattern::TEXT = '' OR f.name_key LIKE @name_pattern::TEXT)
    ORDER BY f.name_key DESC, f.id DESC
    LIMIT @lim::BIGINT)
ORDER BY name_key DESC, id DESC;

-- name: FilesBySize :many
SELECT * FROM files
WHERE (size, id) > (@low::BIGINT, @low_id::TEXT)
  AND (size, id) < (@high::BIGINT, @high_id::TEXT)
  AND created_at >= @created_from::BIGINT AND created_at < @created_before::BIGINT
  AND (@owner::TEXT = '' OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (@media_type::TEXT = '' OR media_type = @media_type::TEXT)
  AND (@media_family::TEXT = '' OR starts_with(media_type, @media_family::TEXT))
  AND (@name_pattern::TEXT = '' OR name_key LIKE @name_pattern::TEXT)
ORDER BY size, id
LIMIT @lim::BIGINT;

-- name: FilesBySizeDescending :many
SELECT * FROM files
WHERE (size, id) > (@low::BIGINT, @low_id::TEXT)
  AND (size, id) < (@high::BIGINT, @high_id::TEXT)
  AND created_at >= @created_from::BIGINT AND created_at < @created_before::BIGINT
  AND (@owner::TEXT = '' OR owner = @owner::TEXT)
  AND (@state::TEXT = '' OR state = @state::TEXT)
  AND (@media_type::TEXT = '' OR media_type = @media_type::TEXT)
  AND (@media_family::TEXT = '' OR starts_with(media_type, @media_family::TEXT))
  AND (@name_pattern::TEXT = '' OR name_key LIKE @name_pattern::TEXT)
ORDER BY size DESC, id DESC
LIMIT @lim::BIGINT;
