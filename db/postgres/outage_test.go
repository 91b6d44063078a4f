package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/postgrestest"
)

// newFile is a change like that of a small upload: a file, a tally, an event.
func newFile(id pawl.ID, owner string) func(tx pawl.Tx) error {
	now := id.Time()
	f := pawl.File{
		ID: id, Owner: owner, Name: "a.txt", Size: 10, MediaType: "text/plain", State: pawl.Ready,
		CreatedAt: now, UpdatedAt: now,
	}
	return func(tx pawl.Tx) error {
		if err := tx.InsertFile(f); err != nil {
			return err
		}
		err := tx.Count(pawl.Tally{At: now, Owner: owner, MediaType: f.MediaType, FilesAdded: 1, BytesAdded: f.Size})
		if err != nil {
			return err
		}
		return tx.Record(pawl.Event{At: now, Type: pawl.FileCreated, Subject: id, Owner: owner})
	}
}

// TestServerStopsInUse stops and starts the server while many write. Every failure
// is of the kind that passes, what was acknowledged is there, and nothing is half
// there: files, statistics and events agree.
func TestServerStopsInUse(t *testing.T) {
	server := postgrestest.Start(t)
	s := openTest(t, server.URL(t))
	var work sync.WaitGroup
	var failed, written atomic.Int64
	acknowledged := sync.Map{}
	stop := make(chan struct{})
	for i := range 12 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				id := pawl.NewID(time.Now())
				switch err := s.Update(t.Context(), newFile(id, fmt.Sprint(i%3))); pawl.KindOf(err) {
				case "":
					written.Add(1)
					acknowledged.Store(id, true)
				case pawl.Unavailable:
					failed.Add(1)
					time.Sleep(time.Millisecond)
				default:
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		passes(t, &written)
		server.Stop()
		passes(t, &failed)
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
	}
	passes(t, &written)
	close(stop)
	work.Wait()
	wantNothingHalf(t, s, &acknowledged)
}

// passes waits until a number has grown.
func passes(t *testing.T, n *atomic.Int64) {
	t.Helper()
	for before := n.Load(); n.Load() < before+20; time.Sleep(time.Millisecond) {
		if t.Failed() {
			t.FailNow()
		}
	}
}

func wantNothingHalf(t *testing.T, s *Store, acknowledged *sync.Map) {
	t.Helper()
	files, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody})
	if err != nil {
		t.Fatal(err)
	}
	there := map[pawl.ID]bool{}
	for _, f := range files {
		there[f.ID] = true
	}
	acknowledged.Range(func(id, _ any) bool {
		if !there[id.(pawl.ID)] {
			t.Errorf("%s was acknowledged and is not there", id)
		}
		return true
	})
	stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{})
	if err != nil || stats.Totals.Files != int64(len(files)) {
		t.Errorf("%d files counted, %v; want %d", stats.Totals.Files, err, len(files))
	}
	events, err := s.Events(t.Context(), 0, 1<<30)
	if err != nil || len(events) != len(files) {
		t.Errorf("%d events, %v; want %d", len(events), err, len(files))
	}
	for _, e := range events {
		if !there[e.Subject] {
			t.Errorf("an event of %s, which is not there", e.Subject)
		}
	}
}

