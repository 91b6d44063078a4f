-- name: InsertReclaim :exec
INSERT INTO reclaims (id, at) VALUES (@id, @at) ON CONFLICT (id) DO NOTHING;

-- name: DeleteReclaim :exec
DELETE FROM reclaims WHERE id = @id;

-- name: Reclaims :many
SELECT id FROM reclaims ORDER BY at, id LIMIT CAST(@lim AS BIGINT);

-- name: SetHeartbeat :exec
INSERT INTO heartbeat ("only", at) VALUES (1, @at) ON CONFLICT ("only") DO UPDATE SET at = excluded.at;

-- name: Heartbeat :one
SELECT at FROM heartbeat WHERE "only" = 1;
