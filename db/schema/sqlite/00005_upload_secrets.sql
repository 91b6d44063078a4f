-- The SHA-256 of an upload's secret, of what was begun by somebody with a login and has
-- not been revoked; its file keeps it, to tell the same client that all is well.

-- +goose Up
ALTER TABLE uploads ADD COLUMN secret_sha256 BLOB;
ALTER TABLE files ADD COLUMN secret_sha256 BLOB;

-- +goose Down
ALTER TABLE uploads DROP COLUMN secret_sha256;
ALTER TABLE files DROP COLUMN secret_sha256;