// TestServerIsAway asks everything of a store whose server is gone, and again when
// it is back: the first call works.
func TestServerIsAway(t *testing.T) {
	server := postgrestest.Start(t)
	s := openTest(t, server.URL(t))
	calls := map[string]func() error{
		"ping":   func() error { return s.Ping(t.Context()) },
		"update": func() error { return s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann")) },
		"read": func() error {
			_, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{})
			return err
		},
		"lease": func() error {
			_, err := s.Leases().Take(t.Context(), pawl.NewID(time.Now()), 0)
			return err
		},
	}
	for name, call := range calls {
		if err := call(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	server.Stop()
	for name, call := range calls {
		if err := call(); pawl.KindOf(err) != pawl.Unavailable {
			t.Errorf("%s without a server: %v", name, err)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls {
		if err := call(); err != nil {
			t.Errorf("%s when the server is back: %v", name, err)
		}
	}
	server.Stop() // between two calls: nobody notices
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls {
		if err := call(); err != nil {
			t.Errorf("%s after the server was started again: %v", name, err)
		}
	}
}

// TestServerHangs has a server that neither answers nor breaks. A call ends by
// itself, and another host of the URL takes over.
func TestServerHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for time-outs")
	}
	hung, well := postgrestest.StartTCP(t), postgrestest.StartTCP(t)
	first, second := hung.URL(t), well.URL(t)
	s := openTest(t, first)
	hung.Pause()
	var work sync.WaitGroup
	for _, call := range []func() error{
		func() error { return s.Ping(t.Context()) },
		func() error { return s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann")) },
	} {
		work.Go(func() {
			if err := call(); pawl.KindOf(err) != pawl.Unavailable {
				t.Errorf("a server that hangs: %v", err)
			}
		})
	}
	work.Wait()
	both := openTest(t, hosts(t, first, second))
	if err := both.Ping(t.Context()); err != nil {
		t.Errorf("two hosts, one of them hanging: %v", err)
	}
	hung.Resume()
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("a server that goes on: %v", err)
	}
}

// hosts is the second URL with the host of the first before its own.
func hosts(t *testing.T, first, second string) string {
	t.Helper()
	a, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	b, err := url.Parse(second)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(second, b.Host, a.Host+","+b.Host, 1)
}

// TestServerWritesNoMore has a server become read-only, as one does that another
// has replaced. The connections to it are given up.
func TestServerWritesNoMore(t *testing.T) {
	server := postgrestest.Start(t)
	s := openTest(t, server.URL(t))
	if err := s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann")); err != nil {
		t.Fatal(err)
	}
	set := func(value string) {
		t.Helper()
		for _, sql := range []string{"ALTER SYSTEM SET default_transaction_read_only = " + value, "SELECT pg_reload_conf()"} {
			if err := server.Run(sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("on")
	fails := func() bool {
		return pawl.KindOf(s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann"))) == pawl.Unavailable
	}
	for !fails() { // the setting arrives when it does
		time.Sleep(time.Millisecond)
	}
	if n := s.pool.Stat().IdleConns(); n != 0 {
		t.Errorf("%d connections are kept to a server that writes no more", n)
	}
	if !fails() {
		t.Error("a connection was made to a server that writes no more")
	}
	set("off")
	for fails() {
		time.Sleep(time.Millisecond)
	}
}

// TestListenerSurvives stops the server while one listens: it hears again, and is
// told that it may have missed something.
func TestListenerSurvives(t *testing.T) {
	server := postgrestest.Start(t)
	s := openTest(t, server.URL(t))
	told := make(chan struct{}, 100)
	listening(t, s, Heard{Event: func() { told <- struct{}{} }})
	<-told // at the begin
	record := func() {
		t.Helper()
		if err := s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann")); err != nil {
			t.Fatal(err)
		}
	}
	record()
	<-told
	server.Stop()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	<-told // nothing was recorded: it may have been
	record()
	<-told
}

// TestTogether opens one new database by many instances at the same time.
func TestTogether(t *testing.T) {
	url := postgrestest.URL(t)
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			s, err := Open(t.Context(), Config{URL: url, MaxConns: 2})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.Update(t.Context(), newFile(pawl.NewID(time.Now()), "ann")); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
}

func TestOpenFails(t *testing.T) {
	const secret = "sesame"
	for url, want := range map[string]pawl.Kind{
		"postgres://u:" + secret + "@127.0.0.1:1/x":              pawl.Unavailable,
		"postgres://u:" + secret + "@127.0.0.1:nonsense/x":       pawl.Invalid,
		"postgres://u:" + secret + "@127.0.0.1/x?sslmode=absurd": pawl.Invalid,
	} {
		_, err := Open(t.Context(), Config{URL: url})
		if pawl.KindOf(err) != want {
			t.Errorf("%v, want kind %s", err, want)
		}
		if strings.Contains(fmt.Sprint(err), secret) {
			t.Error("the error tells the password")
		}
	}
}

// TestAbandonedTransaction leaves a transaction open, as an instance does that was
// stopped in the middle: what it has locked is free again after a while.
func TestAbandonedTransaction(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the server's patience to end")
	}
	s := openTest(t, postgrestest.URL(t))
	id := pawl.NewID(time.Now())
	if err := s.Update(t.Context(), newFile(id, "ann")); err != nil {
		t.Fatal(err)
	}
	stopped, resume := make(chan struct{}), make(chan struct{})
	ended := make(chan error)
	go func() {
		ended <- s.Update(context.WithoutCancel(t.Context()), func(tx pawl.Tx) error {
			_, err := tx.DeleteFiles([]pawl.ID{id})
			close(stopped)
			<-resume
			return err
		})
	}()
	<-stopped
	name := "b.txt"
	edit := func(tx pawl.Tx) error { return tx.EditFile(id, pawl.FileEdit{Name: &name}, time.Now()) }
	if err := s.Update(t.Context(), edit); err != nil {
		t.Errorf("another change of the same file: %v", err)
	}
	close(resume)
	if err := <-ended; pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("the change that was stopped: %v", err)
	}
}

// TestNoDeadlock has two instances do all kinds of changes to the same few rows,
// in every order, and none stops another for good.
func TestNoDeadlock(t *testing.T) {
	dsn := postgrestest.URL(t)
	stores := []*Store{openTest(t, dsn), openTest(t, dsn)}
	const n = 8
	ids := make([]pawl.ID, n)
	for i := range ids {
		ids[i] = pawl.NewID(time.Now())
		if err := stores[0].Update(t.Context(), newFile(ids[i], "ann")); err != nil {
			t.Fatal(err)
		}
	}
	var work sync.WaitGroup
	for i := range 32 {
		work.Go(func() {
			for round := range 25 {
				err := stores[i%2].Update(t.Context(), func(tx pawl.Tx) error { return allKinds(tx, ids, i, round) })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	var deadlocks int
	err := stores[0].pool.QueryRow(t.Context(),
		"SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks)
	if err != nil || deadlocks != 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}

// allKinds changes one row of its own or counts downloads of all, as the use cases
// do, and much that is everybody's.
func allKinds(tx pawl.Tx, ids []pawl.ID, i, round int) error {
	now := ids[0].Time()
	name := fmt.Sprint(i, round)
	var errs []error
	if round%2 == 1 {
		errs = append(errs, tx.EditFile(ids[(i+round)%len(ids)], pawl.FileEdit{Name: &name}, now))
	}
	for k := range ids {
		id := ids[(i*3+k*(1+i%2*6))%len(ids)] // each begins elsewhere, some go backwards
		owner := fmt.Sprint((i + k) % 3)
		errs = append(errs,
			tx.Record(pawl.Event{At: now, Type: pawl.FileChanged, Subject: id, Owner: owner}),
			tx.Count(pawl.Tally{
				At: now.AddDate(0, 0, (i+k)%2), Owner: owner, MediaType: fmt.Sprint("type/", (i+k)%3), FilesAdded: 1,
			}))
		if round%2 == 0 {
			errs = append(errs, tx.AddDownloads(id, 1, now))
		}
	}
	if i%4 == 0 {
		errs = append(errs, tx.Beat(now), tx.ForgetEvents(now.Add(-time.Hour)))
	}
	return errors.Join(errs...)
}
