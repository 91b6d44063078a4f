-- Partial uploads that were joined into a file: their clients ask for them once more
-- if they have not heard of the join. They are forgotten after a while.

-- +goose Up
CREATE TABLE used_parts (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner         TEXT COLLATE "C" NOT NULL,
    length        BIGINT NOT NULL, -- bytes
    secret_sha256 BYTEA,
    used_at       BIGINT NOT NULL
);

CREATE INDEX used_parts_by_age ON used_parts (used_at);

-- +goose Down
DROP TABLE used_parts;
