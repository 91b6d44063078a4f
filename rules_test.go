package pawl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestID(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	seen := make(map[ID]bool)
	ids := make([]ID, 0, 1000)
	for i := range 1000 {
		id := NewID(began.Add(time.Duration(i) * time.Millisecond))
		if parsed, err := ParseID(string(id)); err != nil || parsed != id || seen[id] {
			t.Fatalf("%s: %v, seen %v", id, err, seen[id])
		}
		seen[id], ids = true, append(ids, id)
		for last, format := range map[string]int{"0": 0, "g": 0, "1": 1, "h": 1, "9": 9, "a": 10, "v": 15} {
			if old := id[:35] + ID(last); old.Format() != format || !old.Time().Equal(id.Time()) {
				t.Fatalf("%s has format %d, want %d, and says %v", old, old.Format(), format, old.Time())
			}
		}
		if id.Format() != 1 {
			t.Fatalf("a new id, %s, has format %d", id, id.Format())
		}
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort by age")
	}
	if !ids[0].Time().Equal(began) {
		t.Errorf("an id of %v says %v", began, ids[0].Time())
	}
	for _, bad := range []string{"", "x", strings.Repeat("w", 36), strings.Repeat("0", 35), strings.Repeat("0", 37), strings.Repeat("A", 36), "../" + strings.Repeat("0", 33), strings.Repeat("0", 35) + "\x00"} {
		if _, err := ParseID(bad); KindOf(err) != NotFound {
			t.Errorf("ParseID(%q): %v", bad, err)
		}
	}
}

func TestKindOf(t *testing.T) {
	cause := errors.New("open /var/secret: permission denied")
	for _, test := range []struct {
		err      error
		kind     Kind
		sentence string
	}{
		{nil, "", "something went wrong on the server"},
		{cause, Internal, "something went wrong on the server"},
		{Errorf(Gone, "it is gone"), Gone, "it is gone"},
		{Because(cause, NoSpace, "the disk is full"), NoSpace, "the disk is full"},
		{fmt.Errorf("while finishing: %w", Errorf(Refused, "no")), Refused, "no"},
		{fmt.Errorf("append: %w", Errorf(TooLarge, "too large")), TooLarge, "too large"},
	} {
		if KindOf(test.err) != test.kind || Sentence(test.err) != test.sentence {
			t.Errorf("%v: %q, %q", test.err, KindOf(test.err), Sentence(test.err))
		}
	}
	if err := Because(cause, NoSpace, "full"); !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestOwnersOnly(t *testing.T) {
	ann, boss, nobody := Principal{ID: "ann"}, Principal{ID: "boss", Operator: true}, Principal{}
	for _, test := range []struct {
		who   Principal
		do    Action
		owner string
		want  Kind
	}{
		{ann, ActCreate, "ann", ""}, {ann, ActRead, "ann", ""}, {ann, ActDelete, "ann", ""},
		{ann, ActRead, "bob", NotFound}, {ann, ActWrite, "bob", NotFound}, {ann, ActDelete, "bob", NotFound},
		{ann, ActWatch, "", Forbidden}, {boss, ActDelete, "bob", ""}, {boss, ActWatch, "", ""},
		{nobody, ActCreate, "", Forbidden}, {nobody, ActRead, "", Forbidden},
	} {
		if got := KindOf(OwnersOnly(test.who, test.do, test.owner)); got != test.want {
			t.Errorf("%q may %s of %q: %q, want %q", test.who.ID, test.do, test.owner, got, test.want)
		}
	}
}

func TestMetadata(t *testing.T) {
	many := make(map[string]string)
	for i := range maxMetadataKeys + 1 {
		many[fmt.Sprint("key", i)] = ""
	}
	for what, test := range map[string]struct {
		metadata map[string]string
		fine     bool
	}{
		"none": {nil, true}, "some": {map[string]string{"album": "Ferien\n2026"}, true}, "many keys": {many, false},
		"no key": {map[string]string{"": "x"}, false}, "a key that cannot be shown": {map[string]string{"a\x01": "x"}, false},
		"not text": {map[string]string{"a": "\xff"}, false}, "a control character": {map[string]string{"a": "x\x00"}, false}, "large": {map[string]string{"a": strings.Repeat("x", maxMetadataBytes)}, false},
	} {
		if got := CheckMetadata(test.metadata) == nil; got != test.fine {
			t.Errorf("%s: passes %v", what, got)
		}
	}
}
