package postgres

import (
	"context"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/db/postgres/internal/query"
	"pawl/internal/testbed/postgrestest"
)

// two are two instances on one database, each listening.
func two(t *testing.T) (a, b *Store, listen func(*Store, Heard)) {
	t.Helper()
	url := postgrestest.URL(t)
	a, b = openTest(t, url), openTest(t, url)
	a.Leases()
	b.Leases()
	return a, b, func(s *Store, h Heard) { listening(t, s, h) }
}

// listening listens until the test ends, and returns when the store hears.
func listening(t *testing.T, s *Store, h Heard) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	hears := make(chan struct{}, 1)
	event := h.Event
	h.Event = func() {
		if event != nil {
			event()
		}
		select {
		case hears <- struct{}{}:
		default:
		}
	}
	done.Go(func() { s.Listen(ctx, h) })
	t.Cleanup(func() { cancel(); done.Wait() })
	<-hears
}

func take(t *testing.T, s *Store, id pawl.ID, wait time.Duration) pawl.Lease {
	t.Helper()
	l, err := s.leases.Take(t.Context(), id, wait)
	if err != nil {
		t.Fatalf("take %s: %v", id, err)
	}
	return l
}

func wantLocked(t *testing.T, err error) {
	t.Helper()
	if pawl.KindOf(err) != pawl.Locked {
		t.Fatalf("got %v, want it locked", err)
	}
}

func hold(t *testing.T, s *Store, l pawl.Lease) error {
	return s.Update(t.Context(), func(tx pawl.Tx) error { return tx.Hold(l) })
}

// stopRenewals makes the database hear no more of the instance, as when it is stopped
// or cut off.
func stopRenewals(s *Store) {
	s.leases.stop()
	<-s.leases.stopped
}

// age makes the database believe that an instance was last seen so long ago.
func age(t *testing.T, s *Store, id string, by time.Duration) {
	t.Helper()
	tag, err := s.pool.Exec(t.Context(),
		"UPDATE instances SET seen_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1", id, by.Seconds())
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%v rows, %v; want one", tag, err)
	}
}

func TestLeaseIsGivenBack(t *testing.T) {
	a, b, _ := two(t)
	id := pawl.NewID(time.Now())
	first := take(t, a, id, 0)
	if !a.leases.Sure(first) {
		t.Fatal("not sure of a lease just taken")
	}
	_, err := b.leases.Take(t.Context(), id, 0)
	wantLocked(t, err)
	again := take(t, a, id, 0)
	if again.Generation <= first.Generation {
		t.Fatalf("generation %d after %d", again.Generation, first.Generation)
	}
	wantLocked(t, hold(t, a, first))
	if err := a.leases.GiveBack(t.Context(), first); err != nil { // an old one: nothing happens
		t.Fatal(err)
	}
	if err := hold(t, a, again); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second time is no error
		if err := a.leases.GiveBack(t.Context(), again); err != nil {
			t.Fatal(err)
		}
	}
	wantLocked(t, hold(t, a, again))
	if l := take(t, b, id, 0); l.Generation <= again.Generation {
		t.Fatalf("generation %d after %d", l.Generation, again.Generation)
	}
}

// TestHolderReleases has one instance notify the other: no time-out is involved. The
// waiter's poll alone would find the lease free too, so it is taken many times.
func TestHolderReleases(t *testing.T) {
	a, b, listen := two(t)
	id := pawl.NewID(time.Now())
	held := take(t, a, id, 0)
	wanted := make(chan pawl.ID, 16)
	listen(b, Heard{Wanted: func(id pawl.ID) { t.Errorf("%s is wanted of one who has it not", id) }})
	listen(a, Heard{Wanted: func(id pawl.ID) { wanted <- id }})
	go func() {
		if got := <-wanted; got != id {
			t.Errorf("%s is wanted, want %s", got, id)
		}
		if err := a.leases.GiveBack(context.Background(), held); err != nil {
			t.Error(err)
		}
	}()
	began := time.Now()
	taken := take(t, b, id, time.Minute)
	t.Logf("taken over in %v", time.Since(began))
	if taken.Generation <= held.Generation || !b.leases.Sure(taken) {
		t.Fatalf("got %+v after %+v", taken, held)
	}
	wantLocked(t, hold(t, a, held))
}

