package tus_test

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	xslog "golang.org/x/exp/slog"
)

// difference is where Pawl means to answer otherwise than tusd's own handler and
// store do. What a step did in one of the two alone is then forgotten by both.
type difference struct {
	why        string
	pawl, tusd []int // statuses
	applies    func(step) bool
}

var differences = []difference{
	{"Pawl answers 415, which the text asks for where a body is of another type", []int{415}, []int{400},
		func(s step) bool { return s.is("PATCH") && s.otherType }},
	{"bytes of another type than the protocol's are passed over by tusd in silence", []int{415}, []int{201},
		func(s step) bool { return s.is("POST") && s.otherType && s.body != "" }},
	{"a complete upload takes no more bytes; tusd does not look at them", []int{413}, []int{204},
		func(s step) bool { return s.is("PATCH") && s.up.complete() && s.body != "" }},
	{"a length that is told again is no fault; tusd refuses even the same one", []int{204, 413}, []int{400},
		func(s step) bool { return s.is("PATCH") && s.length == s.up.length }},
	{"a length that contradicts the known one is a fault of a complete upload too", []int{400}, []int{204},
		func(s step) bool { return s.is("PATCH") && s.up.complete() && s.length >= 0 && s.length != s.up.length }},
	{"a late length over the maximum is too large, which the text has a status for", []int{413}, []int{400},
		func(s step) bool { return s.is("PATCH") && s.length > diffMax }},
	{"numbers are digits; tusd lets a sign pass", []int{400}, []int{201},
		func(s step) bool { return s.is("POST") && s.signed }},
	{"metadata that cannot be read is refused; tusd drops it", []int{400}, []int{201},
		func(s step) bool { return s.is("POST") && s.badMetadata }},
	{"only partial uploads are joined", []int{400}, []int{201, 413},
		func(s step) bool {
			return s.joins && slices.ContainsFunc(s.parts, func(u *pair) bool { return !u.partial })
		}},
	{"each partial upload is joined once", []int{400}, []int{201, 413},
		func(s step) bool { return s.joins && twice(s.parts) }},
	{"a final upload is asked for without a length", []int{400}, []int{201, 413},
		func(s step) bool { return s.joins && s.length >= 0 }},
	{"a version nobody speaks is refused on HEAD as on everything", []int{412}, []int{200},
		func(s step) bool { return s.is("HEAD") && s.otherVersion }},
}

const diffMax = 100_000

// pair is one upload on both servers, and where it should stand.
type pair struct {
	pawl, tusd     string // URLs
	length, offset int    // length is -1 as long as it is unknown
	partial, final bool
	content        []byte
}

func (u *pair) complete() bool { return u != nil && u.length == u.offset }

// step is one request to both.
type step struct {
	method       string
	up           *pair // nil: the creation URL
	lines        []string
	body         string
	chunked      bool
	at, length   int // the numbers in lines; length is -1 if there is none
	joins        bool
	parts        []*pair
	otherType    bool
	otherVersion bool
	badMetadata  bool
	signed       bool
}

func (s step) is(method string) bool { return s.method == method }

func (s step) String() string {
	return fmt.Sprintf("%s %v %q, joining %v, %d bytes (chunked: %v)", s.method, s.up, s.lines, s.parts, len(s.body), s.chunked)
}

func (u *pair) String() string {
	if u == nil {
		return "to the creation URL"
	}
	return fmt.Sprintf("%s at %d of %d (partial: %v, final: %v)", u.pawl, u.offset, u.length, u.partial, u.final)
}

func twice(parts []*pair) bool {
	for i, part := range parts {
		if slices.Contains(parts[:i], part) {
			return true
		}
	}
	return false
}

// duel runs the same requests against both.
type duel struct {
	t       *testing.T
	pawl    *rig
	tusd    *rig // its URL and client alone
	dice    *rand.Rand
	uploads []*pair
	files   int             // that were compared
	seen    map[string]bool // differences
}

