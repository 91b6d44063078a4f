-- BeginHeartbeat has the heartbeat be without a gap from now on, if it has one, or if
-- the clock was set back. It
-- comes before SetHeartbeat: sqlc loses parameters after ON CONFLICT.
-- name: BeginHeartbeat :exec
UPDATE heartbeat SET since = @now WHERE "only" = 1 AND (at < CAST(@gap_before AS BIGINT) OR since > @now);

-- name: SetHeartbeat :exec
INSERT INTO heartbeat ("only", at, since) VALUES (1, @at, @at)
ON CONFLICT ("only") DO UPDATE SET at = excluded.at;

-- name: Heartbeat :one
SELECT at, since FROM heartbeat WHERE "only" = 1;
