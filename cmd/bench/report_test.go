//go:build linux

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func exampleResults() []result {
	at := func(seconds, cpu float64) sample {
		return sample{seconds: seconds, requests: 2, bytes: 2e9, cpu: cpu, peak: 32 * mib, p50: time.Millisecond, p99: 2 * time.Millisecond}
	}
	half := at(4, 4)
	half.cut = 3
	return []result{{
		scenario: scenario{name: "ranges", about: "readers", servers: writers},
		samples: map[string][]sample{
			pawlName:   {at(1, 1), at(2, 1), at(1, 1)},
			tusdName:   {half, at(2, 4), half},
			bareName:   {at(1, 2)},
			syncedName: {at(4, 4)},
		},
	}}
}

func TestMarkdownReport(t *testing.T) {
	var out strings.Builder
	if err := printReport(&out, exampleResults(), true); err != nil {
		t.Fatal(err)
	}
	want := `| scenario | figure | Pawl | tusd | bare | bare, synced | Pawl/tusd | Pawl/bare | Pawl/synced |
|---|---|---|---|---|---|---|---|---|
| ranges | throughput (more is better) | 2000 MB/s | 500 MB/s | 2000 MB/s | 500 MB/s | 4.00× | 1.00× | 4.00× |
| ranges | p50 latency | 1.00 ms | 1.00 ms | 1.00 ms | 1.00 ms | 1.00× | 1.00× | 1.00× |
| ranges | p99 latency | 2.00 ms | 2.00 ms | 2.00 ms | 2.00 ms | 1.00× | 1.00× | 1.00× |
| ranges | server CPU | 0.54 s/GiB | 2.15 s/GiB | 1.07 s/GiB | 2.15 s/GiB | 0.25× | 0.50× | 0.25× |
| ranges | peak RSS | 32 MiB | 32 MiB | 32 MiB | 32 MiB | 1.00× | 1.00× | 1.00× |

- ranges: readers; medians of 3 rounds; others, the kernel's writers included, used 0 % of the machine.
- ranges, tusd: 6 requests answered, 0 refused, 6 cut off by the end of the window.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestReportWithoutPawl(t *testing.T) {
	results := exampleResults()
	delete(results[0].samples, pawlName)
	row := results[0].rows()[0]
	if diff := cmp.Diff([]string{"ranges", "throughput (more is better)", "–", "500 MB/s", "2000 MB/s", "500 MB/s", "–", "–", "–"}, row); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestDigestRowsSayWhatIsMeasuredAndWhatEstimated(t *testing.T) {
	second := sample{seconds: 1, requests: 1, bytes: gib, cpu: 1.5}
	r := result{
		scenario:   scenario{name: digestScenario},
		samples:    map[string][]sample{pawlName: {second}, bareName: {{seconds: 1, bytes: gib, cpu: 1}}},
		shaSeconds: 0.6,
	}
	want := [][]string{
		{digestScenario, "server CPU, digest included", "1.50 s/GiB", "", "1.00 s/GiB", "", "", "1.50×", ""},
		{digestScenario, "server CPU, less 0.60 s/GiB for SHA-256 (estimate)", "0.90 s/GiB", "", "1.00 s/GiB", "", "", "0.90×", ""},
	}
	if diff := cmp.Diff(want, r.digestRows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	r.samples[pawlNoDigest] = []sample{{seconds: 1, bytes: gib, cpu: 0.8}}
	want = append(want, []string{digestScenario, "server CPU, digest switched off (measured)", "0.80 s/GiB", "", "1.00 s/GiB", "", "", "0.80×", ""})
	if diff := cmp.Diff(want, r.digestRows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestPlainReportIsAligned(t *testing.T) {
	var out strings.Builder
	if err := writeTable(&out, [][]string{{"a", "long one", "b"}, {"wider", "x", "c"}}); err != nil {
		t.Fatal(err)
	}
	if want := "a      long one  b\nwider  x         c\n"; out.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", out.String(), want)
	}
}
