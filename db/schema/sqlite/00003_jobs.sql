-- What is to be freed is a job from now on. If a row of reclaims is left, its blob is found
-- as one that nothing refers to. The heartbeat has the time since when it has no gap.

-- +goose Up
DROP TABLE reclaims;
ALTER TABLE heartbeat ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE heartbeat DROP COLUMN since;
CREATE TABLE reclaims (
    id TEXT   NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
