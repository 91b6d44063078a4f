package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"pawl"
	"pawl/db/postgres/internal/query"
)

// An instance has a row, which it renews about once a second. Its leases are valid while
// the row exists. Another instance that needs one of them may delete the row when it was
// not renewed for deadAfter by the database's clock, and the leases go with it. An
// instance whose row was deleted registers as a new one, with another id; none of its
// old leases is valid then.
const (
	deadAfter  = 5 * time.Second
	renewEvery = time.Second
	renewLimit = 3 * time.Second // for one renewal
	// sureFor is for how long after the start of a renewal nobody can have found the
	// instance dead. The difference allows for clocks that run at different speeds.
	sureFor = deadAfter - 1500*time.Millisecond
	// cleanEvery is how often dead instances are deleted, and the jobs they ran released.
	cleanEvery = 5 * time.Second

	pollEvery   = 200 * time.Millisecond // while waiting for a lease
	notifyEvery = time.Second            // its holder, meanwhile
)

// Leases is [pawl.Leases] in the database.
type Leases struct {
	store *Store
	log   *slog.Logger
	// renewals has one connection of its own: the instance is alive, however long
	// requests wait for theirs.
	renewals *pgxpool.Pool
	process  string // begins the ids of this process's instances
	started  sync.Once
	stop     context.CancelFunc
	stopped  chan struct{} // closed when the renewals have ended
	freed    waiters

	renewing sync.Mutex // one renewal at a time
	mu       sync.Mutex
	instance instance
}

var _ pawl.Leases = (*Leases)(nil)

// instance is this process as the database knows it. The zero instance is not
// registered.
type instance struct {
	id      string
	floor   int64     // its leases have higher generations
	renewed time.Time // when the last renewal that succeeded started, by the monotonic clock
}

func newLeases(s *Store, config *pgxpool.Config) (*Leases, error) {
	config = config.Copy()
	config.MinConns, config.MaxConns = 0, 1
	renewals, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, err
	}
	return &Leases{store: s, log: s.log, renewals: renewals, process: rand.Text(), stopped: make(chan struct{})}, nil
}

// start starts renewing the instance.
func (l *Leases) start() {
	l.started.Do(func() {
		var ctx context.Context
		ctx, l.stop = context.WithCancel(context.Background())
		go l.run(ctx)
	})
}

// close deletes the instance: others can take its leases at once.
func (l *Leases) close() {
	l.started.Do(func() { close(l.stopped) }) // it was never started, and never will be
	if l.stop != nil {
		l.stop()
	}
	<-l.stopped
	if id := l.current().id; id != "" {
		ctx := context.Background()
		err := l.onRenewals(ctx, "delete the instance", func(ctx context.Context, q *query.Queries) error {
			return q.DeleteInstance(ctx, id)
		})
		if err != nil {
			l.log.WarnContext(ctx, "leases could not be released; they expire in a few seconds", "error", err)
		}
		l.set(instance{})
	}
	l.renewals.Close()
}

// Instances returns how many instances use the database now, without this one. One that
// was killed a few seconds ago still counts.
func (s *Store) Instances(ctx context.Context) (int64, error) {
	s.leases.renewing.Lock() // a registration under way changes the id
	me := s.leases.current()
	s.leases.renewing.Unlock()
	return s.leases.exec(ctx, "count the instances", func(ctx context.Context, q *query.Queries) (int64, error) {
		return q.CountInstances(ctx, me.id, deadAfter.Seconds())
	})
}

func (l *Leases) run(ctx context.Context) {
	defer close(l.stopped)
	var cleaning sync.WaitGroup
	defer cleaning.Wait()
	cleaning.Go(func() { l.keepClean(ctx) })
	renew := time.NewTicker(renewEvery)
	defer renew.Stop()
	renewed := l.renewAndLog(ctx, true) // at once, so that it is counted among the instances
	for {
		select {
		case <-renew.C:
			renewed = l.renewAndLog(ctx, renewed)
		case <-ctx.Done():
			return
		}
	}
}

