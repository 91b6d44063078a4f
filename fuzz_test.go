package pawl

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// FuzzParseID holds ids to their one pattern: everything else trusts them to be
// harmless in paths, queries and headers.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{
		string(NewID(time.Unix(1e9, 0))), "", strings.Repeat("0", 36), strings.Repeat("v", 36), strings.Repeat("w", 36), strings.Repeat("V", 36),
		strings.Repeat("0", 35), strings.Repeat("0", 37), "../../../../../../../../../../../etc/", strings.Repeat("0", 35) + "\n", strings.Repeat("0", 34) + "é",
		strings.Repeat("٠", 18),
	} {
		f.Add(seed)
	}
	pattern := regexp.MustCompile(`\A[0-9a-v]{36}\z`)
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text)
		if pattern.MatchString(text) != (err == nil) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			if id != "" || KindOf(err) != NotFound {
				t.Errorf("%q is refused with %q and kind %s", text, id, KindOf(err))
			}
			return
		}
		if string(id) != text {
			t.Errorf("%q became %q", text, id)
		}
		if at := id.Time(); at.Before(time.UnixMilli(0)) {
			t.Errorf("%q was made at %v", text, at)
		}
	})
}

func FuzzNewID(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(1_700_000_000_000))
	f.Add(int64(1)<<48 - 1)
	f.Fuzz(func(t *testing.T, ms int64) {
		if ms < 0 || ms >= 1<<48 {
			t.Skip("no time an id can hold")
		}
		at := time.UnixMilli(ms)
		id := NewID(at)
		if parsed, err := ParseID(string(id)); err != nil || parsed != id {
			t.Errorf("a new id, %q, is refused: %v", id, err)
		}
		if !id.Time().Equal(at) {
			t.Errorf("%q was made at %v, and says %v", id, at, id.Time())
		}
		if later := NewID(at.Add(time.Millisecond)); ms+1 < 1<<48 && later <= id {
			t.Errorf("%q was made after %q", later, id)
		}
	})
}
