-- What a file is searched by: its folded name and path. It is empty in rows of earlier
-- versions until the database is opened, which makes the missing keys: see db/migrate.

-- +goose Up
ALTER TABLE files ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
CREATE INDEX files_without_keys ON files (id) WHERE search_key = '';

-- +goose Down
DROP INDEX files_without_keys;
ALTER TABLE files DROP COLUMN search_key;
