-- RestartHeartbeat sets the time since when the heartbeat has no gap to now, where there
-- is a gap or the clock was set back. It comes before SetHeartbeat, and is not part of
-- it: sqlc loses parameters after ON CONFLICT.
-- name: RestartHeartbeat :exec
UPDATE heartbeat SET since = @now WHERE "only" = 1 AND (at < CAST(@gap_before AS BIGINT) OR since > @now);

-- name: SetHeartbeat :exec
INSERT INTO heartbeat ("only", at, since) VALUES (1, @at, @at)
ON CONFLICT ("only") DO UPDATE SET at = excluded.at;

-- name: Heartbeat :one
SELECT at, since FROM heartbeat WHERE "only" = 1;
