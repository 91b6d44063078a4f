-- The manifests of a storage that assembles blobs of parts, and, in PostgreSQL
-- alone, which instance has which upload.

-- +goose Up
CREATE TABLE multiparts (
    blob       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    upload_id  TEXT   COLLATE "C" NOT NULL, -- the storage's name for the parts' whole; empty while there is none
    part_size  BIGINT NOT NULL, -- bytes
    reserved   BIGINT NOT NULL, -- the highest part number that may have been used
    sealed     BIGINT NOT NULL, -- 1 once the blob is whole
    size       BIGINT NOT NULL, -- durable bytes
    updated_at BIGINT NOT NULL
);

CREATE INDEX multiparts_open ON multiparts (blob) WHERE sealed = 0;

CREATE TABLE parts (
    blob     TEXT   COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    size     BIGINT NOT NULL, -- bytes
    etag     TEXT   COLLATE "C" NOT NULL,
    checksum TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (blob, number)
);

-- Tails of one blob are in the order of their places in it.
CREATE TABLE tails (
    blob  TEXT   COLLATE "C" NOT NULL,
    place BIGINT NOT NULL, -- offset of its first byte in the blob
    size  BIGINT NOT NULL, -- bytes
    key   TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (blob, place)
);

-- The instances that are alive, as each of them shows about once a second. A row
-- that is deleted was its instance's last: should it live on, it is another one.
CREATE TABLE instances (
    id      TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    seen_at TIMESTAMPTZ NOT NULL
) WITH (fillfactor = 50);

-- Which instance has which upload. A lease ends with its instance's row, and a dead
-- instance cannot take one: the foreign key sees to both.
CREATE TABLE leases (
    id         TEXT   COLLATE "C" NOT NULL PRIMARY KEY, -- the upload's
    holder     TEXT   COLLATE "C" NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL -- no other lease has or had it
);

CREATE INDEX leases_by_holder ON leases (holder);

CREATE SEQUENCE lease_generations;

-- +goose Down
DROP SEQUENCE lease_generations;
DROP TABLE leases;
DROP TABLE instances;
DROP TABLE tails;
DROP TABLE parts;
DROP TABLE multiparts;
