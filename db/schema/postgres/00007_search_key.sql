-- What a file is searched by: its folded name and path. It is empty in rows of earlier
-- versions until they have been given their keys, which is done when the database is
-- opened: see db/rekey. Instances of earlier versions may go on writing such rows.

-- +goose Up
ALTER TABLE files ADD COLUMN search_key TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX files_without_keys ON files (id) WHERE search_key = '';
DROP INDEX files_by_name_part;

-- +goose Down
CREATE INDEX files_by_name_part ON files USING gin (name_key gin_trgm_ops);
DROP INDEX files_without_keys;
ALTER TABLE files DROP COLUMN search_key;