// keepClean cleans up after dead instances until ctx ends. Renewals do not wait for it.
func (l *Leases) keepClean(ctx context.Context) {
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := l.clean(ctx); err != nil && ctx.Err() == nil {
				l.log.DebugContext(ctx, "cleaning up after dead instances failed", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// clean deletes dead instances, also those whose leases nobody needs, and releases the jobs
// that they were running.
func (l *Leases) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, renewLimit)
	defer cancel()
	if _, err := query.New(l.store.pool).DeleteDeadInstances(ctx, deadAfter.Seconds()); err != nil {
		return err
	}
	return l.store.releaseJobs(ctx)
}

// renewAndLog renews the instance and reports whether that succeeded. It logs where the
// outcome is another than before.
func (l *Leases) renewAndLog(ctx context.Context, before bool) (renewed bool) {
	err := l.renew(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && before:
		l.log.WarnContext(ctx, "this instance cannot be renewed in the database; its leases expire in a few seconds", "error", err)
	case err == nil && !before:
		l.log.InfoContext(ctx, "this instance is renewed in the database again")
	}
	return err == nil
}

// renew renews the instance. One that was declared dead meanwhile registers as a new
// one.
func (l *Leases) renew(ctx context.Context) error {
	l.renewing.Lock()
	defer l.renewing.Unlock()
	me := l.current()
	if me.id == "" {
		return l.register(ctx)
	}
	known := false
	err := l.onRenewals(ctx, "renew the instance", func(ctx context.Context, q *query.Queries) error {
		me.renewed = time.Now()
		n, err := q.RenewInstance(ctx, me.id)
		known = n > 0
		return err
	})
	if err != nil {
		return err
	}
	if !known {
		l.log.WarnContext(ctx, "this instance was declared dead, and registers again")
		return l.register(ctx)
	}
	l.set(me)
	return nil
}

// replace registers a new instance in place of old, which the database does not know,
// unless that is done already.
func (l *Leases) replace(ctx context.Context, old instance) error {
	l.renewing.Lock()
	defer l.renewing.Unlock()
	if l.current().id != old.id {
		return nil
	}
	return l.register(ctx)
}

// register registers a new instance. It requires the lock renewing, and is called only
// where the database does not know the instance: with two of them, each could take
// leases for this process, which renews one.
func (l *Leases) register(ctx context.Context) error {
	l.set(instance{})                // until the database knows the new one
	ctx = context.WithoutCancel(ctx) // cut off, it could be known there and not here
	var me instance
	err := l.onRenewals(ctx, "register the instance", func(ctx context.Context, q *query.Queries) (err error) {
		me = instance{id: l.process + "." + rand.Text(), renewed: time.Now()} // each attempt is another instance
		me.floor, err = q.RegisterInstance(ctx, me.id)
		return err
	})
	if err == nil {
		l.set(me)
	}
	return err
}

// onRenewals runs a statement on the connection for renewals, and once more where that
// turned out to be one to a server that is gone.
func (l *Leases) onRenewals(ctx context.Context, doing string, fn func(context.Context, *query.Queries) error) error {
	ctx, cancel := context.WithTimeout(ctx, renewLimit)
	defer cancel()
	q := query.New(l.renewals)
	err := fn(ctx, q)
	if isLost(err) && ctx.Err() == nil {
		l.renewals.Reset()
		err = fn(ctx, q)
	}
	return translate(doing, err)
}

func (l *Leases) current() instance {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.instance
}

func (l *Leases) set(i instance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.instance = i
}

// Sure implements [pawl.Leases].
func (l *Leases) Sure(lease pawl.Lease) bool {
	me := l.current()
	return me.id != "" && lease.Generation > me.floor && time.Since(me.renewed) < sureFor
}

// Take implements [pawl.Leases].
func (l *Leases) Take(ctx context.Context, id pawl.ID, wait time.Duration) (pawl.Lease, error) {
	if wait <= 0 {
		return l.takeNow(ctx, id)
	}
	freed, leave := l.freed.add(id) // before the first attempt, so that no notification is missed
	defer leave()
	over := time.NewTimer(wait)
	defer over.Stop()
	notified := time.Time{}
	for {
		lease, err := l.takeNow(ctx, id)
		if pawl.KindOf(err) != pawl.Locked {
			return lease, err
		}
		if time.Since(notified) > notifyEvery {
			notified = time.Now()
			if err := l.notifyHolder(ctx, id); err != nil {
				return pawl.Lease{}, err
			}
		}
		select {
		case <-freed:
		case <-time.After(pollEvery):
		case <-over.C:
			return pawl.Lease{}, err
		case <-ctx.Done():
			return pawl.Lease{}, pawl.Because(context.Cause(ctx), pawl.Locked, errHeld.Message)
		}
	}
}

var errHeld = pawl.Errorf(pawl.Locked, "another instance is using this upload; try again in a moment")

// takeNow takes the lease unless an instance that is alive has it.
func (l *Leases) takeNow(ctx context.Context, id pawl.ID) (pawl.Lease, error) {
	lease, err := l.take(ctx, id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return lease, err
	}
	deleted, err := l.exec(ctx, "delete a lease's dead holder", func(ctx context.Context, q *query.Queries) (int64, error) {
		return q.DeleteDeadHolder(ctx, string(id), deadAfter.Seconds())
	})
	if err != nil {
		return pawl.Lease{}, err
	}
	if deleted == 0 {
		return pawl.Lease{}, errHeld
	}
	lease, err = l.take(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) { // another instance was faster
		return pawl.Lease{}, errHeld
	}
	return lease, err
}

// take takes a lease that is free or this instance's already. An instance that the
// database does not know is registered first.
func (l *Leases) take(ctx context.Context, id pawl.ID) (pawl.Lease, error) {
	me := l.current()
	lease, err := l.takeAs(ctx, me, id)
	e, ok := errors.AsType[*pgconn.PgError](err)
	if errors.Is(err, errUnregistered) || ok && e.Code == foreignKeyViolation {
		if err := l.replace(ctx, me); err != nil {
			return pawl.Lease{}, err
		}
		return l.takeAs(ctx, l.current(), id)
	}
	return lease, err
}

var errUnregistered = pawl.Errorf(pawl.Unavailable, "the database does not know this instance yet")

func (l *Leases) takeAs(ctx context.Context, me instance, id pawl.ID) (pawl.Lease, error) {
	if me.id == "" {
		return pawl.Lease{}, errUnregistered
	}
	generation, err := l.exec(ctx, "take a lease", func(ctx context.Context, q *query.Queries) (int64, error) {
		return q.TakeLease(ctx, string(id), me.id)
	})
	return pawl.Lease{ID: id, Generation: generation}, err
}

// notifyHolder notifies the holder that this instance needs the upload.
func (l *Leases) notifyHolder(ctx context.Context, id pawl.ID) error {
	_, err := l.exec(ctx, "notify a lease's holder", func(ctx context.Context, q *query.Queries) (int64, error) {
		return 0, q.NotifyHolder(ctx, string(id))
	})
	return err
}

// GiveBack implements [pawl.Leases].
func (l *Leases) GiveBack(ctx context.Context, lease pawl.Lease) error {
	_, err := l.exec(ctx, "release a lease", func(ctx context.Context, q *query.Queries) (int64, error) {
		return 0, q.ReleaseLease(ctx, string(lease.ID), lease.Generation)
	})
	return err
}

// exec runs a single statement. Each of them can be repeated where its outcome is
// unknown, as it is when the connection turns out to be dead.
func (l *Leases) exec(ctx context.Context, doing string, fn func(context.Context, *query.Queries) (int64, error)) (n int64, err error) {
	err = l.store.onConn(ctx, doing, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		n, err = fn(ctx, query.New(conn))
		return err
	})
	return n, err
}

// waiters are the calls that wait for leases to be freed.
type waiters struct {
	mu  sync.Mutex
	all map[chan struct{}]pawl.ID
}

// add returns a channel that receives when the lease may be free, until leave is
// called.
func (w *waiters) add(id pawl.ID) (freed <-chan struct{}, leave func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = make(map[chan struct{}]pawl.ID)
	}
	w.all[c] = id
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, c)
	}
}

// wake wakes the calls that wait for a lease, or with the empty id all of them.
func (w *waiters) wake(id pawl.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c, waited := range w.all {
		if id != "" && id != waited {
			continue
		}
		select {
		case c <- struct{}{}:
		default: // woken already
		}
	}
}