func TestWaitEnds(t *testing.T) {
	a, b, _ := two(t)
	id := pawl.NewID(time.Now())
	take(t, a, id, 0)
	_, err := b.leases.Take(t.Context(), id, 300*time.Millisecond)
	wantLocked(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err = b.leases.Take(ctx, id, time.Minute)
	if kind := pawl.KindOf(err); kind != pawl.Locked && kind != pawl.Unavailable {
		t.Fatal(err)
	}
	if n := len(b.leases.freed.all); n != 0 {
		t.Fatalf("%d still wait", n)
	}
}

// TestSilentHolderLosesLease stops the renewals of one instance. It knows that it is
// not sure any more before anybody can have taken its lease, what it commits then
// is refused, and when it is back it is another instance.
func TestSilentHolderLosesLease(t *testing.T) {
	a, b, _ := two(t)
	id, other := pawl.NewID(time.Now()), pawl.NewID(time.Now())
	held := take(t, a, id, 0)
	stopRenewals(a)
	taken := take(t, b, id, time.Minute) // by the database's clock, in real time
	if a.leases.Sure(held) {
		t.Fatal("sure of a lease that another has")
	}
	if taken.Generation <= held.Generation {
		t.Fatalf("generation %d after %d", taken.Generation, held.Generation)
	}
	wantLocked(t, hold(t, a, held))
	if err := hold(t, b, taken); err != nil {
		t.Fatal(err)
	}
	old := a.leases.current().id
	fresh := take(t, a, other, 0)
	if a.leases.current().id == old || !a.leases.Sure(fresh) || a.leases.Sure(held) {
		t.Fatalf("the instance has come back as the one that was dead: %+v", a.leases.current())
	}
	_, err := a.leases.Take(t.Context(), id, 0)
	wantLocked(t, err)
}

// TestClocks has the database's clock decide, whatever else is said: a holder that
// was seen just under the limit ago keeps its lease.
func TestClocks(t *testing.T) {
	a, b, _ := two(t)
	id := pawl.NewID(time.Now().Add(-time.Hour))
	held := take(t, a, id, 0)
	stopRenewals(a)
	me := a.leases.current().id
	age(t, b, me, -time.Hour)
	_, err := b.leases.Take(t.Context(), id, 0)
	wantLocked(t, err)
	if err := hold(t, a, held); err != nil {
		t.Fatal(err)
	}
	age(t, b, me, deadAfter)
	take(t, b, id, 0)
	wantLocked(t, hold(t, a, held))
}

// TestRenewalRevives has an instance that was not renewed for long, but was not declared
// dead, keep its leases.
func TestRenewalRevives(t *testing.T) {
	a, b, _ := two(t)
	id := pawl.NewID(time.Now())
	held := take(t, a, id, 0)
	stopRenewals(a)
	age(t, b, a.leases.current().id, time.Hour)
	if err := a.leases.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := b.leases.Take(t.Context(), id, 0)
	wantLocked(t, err)
	if !a.leases.Sure(held) {
		t.Fatal("not sure after a renewal")
	}
}

// TestHoldDelaysTake holds a lease in a transaction while its instance is declared
// dead: who takes the lease waits for the commit.
func TestHoldDelaysTake(t *testing.T) {
	a, b, _ := two(t)
	id := pawl.NewID(time.Now())
	held := take(t, a, id, 0)
	stopRenewals(a)
	age(t, b, a.leases.current().id, time.Hour)
	taken := make(chan pawl.Lease, 1)
	err := a.Update(t.Context(), func(tx pawl.Tx) error {
		if err := tx.Hold(held); err != nil {
			return err
		}
		go func() {
			l, err := b.leases.Take(context.Background(), id, time.Minute)
			if err != nil {
				t.Error(err)
			}
			taken <- l
		}()
		awaitLockWait(t, b)
		select {
		case l := <-taken:
			t.Errorf("%+v was taken from under a transaction that holds it", l)
		default:
		}
		return tx.InsertUpload(pawl.Upload{ID: id, Length: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if l := <-taken; l.Generation <= held.Generation {
		t.Fatalf("generation %d after %d", l.Generation, held.Generation)
	}
	if _, err := b.Upload(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// awaitLockWait waits until a statement waits for a lock.
func awaitLockWait(t *testing.T, s *Store) {
	t.Helper()
	for {
		var n int
		err := s.pool.QueryRow(t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestClosedInstanceLeavesNothing(t *testing.T) {
	url := postgrestest.URL(t)
	a, err := Open(t.Context(), Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	a.Leases()
	b := openTest(t, url)
	b.Leases()
	id := pawl.NewID(time.Now())
	held := take(t, a, id, 0)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	take(t, b, id, 0)
	if a.leases.Sure(held) {
		t.Fatal("sure of a lease after the end")
	}
	if _, err := a.leases.Take(t.Context(), id, 0); pawl.KindOf(err) != pawl.Unavailable {
		t.Fatalf("a closed store: %v", err)
	}
}

// TestDeadAreDeleted deletes dead instances whose leases nobody needs, and none that is
// alive.
func TestDeadAreDeleted(t *testing.T) {
	a, b, _ := two(t)
	dead, alive := pawl.NewID(time.Now()), pawl.NewID(time.Now())
	take(t, a, dead, 0)
	kept := take(t, b, alive, 0)
	stopRenewals(a)
	age(t, b, a.leases.current().id, time.Hour)
	n, err := query.New(b.pool).DeleteDeadInstances(t.Context(), deadAfter.Seconds())
	if err != nil || n != 1 {
		t.Fatalf("%d buried, %v; want one", n, err)
	}
	var left int
	if err := b.pool.QueryRow(t.Context(), "SELECT count(*) FROM leases").Scan(&left); err != nil || left != 1 {
		t.Fatalf("%d leases left, %v; want one", left, err)
	}
	if err := hold(t, b, kept); err != nil {
		t.Fatal(err)
	}
}

// TestInstances counts the others that are alive.
func TestInstances(t *testing.T) {
	a, b, _ := two(t)
	count := func(s *Store, want int64) {
		t.Helper()
		if n, err := s.Instances(t.Context()); err != nil || n != want {
			t.Errorf("%d instances, %v; want %d", n, err, want)
		}
	}
	take(t, a, pawl.NewID(time.Now()), 0) // known to the database now, if it was not yet
	take(t, b, pawl.NewID(time.Now()), 0)
	count(a, 1)
	looking := openTest(t, b.pool.Config().ConnString()) // never shows that it is alive
	count(looking, 2)
	count(a, 1)
	stopRenewals(b)
	age(t, b, b.leases.current().id, deadAfter)
	count(a, 0)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	count(looking, 0)
}

// TestOneHolderAtATime has two instances take and give back the same few leases.
// A holder counts itself in while it has one; it must always be alone.
func TestOneHolderAtATime(t *testing.T) {
	a, b, listen := two(t)
	stores := []*Store{a, b}
	ids := []pawl.ID{pawl.NewID(time.Now()), pawl.NewID(time.Now()), pawl.NewID(time.Now())}
	var mu sync.Mutex
	holders := map[pawl.ID]int{}
	last := map[pawl.ID]int64{}
	for _, s := range stores {
		listen(s, Heard{})
	}
	var work sync.WaitGroup
	for i, s := range stores {
		for n := range ids {
			work.Go(func() { // within an instance one at a time is at an upload
				id := ids[(n+i)%len(ids)]
				for range 30 {
					l, err := s.leases.Take(t.Context(), id, time.Minute)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if holders[id]++; holders[id] != 1 || l.Generation <= last[id] {
						t.Errorf("%d holders, generation %d after %d", holders[id], l.Generation, last[id])
					}
					last[id] = l.Generation
					mu.Unlock()
					if err := hold(t, s, l); err != nil {
						t.Error(err)
					}
					mu.Lock()
					holders[id]--
					mu.Unlock()
					if err := s.leases.GiveBack(t.Context(), l); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	work.Wait()
}