func newDuel(t *testing.T, seed uint64, seen map[string]bool) *duel {
	composer := handler.NewStoreComposer()
	filestore.New(t.TempDir()).UseIn(composer)
	memorylocker.New().UseIn(composer)
	stock, err := handler.NewHandler(handler.Config{
		StoreComposer: composer, BasePath: "/files/", MaxSize: diffMax, GracefulRequestCompletionTimeout: 1,
		Logger: xslog.New(xslog.NewTextHandler(io.Discard, nil)),
	})
	check(t, err)
	server := httptest.NewServer(http.StripPrefix("/files/", stock))
	t.Cleanup(server.Close)
	return &duel{
		t: t, pawl: start(t, maxSize(diffMax)), tusd: &rig{Server: server, t: t},
		dice: rand.New(rand.NewPCG(seed, 1)), seen: seen,
	}
}

// TestSameAsTusd sends the same to Pawl and to tusd's own handler and store. Where
// no difference is listed, status, offset, length, metadata and content agree.
func TestSameAsTusd(t *testing.T) {
	seen := make(map[string]bool)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			d := newDuel(t, seed, seen)
			for range 400 {
				d.play(d.step())
			}
			d.finish()
		})
	}
	for _, known := range differences {
		if !seen[known.why] {
			t.Errorf("no step shows that %s", known.why)
		}
	}
}

func (d *duel) chance(percent int) bool { return d.dice.IntN(100) < percent }

// pick is one of the uploads, nil if there is none.
func (d *duel) pick(which func(*pair) bool) *pair {
	some := slices.DeleteFunc(slices.Clone(d.uploads), func(u *pair) bool { return !which(u) })
	if len(some) == 0 {
		return nil
	}
	return some[d.dice.IntN(len(some))]
}

func (d *duel) bytes(n int) string {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(d.dice.Uint32())
	}
	return string(p)
}

func (d *duel) step() step {
	open := d.pick(func(u *pair) bool { return !u.complete() })
	any := d.pick(func(*pair) bool { return true })
	switch n := d.dice.IntN(100); {
	case n < 20 || any == nil:
		return d.creation()
	case n < 30:
		return d.joining()
	case n < 75:
		if d.chance(85) {
			any = cmp.Or(open, any)
		}
		return d.patching(any)
	case n < 95:
		return d.looking(any)
	}
	return step{method: http.MethodDelete, up: any, length: -1}
}

func (d *duel) looking(u *pair) step {
	s := step{method: http.MethodHead, up: u, length: -1}
	if d.chance(5) {
		s.otherVersion = true
		s.lines = []string{"Tus-Resumable:", "Tus-Resumable: 0.2.2"}
	}
	return s
}

func (d *duel) creation() step {
	s := step{method: http.MethodPost, length: -1}
	switch n := d.dice.IntN(20); {
	case n < 4:
		s.lines = append(s.lines, "Upload-Defer-Length: 1")
	case n == 4:
		s.lines = append(s.lines, "Upload-Defer-Length: "+itoa(d.dice.IntN(3)*2))
	case n == 5:
		s.signed = true
		s.lines = append(s.lines, "Upload-Length: +5")
	case n == 6:
		s.lines = append(s.lines, "Upload-Length: "+[]string{"-1", "five", itoa(diffMax + 1), "99999999999999999999"}[d.dice.IntN(4)])
	case n == 7: // nothing
	default:
		s.length = []int{0, 1, d.dice.IntN(5000), d.dice.IntN(diffMax)}[d.dice.IntN(4)]
		s.lines = append(s.lines, "Upload-Length: "+itoa(s.length))
	}
	if d.chance(40) {
		s.lines = append(s.lines, "Upload-Concat: partial")
	}
	if d.chance(30) {
		s.badMetadata = s.length >= 0 && d.chance(20)
		s.lines = append(s.lines, "Upload-Metadata: "+d.metadata(s.badMetadata))
	}
	sound := s.length >= 0 && !s.badMetadata || slices.Contains(s.lines, "Upload-Defer-Length: 1")
	if sound && d.chance(40) { // one fault at a time: which is told first is nobody's business
		d.carry(&s, s.length)
	}
	return s
}

func (d *duel) metadata(bad bool) string {
	if bad {
		return []string{"name !", "name YQ== YQ==", "a YQ==,a Yg=="}[d.dice.IntN(3)]
	}
	return []string{"filename d29ybGQ=,is_confidential", "a YQ==,b YWI=", "filetype dGV4dC9wbGFpbg==,filename YQ=="}[d.dice.IntN(3)]
}

