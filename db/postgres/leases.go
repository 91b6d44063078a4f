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

// An instance shows that it is alive by one row, which it updates about once a
// second. Its leases are its own while the row is there. Another instance that
// wants one of them may delete the row when it is older than deadAfter by the
// database's clock, and the leases go with it. An instance whose row was deleted
// never comes back as the same: it registers as a new one, and none of its old
// leases is its own any more.
const (
	deadAfter = 5 * time.Second
	beatEvery = time.Second
	beatLimit = 3 * time.Second // for one beat
	// sureFor is for how long after the begin of a beat nobody can have found the
	// instance dead. The difference is for clocks that do not run at one speed.
	sureFor = deadAfter - 1500*time.Millisecond
	// buryEvery is how often dead instances are looked for that nobody wants anything
	// of.
	buryEvery = time.Minute

	pollEvery = 200 * time.Millisecond // for a lease that is waited for
	askEvery  = time.Second            // for one's holder to let go
)

// Leases is [pawl.Leases] in the database.
type Leases struct {
	store *Store
	log   *slog.Logger
	// beats has one connection of its own: the instance lives, however long requests
	// wait for theirs.
	beats   *pgxpool.Pool
	started sync.Once
	stop    context.CancelFunc
	stopped chan struct{} // closed when the beats have ended
	freed   waiters

	beating  sync.Mutex // one beat at a time
	mu       sync.Mutex
	instance instance
}

var _ pawl.Leases = (*Leases)(nil)

// instance is as what the database knows this process. The zero one is unknown to
// it.
type instance struct {
	id    string
	floor int64     // its leases have higher generations
	seen  time.Time // when the last beat that arrived began, by the monotonic clock
}

func newLeases(s *Store, config *pgxpool.Config) (*Leases, error) {
	config = config.Copy()
	config.MinConns, config.MaxConns = 0, 1
	beats, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, err
	}
	return &Leases{store: s, log: s.log, beats: beats, stopped: make(chan struct{})}, nil
}

// start begins to show that this instance is alive.
func (l *Leases) start() {
	l.started.Do(func() {
		var ctx context.Context
		ctx, l.stop = context.WithCancel(context.Background())
		go l.run(ctx)
	})
}

// close ends the instance: others can have its leases at once.
func (l *Leases) close() {
	l.started.Do(func() { close(l.stopped) }) // it never began, and never will
	if l.stop != nil {
		l.stop()
	}
	<-l.stopped
	if id := l.now().id; id != "" {
		ctx := context.Background()
		err := l.onBeats(ctx, "end the instance", func(ctx context.Context, q *query.Queries) error {
			return q.Unregister(ctx, id)
		})
		if err != nil {
			l.log.WarnContext(ctx, "leases are not given back; they end by themselves", "error", err)
		}
		l.set(instance{})
	}
	l.beats.Close()
}

// Instances is how many instances use the database now, without this one. One that
// was killed a few seconds ago counts still.
func (s *Store) Instances(ctx context.Context) (int64, error) {
	s.leases.beating.Lock() // one that is registering knows its name when it is done
	me := s.leases.now()
	s.leases.beating.Unlock()
	return s.leases.exec(ctx, "count the instances", func(ctx context.Context, q *query.Queries) (int64, error) {
		return q.CountInstances(ctx, me.id, deadAfter.Seconds())
	})
}

