-- Partial uploads that were joined into a file: a client asks for them again if it did not
-- receive the answer to the join. The rows are deleted after a while.

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
