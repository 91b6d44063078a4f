package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"pawl"
)

// TestSearchesLeaveReadersFree has as many searches under way as may be: others wait for
// their end, and everything else does not.
func TestSearchesLeaveReadersFree(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "pawl.db"))
	if err := s.Update(t.Context(), smallFile(time.Now())); err != nil {
		t.Fatal(err)
	}
	var ends []func()
	for range readers / 2 {
		_, end, err := s.searches.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	if files, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody}); err != nil || len(files) != 1 {
		t.Errorf("a list meanwhile: %d files, %v", len(files), err)
	}
	brief, end := context.WithTimeout(t.Context(), 50*time.Millisecond) // all that wait in vain
	defer end()
	for _, q := range []pawl.FileQuery{{Words: []string{"a"}}, {Types: []string{"image/"}}, {State: pawl.Ready}} {
		q.Owner = pawl.Everybody
		if _, err := s.Files(brief, q); pawl.KindOf(err) != pawl.Unavailable {
			t.Errorf("%+v does not wait: %v", q, err)
		}
	}
	if _, err := s.FileTotals(brief, pawl.FileQuery{Owner: pawl.Everybody, State: pawl.Ready}); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("totals do not wait: %v", err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody, State: pawl.Ready})
		done <- err
	}()
	ends[0]()
	if err := <-done; err != nil {
		t.Errorf("a search that waited: %v", err)
	}
	for _, end := range ends[1:] {
		end()
	}
}
