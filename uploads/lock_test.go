package uploads

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pawl"
)

func TestLockIsHeldByOne(t *testing.T) {
	var l locks
	var inside, most atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 50 {
				unlock, err := l.acquire(context.Background(), "x", func() {})
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				inside.Add(-1)
				unlock()
			}
		})
	}
	group.Wait()
	if most.Load() != 1 || len(l.held) != 0 {
		t.Errorf("%d at once, %d left behind", most.Load(), len(l.held))
	}
}

func TestLockAsksItsHolderToLetGo(t *testing.T) {
	var l locks
	asked := make(chan struct{})
	unlock, err := l.acquire(t.Context(), "x", sync.OnceFunc(func() { close(asked) }))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-asked
		unlock()
		unlock() // again is harmless
	}()
	again, err := l.acquire(t.Context(), "x", func() {})
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestLockLeavesItsHolderATurn has newcomers come early, late, and while there is another.
func TestLockLeavesItsHolderATurn(t *testing.T) {
	for had, want := range map[time.Duration]time.Duration{
		0: lockTurn, lockTurn / 4: lockTurn * 3 / 4, lockTurn: 0, time.Hour: 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			var l locks
			asked := make(chan struct{})
			unlock, err := l.acquire(t.Context(), "x", sync.OnceFunc(func() { close(asked) }))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(had)
			came := time.Now()
			var newcomers sync.WaitGroup
			for range 3 {
				newcomers.Go(func() {
					if again, err := l.acquire(t.Context(), "x", func() {}); err != nil {
						t.Error(err)
					} else {
						again()
					}
				})
			}
			<-asked
			if waited := time.Since(came); waited != want {
				t.Errorf("a holder of %v was asked after %v, not %v", had, waited, want)
			}
			unlock()
			newcomers.Wait()
		})
	}
}

func TestLockIsPassedOnWhenItsHolderIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l locks
		unlock, err := l.acquire(t.Context(), "x", func() { t.Error("a holder in its turn was asked to let go") })
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(lockTurn/2, unlock)
		again, err := l.acquire(t.Context(), "x", func() {})
		if err != nil {
			t.Fatal(err)
		}
		again()
	})
}

func TestLockGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l locks
		unlock, _ := l.acquire(t.Context(), "x", func() {})
		began := time.Now()
		_, err := l.acquire(t.Context(), "x", func() {})
		if pawl.KindOf(err) != pawl.Locked || time.Since(began) != lockWait {
			t.Errorf("gave up after %v with %v", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.acquire(ctx, "x", func() {}); pawl.KindOf(err) != pawl.Locked {
			t.Errorf("waited for a client that had gone: %v", err)
		}
		unlock()
	})
}
