-- Uploads by when something last arrived for them, for those that expire.

-- +goose Up
CREATE INDEX uploads_by_activity ON uploads (updated_at, id);

-- +goose Down
DROP INDEX uploads_by_activity;
