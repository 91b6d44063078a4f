-- Times are whole microseconds since 1970-01-01 UTC, days whole days since then.
-- Every text compares byte by byte (SQLite's default; COLLATE "C" in PostgreSQL).
--
-- The tables keyed by a text are WITHOUT ROWID: the key is the table, so that an
-- insert writes one B-tree less, and every index ends with the key for free.

-- +goose Up

-- Uploads under way. A row is gone once its upload has ended.
CREATE TABLE uploads (
    id            TEXT   NOT NULL PRIMARY KEY,
    owner         TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    length        BIGINT NOT NULL, -- bytes; -1 while it is not declared
    name          TEXT   NOT NULL,
    declared_type TEXT   NOT NULL,
    metadata      TEXT   NOT NULL, -- a JSON object of strings
    raw_metadata  TEXT   NOT NULL,
    join_key      TEXT   NOT NULL, -- ids of the joined parts, space between; mostly empty
    raw_concat    TEXT   NOT NULL,
    durable       BIGINT NOT NULL, -- bytes known to be durable: the offset
    digested      BIGINT NOT NULL, -- bytes the digest state has taken in
    digest_state  BLOB,
    found_type    TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
) WITHOUT ROWID;

-- One upload for one join, however often it is asked for. Partial, so that all
-- the uploads which join nothing do not pay for it.
CREATE UNIQUE INDEX uploads_join ON uploads (owner, join_key) WHERE join_key <> '';

-- Counts the active uploads, of one owner or of all, without reading the wide rows.
CREATE INDEX uploads_active ON uploads (owner, kind) WHERE kind <> 'partial';

-- Files that arrived.
CREATE TABLE files (
    id            TEXT   NOT NULL PRIMARY KEY,
    owner         TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    name_key      TEXT   NOT NULL, -- the folded name: searched and sorted by
    size          BIGINT NOT NULL, -- bytes
    declared_type TEXT   NOT NULL,
    media_type    TEXT   NOT NULL,
    sha256        BLOB   NOT NULL, -- 32 bytes
    state         TEXT   NOT NULL,
    metadata      TEXT   NOT NULL, -- a JSON object of strings
    raw_metadata  TEXT   NOT NULL,
    raw_concat    TEXT   NOT NULL,
    join_key      TEXT   NOT NULL, -- as the upload's
    downloads     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX files_join ON files (owner, join_key) WHERE join_key <> '';

-- One index for each order a list can have, and no more: each costs every small
-- file a write, by name and by size one in the middle of the tree. They serve an
-- owner's list too, by walking past the others' files; an index for each owner
-- and order would double the price, and pays only with many owners of many files.
CREATE INDEX files_by_created ON files (created_at, id);
CREATE INDEX files_by_name ON files (name_key, id);
CREATE INDEX files_by_size ON files (size, id);

-- The most downloaded. Files nobody fetched yet, so all new ones, are not in it.
CREATE INDEX files_by_downloads ON files (downloads DESC, id) WHERE downloads > 0;

-- What changed on each day, by owner; owner '' is everybody together.
CREATE TABLE stats_days (
    owner            TEXT   NOT NULL,
    day              BIGINT NOT NULL,
    files_added      BIGINT NOT NULL,
    bytes_added      BIGINT NOT NULL,
    files_removed    BIGINT NOT NULL,
    bytes_removed    BIGINT NOT NULL,
    uploads_finished BIGINT NOT NULL,
    uploads_failed   BIGINT NOT NULL,
    downloads        BIGINT NOT NULL,
    PRIMARY KEY (owner, day)
) WITHOUT ROWID;

-- How much there is of each media type, by owner; owner '' is everybody together.
CREATE TABLE stats_types (
    owner      TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    files      BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    PRIMARY KEY (owner, media_type)
) WITHOUT ROWID;

-- What happened. SQLite has one writer at a time, so the order of seq is the
-- order of commits, and nobody who reads on from a seq misses an earlier one. The
-- next seq is the greatest plus one; as forgetting spares the newest event, none
-- is used twice, and AUTOINCREMENT with its second table is not needed.
CREATE TABLE events (
    seq     INTEGER NOT NULL PRIMARY KEY,
    at      BIGINT  NOT NULL,
    type    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    owner   TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    reason  TEXT    NOT NULL
);

-- Blobs whose rows are gone and whose bytes have to go.
CREATE TABLE reclaims (
    id TEXT   NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE INDEX reclaims_by_age ON reclaims (at, id);

-- The one row tells when the server was last known to run.
CREATE TABLE heartbeat (
    only BIGINT NOT NULL PRIMARY KEY CHECK (only = 1),
    at   BIGINT NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE heartbeat;
DROP TABLE reclaims;
DROP TABLE events;
DROP TABLE stats_types;
DROP TABLE stats_days;
DROP TABLE files;
DROP TABLE uploads;
