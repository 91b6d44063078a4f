-- name: InsertEvent :exec
INSERT INTO events (at, type, subject, owner, outcome, reason)
VALUES (@at, @type, @subject, @owner, @outcome, @reason);

-- name: Events :many
SELECT * FROM events WHERE seq > @after ORDER BY seq LIMIT CAST(@lim AS BIGINT);

-- name: EventSpan :one
SELECT
    CAST(coalesce((SELECT min(seq) FROM events), 0) AS BIGINT) AS oldest,
    CAST(coalesce((SELECT max(seq) FROM events), 0) AS BIGINT) AS newest;

-- ForgetEvents deletes the events up to the first that is recent enough, so it reads no
-- more rows than it deletes. The newest stays: no seq is given twice.
-- name: ForgetEvents :exec
DELETE FROM events
WHERE seq < coalesce(
    (SELECT e.seq FROM events e WHERE e.at >= CAST(@before AS BIGINT) ORDER BY e.seq LIMIT 1),
    (SELECT max(e.seq) FROM events e));
