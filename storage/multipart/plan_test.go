package multipart

import (
	"math/rand/v2"
	"testing"

	"pawl"
)

// TestPlan checks what S3 requires of the parts of an object, for spans of any size.
func TestPlan(t *testing.T) {
	const mib, minPart, maxCopy = 1 << 20, 5 << 20, 5 << 30
	cases := [][]int64{
		{8*mib + 1}, {maxCopy}, {maxCopy + 1}, {maxCopy + minPart - 1}, {maxCopy + minPart}, {2*maxCopy + 1, 3, maxCopy},
		{1, maxCopy, 1, maxCopy + 1, 1}, {minPart, minPart, 1}, {minPart - 1, minPart - 1, minPart - 1}, {1, minPart},
		{5 << 40}, {1, 5<<40 - 2, 1},
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		sizes := make([]int64, 1+random.IntN(12))
		for i := range sizes {
			sizes[i] = 1 + random.Int64N(1<<(1+random.IntN(35)))
		}
		cases = append(cases, sizes)
	}
	for _, sizes := range cases {
		for _, equal := range []bool{false, true} {
			limits := Limits{MinPart: minPart, MaxCopy: maxCopy, MaxParts: 10_000, EqualParts: equal}
			checkPlan(t, &Blobs{config: Config{PartSize: defaultPartSize}, limits: limits}, sizes)
		}
	}
}

func checkPlan(t *testing.T, b *Blobs, sizes []int64) {
	t.Helper()
	var whole []span
	for i, size := range sizes {
		whole = append(whole, span{pawl.ID(rune('a' + i)), 0, size})
	}
	plans := b.plan(whole)
	if len(plans) > b.limits.MaxParts {
		t.Errorf("%v: %d parts", sizes, len(plans))
	}
	var at span
	rest := whole
	for i, j := range plans {
		last := i == len(plans)-1
		if size := j.size(); size > b.limits.MaxCopy || size < b.limits.MinPart && !last || b.limits.EqualParts && !last && size != plans[0].size() {
			t.Errorf("%v, equal parts %t: part %d of %d has %d bytes", sizes, b.limits.EqualParts, i+1, len(plans), size)
		}
		for _, s := range j {
			if at.end == at.start {
				at, rest = rest[0], rest[1:]
			}
			if s.blob != at.blob || s.start != at.start || s.end <= s.start || s.end > at.end {
				t.Fatalf("%v: part %d has %v, where %v was to come", sizes, i+1, s, at)
			}
			at.start = s.end
		}
	}
	if at.start != at.end || len(rest) > 0 {
		t.Errorf("%v: not all of it is in parts", sizes)
	}
}
