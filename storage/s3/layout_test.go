package s3

import (
	"math/rand/v2"
	"testing"

	"pawl"
)

// TestLayOut checks what S3 asks of the parts of an object, for stretches of any size.
func TestLayOut(t *testing.T) {
	const mib = 1 << 20
	cases := [][]int64{
		{8*mib + 1}, {copyMost}, {copyMost + 1}, {copyMost + minPartSize - 1}, {copyMost + minPartSize}, {2*copyMost + 1, 3, copyMost},
		{1, copyMost, 1, copyMost + 1, 1}, {minPartSize, minPartSize, 1}, {minPartSize - 1, minPartSize - 1, minPartSize - 1}, {1, minPartSize},
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
			checkLayout(t, &Blobs{Config: Config{EqualParts: equal, PartSize: defaultPartSize}}, sizes)
		}
	}
}

func checkLayout(t *testing.T, b *Blobs, sizes []int64) {
	t.Helper()
	var whole []stretch
	var total int64
	for i, size := range sizes {
		whole = append(whole, stretch{pawl.ID(rune('a' + i)), 0, size})
		total += size
	}
	joints := b.layOut(whole, total)
	if len(joints) > maxParts {
		t.Errorf("%v: %d parts", sizes, len(joints))
	}
	var at stretch
	rest := whole
	for i, j := range joints {
		last := i == len(joints)-1
		if size := j.size(); size > copyMost || size < minPartSize && !last || b.EqualParts && !last && size != joints[0].size() {
			t.Errorf("%v, equal parts %t: part %d of %d has %d bytes", sizes, b.EqualParts, i+1, len(joints), size)
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