// carry gives a step a body that mostly fits into what is left.
func (d *duel) carry(s *step, left int) {
	if left < 0 {
		left = d.dice.IntN(diffMax / 2)
		if d.chance(10) {
			left = diffMax
		}
	}
	n := []int{left, left, d.dice.IntN(left + 1), d.dice.IntN(left + 1), 0, left + 1}[d.dice.IntN(6)]
	s.body, s.chunked = d.bytes(n), d.chance(30)
	s.otherType = d.chance(5)
	s.lines = append(s.lines, map[bool]string{false: stream, true: "Content-Type: text/plain"}[s.otherType])
}

func (d *duel) patching(u *pair) step {
	s := step{method: http.MethodPatch, up: u, at: u.offset, length: -1}
	left := u.length - u.offset
	if u.length < 0 {
		left = -1
	}
	d.carry(&s, left)
	if d.chance(10) {
		s.at = max(0, u.offset+d.dice.IntN(7)-3)
	}
	s.lines = append(s.lines, offset(s.at))
	if u.complete() && d.chance(30) || u.length < 0 && d.chance(40) || d.chance(5) {
		s.length = []int{u.offset + len(s.body), u.offset + len(s.body) + 10, u.length, max(0, u.offset-1), diffMax + 1}[d.dice.IntN(5)]
		s.length = max(0, s.length)
		s.lines = append(s.lines, "Upload-Length: "+itoa(s.length))
	}
	return s
}

func (d *duel) joining() step {
	s := step{method: http.MethodPost, joins: true, length: -1}
	for range 1 + d.dice.IntN(3) {
		fits := func(u *pair) bool { return u.partial && u.complete() && !slices.Contains(s.parts, u) }
		if d.chance(7) {
			fits = func(u *pair) bool { return !u.partial || u.complete() } // tusd joins nothing unfinished
		}
		if u := d.pick(fits); u != nil {
			s.parts = append(s.parts, u)
		}
	}
	if len(s.parts) > 0 && d.chance(5) {
		s.parts = append(s.parts, s.parts[0])
	}
	if d.chance(5) {
		s.length = 5
		s.lines = append(s.lines, "Upload-Length: 5")
	}
	if d.chance(30) {
		s.lines = append(s.lines, "Upload-Metadata: "+d.metadata(false))
	}
	return s
}

// ask sends a step to one of the two.
func (s step) ask(to *rig, urlOf func(*pair) string) reply {
	target := "/files/"
	if s.up != nil {
		target = urlOf(s.up)
	}
	lines := slices.Clone(s.lines)
	if s.joins {
		concat := "Upload-Concat: final;"
		for _, part := range s.parts {
			concat += urlOf(part) + " "
		}
		lines = append(lines, concat)
	}
	var body io.Reader
	switch {
	case s.chunked:
		body = chunkedBody(s.body)
	case s.body != "":
		body = strings.NewReader(s.body)
	}
	return to.do(s.method, target, body, lines...)
}

func (d *duel) play(s step) {
	d.t.Helper()
	ours := s.ask(d.pawl, func(u *pair) string { return u.pawl })
	theirs := s.ask(d.tusd, func(u *pair) string { return u.tusd })
	if ours.StatusCode != theirs.StatusCode {
		d.differ(s, ours.StatusCode, theirs.StatusCode)
		return
	}
	for _, key := range []string{"Upload-Offset", "Upload-Length", "Upload-Defer-Length"} {
		// The answer to a creation may say more than the text asks for.
		if got, want := ours.Header.Get(key), theirs.Header.Get(key); got != want && (s.method != http.MethodPost || want != "") {
			d.t.Errorf("%v:\n%s is %q, tusd says %q", s, key, got, want)
		}
	}
	if s.is(http.MethodHead) && ours.StatusCode == http.StatusOK {
		d.sameTold(s, ours, theirs)
	}
	d.follow(s, ours, theirs)
}

// differ finds out whether a difference is meant.
func (d *duel) differ(s step, ours, theirs int) {
	d.t.Helper()
	i := slices.IndexFunc(differences, func(known difference) bool {
		return slices.Contains(known.pawl, ours) && slices.Contains(known.tusd, theirs) && known.applies(s)
	})
	if i < 0 {
		d.t.Fatalf("%v:\nPawl answers %d, tusd %d", s, ours, theirs)
	}
	d.seen[differences[i].why] = true
	d.forget(s.up)
}

