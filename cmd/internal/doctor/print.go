package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"pawl/cmd/internal/terminal"
)

// Layout of a report, in columns.
const (
	columns       = 80
	textColumn    = 24
	settingColumn = 22
	productColumn = 6
)

// Print writes the report as text, made safe for a terminal.
func (r Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%s\n", terminal.Safe(r.URL))
	if len(r.Via) > 0 {
		fmt.Fprintf(w, "Seen in responses: %s\n", strings.Join(r.Via, ", "))
	}
	counts := map[Status]int{}
	for _, f := range r.Findings {
		counts[f.Status]++
		fmt.Fprintf(w, "\n%-5s %-17s %s\n", f.Status, f.Check, wrap(terminal.Safe(f.Seen), textColumn))
		for _, m := range r.sorted(f.Remedies) {
			fmt.Fprintf(w, "%*s%-15s %s\n", productColumn, "", m.Product, wrap(m.Setting, settingColumn))
		}
	}
	fmt.Fprintf(w, "\n%d OK, %d WARN, %d FAIL\n", counts[OK], counts[Warn], counts[Fail])
}

// PrintJSON writes the report as JSON.
func (r Report) PrintJSON(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, terminal.SafeLines(string(text)))
	return err
}

// sorted returns the remedies with those for identified products first. The others are
// kept, since not every proxy identifies itself.
func (r Report) sorted(all []Remedy) []Remedy {
	return slices.SortedStableFunc(slices.Values(all), func(a, b Remedy) int { return r.rank(a) - r.rank(b) })
}

func (r Report) rank(m Remedy) int {
	if slices.Contains(r.Via, m.Product) {
		return 0
	}
	return 1
}

// wrap breaks text into lines that start at the given column.
func wrap(text string, column int) string {
	var out strings.Builder
	at := column
	for i, word := range strings.Fields(text) {
		letters := len([]rune(word))
		switch {
		case i == 0:
		case at+1+letters > columns:
			out.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += letters
	}
	return out.String()
}
