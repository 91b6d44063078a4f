//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// measure is one row of the report: a figure of every sample, and how it is shown.
type measure struct {
	name    string
	of      func(scenario, sample) float64
	format  func(scenario, float64) string
	latency bool
	onS3    bool // shown of scenarios on S3 alone
}

func measures() []measure {
	plain := func(f func(float64) string) func(scenario, float64) string {
		return func(_ scenario, v float64) string { return f(v) }
	}
	return []measure{
		{name: "throughput (more is better)", of: throughput, format: formatThroughput},
		{name: "p50 latency", of: func(_ scenario, s sample) float64 { return s.p50.Seconds() }, format: plain(formatMillis), latency: true},
		{name: "p99 latency", of: func(_ scenario, s sample) float64 { return s.p99.Seconds() }, format: plain(formatMillis), latency: true},
		{name: "S3 calls", of: func(_ scenario, s sample) float64 { return float64(s.s3.calls) }, format: plain(formatCount), onS3: true},
		{name: "to S3", of: func(_ scenario, s sample) float64 { return float64(s.s3.up) }, format: plain(formatMiB), onS3: true},
		{name: "from S3", of: func(_ scenario, s sample) float64 { return float64(s.s3.down) }, format: plain(formatMiB), onS3: true},
		{name: "server CPU", of: cpuPrice, format: formatPrice},
		{name: "peak RSS", of: func(_ scenario, s sample) float64 { return float64(s.peak) }, format: plain(formatMiB)},
	}
}

var reportColumns = []string{"scenario", "figure", "Pawl", "tusd", "bare", "bare, synced", "Pawl/tusd", "Pawl/bare", "Pawl/synced"}

// printReport prints medians over the rounds, and the ratios of the medians.
func printReport(w io.Writer, results []result, markdown bool) error {
	rows := [][]string{reportColumns}
	var notes []string
	for _, r := range results {
		if r.perSample() == 0 {
			continue // interrupted before there was anything to show
		}
		if r.name == digestScenario {
			rows = append(rows, r.digestRows()...)
		} else {
			rows = append(rows, r.rows()...)
		}
		notes = append(notes, r.notes()...)
	}
	write := writeTable
	if markdown {
		write = writeMarkdown
	}
	if err := write(w, rows); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n"+strings.Join(notes, "\n")+"\n")
	return err
}

func (r result) rows() [][]string {
	var rows [][]string
	for _, m := range measures() {
		if m.latency && r.perSample() <= 1 {
			continue // one request: its latency is the throughput again
		}
		if m.onS3 && !r.onS3 {
			continue
		}
		row, ratios, pawl := []string{r.name, m.name, r.cell(m, pawlName)}, []string{}, r.median(m, pawlName)
		for _, other := range []string{tusdName, bareName, syncedName} {
			row = append(row, r.cell(m, other))
			ratios = append(ratios, formatRatio(ratio(pawl, r.median(m, other))))
		}
		rows = append(rows, append(row, ratios...))
	}
	return rows
}

// digestRows shows the single stream's CPU as it is and with the digest left out:
// measured where Pawl can leave it out, else less what SHA-256 costs by itself.
func (r result) digestRows() [][]string {
	cpu := measure{of: cpuPrice, format: formatPrice}
	pawl, bare := r.median(cpu, pawlName), r.median(cpu, bareName)
	row := func(figure string, pawl float64) []string {
		return []string{r.name, figure, formatPrice(r.scenario, pawl), "", formatPrice(r.scenario, bare), "", "", formatRatio(ratio(pawl, bare)), ""}
	}
	rows := [][]string{
		row("server CPU, digest included", pawl),
		row(fmt.Sprintf("server CPU, less %.2f s/GiB for SHA-256 (estimate)", r.shaSeconds), max(0, pawl-r.shaSeconds)),
	}
	if len(r.samples[pawlNoDigest]) > 0 {
		rows = append(rows, row("server CPU, digest switched off (measured)", r.median(cpu, pawlNoDigest)))
	}
	return rows
}

// perSample is how many requests a sample of the scenario is made of.
func (r result) perSample() int {
	most := 0
	for _, samples := range r.samples {
		for _, s := range samples {
			most = max(most, s.requests)
		}
	}
	return most
}

func (r result) median(m measure, server string) float64 {
	var values []float64
	for _, s := range r.samples[server] {
		values = append(values, m.of(r.scenario, s))
	}
	return median(values)
}

func (r result) cell(m measure, server string) string {
	if len(r.samples[server]) == 0 {
		return "–"
	}
	return m.format(r.scenario, r.median(m, server))
}

// notes say what a scenario is, how many rounds it had, and which requests were
// not answered as asked.
func (r result) notes() []string {
	rounds := 0
	var others []float64
	for _, samples := range r.samples {
		rounds = max(rounds, len(samples))
		for _, s := range samples {
			others = append(others, s.others)
		}
	}
	notes := []string{fmt.Sprintf("- %s: %s; medians of %d rounds; others, the kernel's writers included, used %.0f %% of the machine.", r.name, r.about, rounds, 100*median(others))}
	for _, server := range r.servers {
		var done, refused, cut int
		for _, s := range r.samples[server] {
			done, refused, cut = done+s.requests, refused+s.refused, cut+s.cut
		}
		if refused+cut > 0 {
			notes = append(notes, fmt.Sprintf("- %s, %s: %d requests answered, %d refused, %d cut off by the end of the window.", r.name, server, done, refused, cut))
		}
	}
	return notes
}

func writeTable(w io.Writer, rows [][]string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}

func writeMarkdown(w io.Writer, rows [][]string) error {
	var text strings.Builder
	for i, row := range rows {
		text.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			text.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