func (d *duel) forget(gone ...*pair) {
	d.uploads = slices.DeleteFunc(d.uploads, func(u *pair) bool { return slices.Contains(gone, u) })
}

// sameTold compares what HEAD tells beside numbers. Of a final upload, the parts
// are URLs of either server, so their number is compared.
func (d *duel) sameTold(s step, ours, theirs reply) {
	d.t.Helper()
	pairs := func(r reply) []string { return slices.Sorted(strings.SplitSeq(r.Header.Get("Upload-Metadata"), ",")) }
	if got, want := pairs(ours), pairs(theirs); !slices.Equal(got, trimmed(want)) {
		d.t.Errorf("%v:\nUpload-Metadata is %q, tusd says %q", s, got, want)
	}
	concat := func(r reply) string {
		kind, list, _ := strings.Cut(r.Header.Get("Upload-Concat"), ";")
		return fmt.Sprint(kind, len(strings.Fields(list)))
	}
	if got, want := concat(ours), concat(theirs); got != want {
		d.t.Errorf("%v:\nUpload-Concat is of %s, tusd says %s", s, got, want)
	}
}

// trimmed takes off the space that tusd leaves behind a key without a value.
func trimmed(pairs []string) []string {
	for i := range pairs {
		pairs[i] = strings.TrimSpace(pairs[i])
	}
	slices.Sort(pairs)
	return pairs
}

// follow keeps the books of a step that both have taken in the same way.
func (d *duel) follow(s step, ours, theirs reply) {
	d.t.Helper()
	switch {
	case ours.StatusCode == http.StatusCreated:
		d.created(s, ours, theirs)
	case s.is(http.MethodDelete) && ours.StatusCode == http.StatusNoContent:
		d.forget(s.up)
	case s.is(http.MethodPatch) && ours.StatusCode == http.StatusNoContent:
		s.up.content = append(s.up.content, s.body...)
		s.up.offset += len(s.body)
		if s.length >= 0 {
			s.up.length = s.length
		}
		ours.wantHeader(d.t, "Upload-Offset", itoa(s.up.offset))
		d.sameContent(s.up)
	case s.is(http.MethodPatch) && ours.StatusCode == http.StatusRequestEntityTooLarge && (s.chunked || s.length >= 0 || s.up.length < 0):
		// Of a body that turns out to be too long tusd stores what fits, and the
		// upload is complete; Pawl leaves it incomplete, or ends it.
		d.forget(s.up)
	}
}

func (d *duel) created(s step, ours, theirs reply) {
	d.t.Helper()
	u := &pair{pawl: ours.Header.Get("Location"), tusd: theirs.Header.Get("Location"), length: s.length, offset: len(s.body), content: []byte(s.body)}
	u.partial = slices.Contains(s.lines, "Upload-Concat: partial")
	if s.joins {
		u.final = true
		for _, part := range s.parts {
			u.content = append(u.content, part.content...)
		}
		u.offset = len(u.content)
		u.length = u.offset
		d.forget(s.parts...) // Pawl has no more use for them, tusd keeps them
	}
	d.uploads = append(d.uploads, u)
	d.sameContent(u)
}

// sameContent compares what has become a file, byte by byte.
func (d *duel) sameContent(u *pair) {
	d.t.Helper()
	if !u.complete() || u.partial {
		return
	}
	d.files++
	d.pawl.wantFile(u.pawl, string(u.content))
	if theirs := d.tusd.do(http.MethodGet, u.tusd, nil); theirs.text != string(u.content) {
		d.t.Errorf("tusd holds other bytes of %+v", u)
	}
}

// finish compares all that is left.
func (d *duel) finish() {
	d.t.Helper()
	for _, u := range d.uploads {
		d.play(step{method: http.MethodHead, up: u, length: -1})
		d.pawl.wantOffset(u.pawl, u.offset)
		d.sameContent(u)
	}
	if d.files < 25 {
		d.t.Errorf("only %d files were compared", d.files)
	}
}
