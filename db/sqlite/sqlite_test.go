package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/db/dbtest"
)

func TestStore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T) pawl.Store { return openTest(t, filepath.Join(t.TempDir(), "pawl.db")) })
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pawl.db")
	dbtest.Reopen(t, func(t *testing.T) *Store { return openTest(t, path) })
	left, err := filepath.Glob(path + "-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left beside the database: %v, %v", left, err)
	}
}

// openTest opens a database for as long as its test.
func openTest(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenTakesAnyPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new dir", "odd?mode=memory&%41#'é.db")
	s := openTest(t, path)
	if err := s.Update(t.Context(), smallFile(time.Now())); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the database has mode %v, want it for its owner alone", info.Mode())
	}
}

func TestOpenFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pawl.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), Config{Path: path}); err == nil {
		_ = s.Close()
		t.Fatal("opened a file that is no database")
	}
}

// TestFullDisk has the database reach its greatest size. Nothing that was said to
// be written is missing then, nothing half written is there, and what frees space
// still works.
func TestFullDisk(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "pawl.db"))
	if _, err := s.writes.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	written, refused := fill(t, s)
	if refused == 0 {
		t.Fatal("the database was never full")
	}
	files, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody})
	if err != nil || len(files) != written {
		t.Fatalf("%d files, %v; want the %d that were acknowledged", len(files), err, written)
	}
	stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{})
	if err != nil || stats.Totals.Files != int64(written) {
		t.Fatalf("%d files counted, %v; want %d", stats.Totals.Files, err, written)
	}
	for _, f := range files {
		deletion := func(tx pawl.Tx) error {
			_, err := tx.DeleteFiles([]pawl.ID{f.ID})
			return err
		}
		if err := s.Update(t.Context(), deletion); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Update(t.Context(), smallFile(time.Now())); err != nil {
		t.Fatal(err)
	}
}

// TestPingFollowsWrites has the database refuse to write, and write again.
func TestPingFollowsWrites(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "pawl.db"))
	writable := func(on string) {
		t.Helper()
		if _, err := s.writes.conn.ExecContext(t.Context(), "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	ping := func(want pawl.Kind) {
		t.Helper()
		if err := s.Ping(t.Context()); pawl.KindOf(err) != want {
			t.Fatalf("Ping: %v", err)
		}
	}
	ping("")
	writable("1")
	if err := s.Update(t.Context(), smallFile(time.Now())); pawl.KindOf(err) != pawl.Unavailable {
		t.Fatal(err)
	}
	ping(pawl.Unavailable)
	writable("0")
	missing := func(tx pawl.Tx) error { return tx.DeleteUpload(pawl.NewID(time.Now())) }
	if err := s.Update(t.Context(), missing); pawl.KindOf(err) != pawl.NotFound { // which writes nothing
		t.Fatal(err)
	}
	ping(pawl.Unavailable)
	if err := s.Update(t.Context(), smallFile(time.Now())); err != nil {
		t.Fatal(err)
	}
	ping("")
}

func fill(t *testing.T, s *Store) (written, refused int) {
	var wait sync.WaitGroup
	var mu sync.Mutex
	for range callers {
		wait.Go(func() {
			for range 50 {
				err := s.Update(t.Context(), smallFile(time.Now()))
				mu.Lock()
				switch pawl.KindOf(err) {
				case "":
					written++
				case pawl.NoSpace:
					refused++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return written, refused
}

// TestLogStaysShort writes without a pause: the log must begin anew now and then.
func TestLogStaysShort(t *testing.T) {
	if testing.Short() {
		t.Skip("writes for some seconds")
	}
	path := filepath.Join(t.TempDir(), "pawl.db")
	s := openTest(t, path)
	var wait sync.WaitGroup
	end := time.Now().Add(3 * time.Second)
	for range callers {
		wait.Go(func() {
			for time.Now().Before(end) {
				if err := s.Update(t.Context(), smallFile(time.Now())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the log has %d MiB", info.Size()>>20)
	if info.Size() > 64<<20 {
		t.Errorf("the log has grown to %d MiB", info.Size()>>20)
	}
}
