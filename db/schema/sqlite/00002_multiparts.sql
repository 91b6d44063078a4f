-- The manifests of a storage that assembles blobs of parts.

-- +goose Up
CREATE TABLE multiparts (
    blob       TEXT   NOT NULL PRIMARY KEY,
    upload_id  TEXT   NOT NULL, -- the storage's name for the parts' whole; empty while there is none
    part_size  BIGINT NOT NULL, -- bytes
    reserved   BIGINT NOT NULL, -- the highest part number that may have been used
    sealed     BIGINT NOT NULL, -- 1 once the blob is whole
    size       BIGINT NOT NULL, -- durable bytes
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE INDEX multiparts_open ON multiparts (blob) WHERE sealed = 0;

CREATE TABLE parts (
    blob     TEXT   NOT NULL,
    number   BIGINT NOT NULL,
    size     BIGINT NOT NULL, -- bytes
    etag     TEXT   NOT NULL,
    checksum TEXT   NOT NULL,
    PRIMARY KEY (blob, number)
) WITHOUT ROWID;

-- Tails of one blob are in the order of their places in it.
CREATE TABLE tails (
    blob  TEXT   NOT NULL,
    place BIGINT NOT NULL, -- offset of its first byte in the blob
    size  BIGINT NOT NULL, -- bytes
    key   TEXT   NOT NULL,
    PRIMARY KEY (blob, place)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE tails;
DROP TABLE parts;
DROP TABLE multiparts;
