-- Leases are PostgreSQL's alone: a SQLite file has one instance.

-- Register makes a new instance known. Its leases will have generations above the
-- one it returns; all that came before are somebody else's.
-- name: Register :one
WITH me AS (INSERT INTO instances (id, seen_at) VALUES (@id, clock_timestamp()))
SELECT nextval('lease_generations')::BIGINT AS floor;

-- Beat changes no row where the instance was declared dead.
-- name: Beat :execrows
UPDATE instances SET seen_at = clock_timestamp() WHERE id = @id;

-- CountInstances counts those that are alive, without one's own.
-- name: CountInstances :one
SELECT count(*) FROM instances
WHERE id <> @own AND seen_at > clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- Unregister ends an instance and, by the foreign key, all its leases.
-- name: Unregister :exec
WITH gone AS (DELETE FROM instances WHERE id = @id RETURNING id)
SELECT pg_notify('pawl_freed', '') FROM gone;

-- TakeLease takes a lease that is free or the instance's own. A holder that is not
-- alive any more is refused by the foreign key. Who takes one upload's takes turns:
-- else one that waits for another's row would already have its generation, a lower
-- one than of those before it.
-- name: TakeLease :one
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('pawl lease ' || @id::TEXT, 0)))
INSERT INTO leases AS held (id, holder, generation)
SELECT @id::TEXT, @holder::TEXT, nextval('lease_generations') FROM turn
ON CONFLICT (id) DO UPDATE SET generation = excluded.generation
WHERE held.holder = excluded.holder
RETURNING generation;

-- BuryHolder declares an upload's holder dead if it has not been seen for too long.
-- Should it show at the same time that it lives, one of the two waits for the
-- other's commit and then finds what the other did.
-- name: BuryHolder :execrows
DELETE FROM instances
WHERE id = (SELECT holder FROM leases WHERE leases.id = @id)
  AND seen_at <= clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- BuryAll does so with all, also with those whose leases nobody asks for.
-- name: BuryAll :execrows
DELETE FROM instances WHERE seen_at <= clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- AskHolder tells every instance that one of them has what another wants.
-- name: AskHolder :exec
SELECT pg_notify('pawl_wanted', holder || ' ' || id) FROM leases WHERE id = @id;

-- name: GiveBackLease :exec
WITH gone AS (DELETE FROM leases WHERE id = @id AND generation = @generation RETURNING id)
SELECT pg_notify('pawl_freed', id) FROM gone;

-- HoldLease locks the row, so that until the commit nobody takes or ends the lease.
-- name: HoldLease :one
SELECT holder FROM leases WHERE id = @id AND generation = @generation FOR SHARE;
