package postgres

import (
	"testing"

	"pawl"
	"pawl/db/dbtest"
	"pawl/internal/testbed/postgrestest"
)

func TestStore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T) pawl.Store { return openTest(t, postgrestest.URL(t)) })
}

func TestReopen(t *testing.T) {
	url := postgrestest.URL(t)
	dbtest.Reopen(t, func(t *testing.T) *Store { return openTest(t, url) })
}

// openTest opens a database for as long as its test.
func openTest(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url})
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
