-- Finds files by a part of their names and paths. The indexes are created once all rows
-- have their keys, which is faster. Whether the trigrams help depends on how rare the part
-- is, for which the usual statistics are too coarse. A search in the order of names reads
-- the search keys from the index of that order.

-- +goose Up
ALTER TABLE files ALTER COLUMN search_key SET STATISTICS 1000;
CREATE INDEX files_by_word ON files USING gin (search_key gin_trgm_ops);
DROP INDEX files_by_name;
DROP INDEX files_by_owner_name;
CREATE INDEX files_by_name ON files (name_key, id) INCLUDE (search_key);
CREATE INDEX files_by_owner_name ON files (owner, name_key, id) INCLUDE (search_key);

-- +goose Down
DROP INDEX files_by_owner_name;
DROP INDEX files_by_name;
CREATE INDEX files_by_name ON files (name_key, id);
CREATE INDEX files_by_owner_name ON files (owner, name_key, id);
DROP INDEX files_by_word;
ALTER TABLE files ALTER COLUMN search_key SET STATISTICS -1;
