-- LockEvents makes this transaction the only one that writes events until its
-- commit. SQLite has one writer anyway.
-- name: LockEvents :exec
SELECT pg_advisory_xact_lock(@key::BIGINT);

-- name: NotifyEvent :exec
SELECT pg_notify('pawl_event', '');
