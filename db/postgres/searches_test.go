package postgres

import (
	"context"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/postgrestest"
)

// TestSearchesLeaveConnectionsFree has as many searches under way as may be: others wait
// for their end, and everything else does not.
func TestSearchesLeaveConnectionsFree(t *testing.T) {
	s, err := Open(t.Context(), Config{URL: postgrestest.URL(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 {
		_, end, err := s.searches.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer end()
	}
	if _, err := s.Files(t.Context(), pawl.FileQuery{Owner: pawl.Everybody}); err != nil {
		t.Errorf("a list meanwhile: %v", err)
	}
	brief, end := context.WithTimeout(t.Context(), 50*time.Millisecond) // all that wait in vain
	defer end()
	search := pawl.FileQuery{Owner: pawl.Everybody, Words: []string{"a"}}
	if _, err := s.Files(brief, search); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("a search does not wait: %v", err)
	}
	if _, err := s.FileTotals(brief, search); pawl.KindOf(err) != pawl.Unavailable {
		t.Errorf("totals do not wait: %v", err)
	}
}
