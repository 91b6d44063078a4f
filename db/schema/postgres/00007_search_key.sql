-- What a file is searched by: its folded name and path. It is empty in rows of earlier
-- versions until the database is opened, which makes the missing keys: see db/migrate.
-- Instances of earlier versions may still write such rows.

-- +goose Up
ALTER TABLE files ADD COLUMN search_key TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX files_without_keys ON files (id) WHERE search_key = '';
DROP INDEX files_by_name_part;

-- +goose Down
CREATE INDEX files_by_name_part ON files USING gin (name_key gin_trgm_ops);
DROP INDEX files_without_keys;
ALTER TABLE files DROP COLUMN search_key;
