-- Times are whole microseconds since 1970-01-01 UTC, days whole days since then, as
-- in SQLite; only the leases' clock is the database's own. Every text that is
-- compared, compares byte by byte.

-- +goose Up

-- Finds files by a part of their names.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Uploads under way. A row is gone once its upload has ended.
CREATE TABLE uploads (
    id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    owner         TEXT   COLLATE "C" NOT NULL,
    kind          TEXT   COLLATE "C" NOT NULL,
    length        BIGINT NOT NULL, -- bytes; -1 while it is not declared
    name          TEXT   COLLATE "C" NOT NULL,
    declared_type TEXT   COLLATE "C" NOT NULL,
    metadata      TEXT   COLLATE "C" NOT NULL, -- a JSON object of strings
    raw_metadata  TEXT   COLLATE "C" NOT NULL,
    join_key      TEXT   COLLATE "C" NOT NULL, -- ids of the joined parts, space between; mostly empty
    raw_concat    TEXT   COLLATE "C" NOT NULL,
    durable       BIGINT NOT NULL, -- bytes known to be durable: the offset
    digested      BIGINT NOT NULL, -- bytes the digest state has taken in
    digest_state  BYTEA,
    found_type    TEXT   COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

-- One upload for one join, however often it is asked for. Over a digest, as an
-- index entry holds less than 3 KB and a join of many parts has a longer key.
CREATE UNIQUE INDEX uploads_join ON uploads (owner, sha256(join_key::bytea)) WHERE join_key <> '';

-- Counts the active uploads, of one owner or of all, without reading the wide rows.
CREATE INDEX uploads_active ON uploads (owner, kind) WHERE kind <> 'partial';

-- Files that arrived.
CREATE TABLE files (
    id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    owner         TEXT   COLLATE "C" NOT NULL,
    name          TEXT   COLLATE "C" NOT NULL,
    name_key      TEXT   COLLATE "C" NOT NULL, -- the folded name: searched and sorted by
    size          BIGINT NOT NULL, -- bytes
    declared_type TEXT   COLLATE "C" NOT NULL,
    media_type    TEXT   COLLATE "C" NOT NULL,
    sha256        BYTEA  NOT NULL, -- 32 bytes
    state         TEXT   COLLATE "C" NOT NULL,
    metadata      TEXT   COLLATE "C" NOT NULL, -- a JSON object of strings
    raw_metadata  TEXT   COLLATE "C" NOT NULL,
    raw_concat    TEXT   COLLATE "C" NOT NULL,
    join_key      TEXT   COLLATE "C" NOT NULL, -- as the upload's
    downloads     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE UNIQUE INDEX files_join ON files (owner, sha256(join_key::bytea)) WHERE join_key <> '';

-- One index for each order a list can have, and one for each order of an owner's
-- list, which is the one most people see. Without the latter an owner's files are
-- found by walking past the others', and where his come late in the order, past
-- nearly all of them: see docs/performance.md.
CREATE INDEX files_by_created ON files (created_at, id);
CREATE INDEX files_by_name ON files (name_key, id);
CREATE INDEX files_by_size ON files (size, id);
CREATE INDEX files_by_owner_created ON files (owner, created_at, id);
CREATE INDEX files_by_owner_name ON files (owner, name_key, id);
CREATE INDEX files_by_owner_size ON files (owner, size, id);

CREATE INDEX files_by_name_part ON files USING gin (name_key gin_trgm_ops);

-- The most downloaded. Files nobody fetched yet, so all new ones, are not in it.
CREATE INDEX files_by_downloads ON files (downloads DESC, id) WHERE downloads > 0;

-- What changed on each day, by owner; owner '' is everybody together. The rows of
-- the current day change all the time: the room left beside them lets a change
-- stay in its page and touch no index.
CREATE TABLE stats_days (
    owner            TEXT   COLLATE "C" NOT NULL,
    day              BIGINT NOT NULL,
    files_added      BIGINT NOT NULL,
    bytes_added      BIGINT NOT NULL,
    files_removed    BIGINT NOT NULL,
    bytes_removed    BIGINT NOT NULL,
    uploads_finished BIGINT NOT NULL,
    uploads_failed   BIGINT NOT NULL,
    downloads        BIGINT NOT NULL,
    PRIMARY KEY (owner, day)
) WITH (fillfactor = 50);

-- How much there is of each media type, by owner; owner '' is everybody together.
CREATE TABLE stats_types (
    owner      TEXT   COLLATE "C" NOT NULL,
    media_type TEXT   COLLATE "C" NOT NULL,
    files      BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    PRIMARY KEY (owner, media_type)
) WITH (fillfactor = 50);

-- What happened. A sequence alone is not in the order of commits, and who reads on
-- from a seq would miss what is committed later with an earlier one: so events are
-- written one transaction at a time, under a lock that is held to the commit.
CREATE TABLE events (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    type    TEXT   COLLATE "C" NOT NULL,
    subject TEXT   COLLATE "C" NOT NULL,
    owner   TEXT   COLLATE "C" NOT NULL,
    outcome TEXT   COLLATE "C" NOT NULL,
    reason  TEXT   COLLATE "C" NOT NULL
);

-- Blobs whose rows are gone and whose bytes have to go.
CREATE TABLE reclaims (
    id TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

CREATE INDEX reclaims_by_age ON reclaims (at, id);

-- The one row tells when the server was last known to run.
CREATE TABLE heartbeat (
    "only" BIGINT NOT NULL PRIMARY KEY CHECK ("only" = 1),
    at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE heartbeat;
DROP TABLE reclaims;
DROP TABLE events;
DROP TABLE stats_types;
DROP TABLE stats_days;
DROP TABLE files;
DROP TABLE uploads;
