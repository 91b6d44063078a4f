-- Leases are PostgreSQL's alone: a SQLite file has one instance.

-- RegisterInstance inserts a new instance. Its leases will have generations above the
-- one that is returned; lower ones are other instances'.
-- name: RegisterInstance :one
WITH me AS (INSERT INTO instances (id, seen_at) VALUES (@id, clock_timestamp()))
SELECT nextval('lease_generations')::BIGINT AS floor;

-- RenewInstance changes no row where the instance was declared dead.
-- name: RenewInstance :execrows
UPDATE instances SET seen_at = clock_timestamp() WHERE id = @id;

-- CountInstances counts the instances that are alive, without one's own.
-- name: CountInstances :one
SELECT count(*) FROM instances
WHERE id <> @own AND seen_at > clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- DeleteInstance deletes an instance and, by the foreign key, all its leases.
-- name: DeleteInstance :exec
WITH gone AS (DELETE FROM instances WHERE id = @id RETURNING id)
SELECT pg_notify('pawl_freed', '') FROM gone;

-- TakeLease takes a lease that is free or the instance's own. The foreign key refuses a
-- holder that was declared dead. Transactions that take one upload's lease run one after
-- the other: else one that waits for another's row would already have its generation, a
-- lower one than of those before it.
-- name: TakeLease :one
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('pawl lease ' || @id::TEXT, 0)))
INSERT INTO leases AS held (id, holder, generation)
SELECT @id::TEXT, @holder::TEXT, nextval('lease_generations') FROM turn
ON CONFLICT (id) DO UPDATE SET generation = excluded.generation
WHERE held.holder = excluded.holder
RETURNING generation;

-- DeleteDeadHolder declares an upload's holder dead if it was not renewed for too long.
-- If it is renewed at the same time, one of the two waits for the other's commit and
-- then finds what the other did.
-- name: DeleteDeadHolder :execrows
DELETE FROM instances
WHERE id = (SELECT holder FROM leases WHERE leases.id = @id)
  AND seen_at <= clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- DeleteDeadInstances does so with all, also with those whose leases nobody needs.
-- name: DeleteDeadInstances :execrows
DELETE FROM instances WHERE seen_at <= clock_timestamp() - make_interval(secs => @ttl_seconds::FLOAT8);

-- NotifyHolder notifies the instances that another needs an upload, and who holds it.
-- name: NotifyHolder :exec
SELECT pg_notify('pawl_wanted', holder || ' ' || id) FROM leases WHERE id = @id;

-- name: ReleaseLease :exec
WITH gone AS (DELETE FROM leases WHERE id = @id AND generation = @generation RETURNING id)
SELECT pg_notify('pawl_freed', id) FROM gone;

-- LockLease locks the row, so that until the commit nobody takes or ends the lease.
-- name: LockLease :one
SELECT holder FROM leases WHERE id = @id AND generation = @generation FOR SHARE;
