-- The SHA-256 of an upload's secret, where the upload was created by a user with a login
-- and its secret was not revoked. The file has it too, so that the same client can still
-- ask for the upload.

-- +goose Up
ALTER TABLE uploads ADD COLUMN secret_sha256 BLOB;
ALTER TABLE files ADD COLUMN secret_sha256 BLOB;

-- +goose Down
ALTER TABLE uploads DROP COLUMN secret_sha256;
ALTER TABLE files DROP COLUMN secret_sha256;