func (l *Leases) run(ctx context.Context) {
	defer close(l.stopped)
	beat, bury := time.NewTicker(beatEvery), time.NewTicker(buryEvery)
	defer beat.Stop()
	defer bury.Stop()
	alive := l.showAlive(ctx, true) // at once: who counts instances counts this one
	for {
		select {
		case <-beat.C:
			alive = l.showAlive(ctx, alive)
		case <-bury.C:
			if _, err := query.New(l.beats).BuryAll(ctx, deadAfter.Seconds()); err != nil && ctx.Err() == nil {
				l.log.DebugContext(ctx, "dead instances are not removed yet", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// showAlive beats, and tells of a change for the worse or the better.
func (l *Leases) showAlive(ctx context.Context, before bool) (now bool) {
	err := l.beat(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && before:
		l.log.WarnContext(ctx, "the database does not hear that this instance is alive", "error", err)
	case err == nil && !before:
		l.log.InfoContext(ctx, "the database hears again that this instance is alive")
	}
	return err == nil
}

// beat shows that the instance is alive. One that was declared dead meanwhile
// registers as a new one.
func (l *Leases) beat(ctx context.Context) error {
	l.beating.Lock()
	defer l.beating.Unlock()
	me := l.now()
	if me.id == "" {
		return l.register(ctx)
	}
	known := false
	err := l.onBeats(ctx, "show that the instance is alive", func(ctx context.Context, q *query.Queries) error {
		me.seen = time.Now()
		n, err := q.Beat(ctx, me.id)
		known = n > 0
		return err
	})
	if err != nil {
		return err
	}
	if !known {
		l.log.WarnContext(ctx, "this instance was taken for dead, and begins anew")
		return l.register(ctx)
	}
	l.set(me)
	return nil
}

// replace makes sure that the instance is another one than old, which the database
// does not know.
func (l *Leases) replace(ctx context.Context, old instance) error {
	l.beating.Lock()
	defer l.beating.Unlock()
	if l.now().id != old.id {
		return nil
	}
	return l.register(ctx)
}

// register is called by one at a time, and only where the database does not know
// the instance: two that are both alive could each take leases for this process,
// which beats for one of them.
func (l *Leases) register(ctx context.Context) error {
	l.set(instance{})                // until the database knows the new one
	ctx = context.WithoutCancel(ctx) // cut off, it could be known there and not here
	var me instance
	err := l.onBeats(ctx, "register the instance", func(ctx context.Context, q *query.Queries) (err error) {
		me = instance{id: rand.Text(), seen: time.Now()} // each attempt is another one
		me.floor, err = q.Register(ctx, me.id)
		return err
	})
	if err == nil {
		l.set(me)
	}
	return err
}

// onBeats runs a statement on the connection for the beats, and once more where
// that turned out to be one to a server that is gone.
func (l *Leases) onBeats(ctx context.Context, doing string, fn func(context.Context, *query.Queries) error) error {
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	q := query.New(l.beats)
	err := fn(ctx, q)
	if isLost(err) && ctx.Err() == nil {
		l.beats.Reset()
		err = fn(ctx, q)
	}
	return translate(doing, err)
}

func (l *Leases) now() instance {
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
	me := l.now()
	return me.id != "" && lease.Generation > me.floor && time.Since(me.seen) < sureFor
}

// Take implements [pawl.Leases].
func (l *Leases) Take(ctx context.Context, id pawl.ID, wait time.Duration) (pawl.Lease, error) {
	if wait <= 0 {
		return l.try(ctx, id)
	}
	freed, leave := l.freed.join(id) // before it is tried, so that nothing slips between
	defer leave()
	over := time.NewTimer(wait)
	defer over.Stop()
	asked := time.Time{}
	for {
		lease, err := l.try(ctx, id)
		if pawl.KindOf(err) != pawl.Locked {
			return lease, err
		}
		if time.Since(asked) > askEvery {
			asked = time.Now()
			if err := l.ask(ctx, id); err != nil {
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

// try takes the lease if nobody else has it who is alive.
func (l *Leases) try(ctx context.Context, id pawl.ID) (pawl.Lease, error) {
	lease, err := l.take(ctx, id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return lease, err
	}
	buried, err := l.exec(ctx, "look whether a lease's holder is alive", func(ctx context.Context, q *query.Queries) (int64, error) {
		return q.BuryHolder(ctx, string(id), deadAfter.Seconds())
	})
	if err != nil {
		return pawl.Lease{}, err
	}
	if buried == 0 {
		return pawl.Lease{}, errHeld
	}
	lease, err = l.take(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) { // somebody else was quicker
		return pawl.Lease{}, errHeld
	}
	return lease, err
}

// take takes a lease that is free or this instance's already. An instance that
// the database does not know, or no longer, registers before.
func (l *Leases) take(ctx context.Context, id pawl.ID) (pawl.Lease, error) {
	me := l.now()
	lease, err := l.takeAs(ctx, me, id)
	e, ok := errors.AsType[*pgconn.PgError](err)
	if errors.Is(err, errUnregistered) || ok && e.Code == foreignKeyViolation {
		if err := l.replace(ctx, me); err != nil {
			return pawl.Lease{}, err
		}
		return l.takeAs(ctx, l.now(), id)
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

// ask tells the holder that the upload is wanted here.
func (l *Leases) ask(ctx context.Context, id pawl.ID) error {
	_, err := l.exec(ctx, "ask for a lease", func(ctx context.Context, q *query.Queries) (int64, error) {
		return 0, q.AskHolder(ctx, string(id))
	})
	return err
}

// GiveBack implements [pawl.Leases].
func (l *Leases) GiveBack(ctx context.Context, lease pawl.Lease) error {
	_, err := l.exec(ctx, "give a lease back", func(ctx context.Context, q *query.Queries) (int64, error) {
		return 0, q.GiveBackLease(ctx, string(lease.ID), lease.Generation)
	})
	return err
}

// exec runs a statement that stands by itself. Each of them can be repeated where
// its outcome is unknown, as it is when the connection turns out to be dead.
func (l *Leases) exec(ctx context.Context, doing string, fn func(context.Context, *query.Queries) (int64, error)) (n int64, err error) {
	err = l.store.onConn(ctx, doing, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		n, err = fn(ctx, query.New(conn))
		return err
	})
	return n, err
}

// waiters are those who wait for leases to be freed.
type waiters struct {
	mu  sync.Mutex
	all map[chan struct{}]pawl.ID
}

// join returns a channel that tells when the lease may be free, until leave.
func (w *waiters) join(id pawl.ID) (freed <-chan struct{}, leave func()) {
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

// wake tells those who wait for one lease, or with the empty id all.
func (w *waiters) wake(id pawl.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c, waited := range w.all {
		if id != "" && id != waited {
			continue
		}
		select {
		case c <- struct{}{}:
		default: // told already
		}
	}
}
