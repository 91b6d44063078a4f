package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl"
)

// childDatabase tells the test binary that it is the child of TestKill.
const childDatabase = "PAWL_TEST_CHILD_DATABASE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childDatabase); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// TestKill kills a process in the midst of group commits, again and again in one
// database: every update it said was done must be there, and whole.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pawl.db")
	var acknowledged []pawl.ID
	for round := range 5 {
		acknowledged = append(acknowledged, killChild(t, path, time.Duration(50+round*70)*time.Millisecond)...)
		checkWhole(t, path, acknowledged)
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was written before the kills: the test tells nothing")
	}
	t.Logf("%d updates acknowledged, all there", len(acknowledged))
}

// killChild runs a writing process, kills it a while after its first word, and
// returns what it said was written.
func killChild(t *testing.T, path string, after time.Duration) (acknowledged []pawl.ID) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDatabase+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the last line may be cut: it is no acknowledgement
			break
		}
		once.Do(func() { time.AfterFunc(after, func() { _ = child.Process.Kill() }) })
		acknowledged = append(acknowledged, pawl.ID(strings.TrimSpace(line)))
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return acknowledged
}

func checkWhole(t *testing.T, path string, acknowledged []pawl.ID) {
	s, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, id := range acknowledged {
		if _, err := s.File(t.Context(), id); err != nil {
			t.Fatalf("file %s was acknowledged: %v", id, err)
		}
	}
	files, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody})
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(t.Context(), 0, len(files)+1)
	if err != nil || len(events) != len(files) {
		t.Fatalf("%d files, %d events, %v", len(files), len(events), err)
	}
	stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{})
	if err != nil || stats.Totals.Files != int64(len(files)) {
		t.Fatalf("%d files, %d counted, %v", len(files), stats.Totals.Files, err)
	}
	var answer string
	if err := s.reads.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&answer); err != nil || answer != "ok" {
		t.Fatalf("the database is damaged: %s, %v", answer, err)
	}
}

// writeUntilKilled is the child: it says the id of each file whose update is done.
func writeUntilKilled(path string) {
	ctx := context.Background()
	s, err := Open(ctx, Config{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for range callers {
		go func() {
			for {
				now := time.Now()
				f := smallFileAt(now)
				if err := s.Update(ctx, writeSmallFile(f)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				_, _ = os.Stdout.WriteString(string(f.ID) + "\n") // one write: lines do not mix
			}
		}()
	}
	time.Sleep(time.Minute)
	os.Exit(0) // nobody has killed it
}
