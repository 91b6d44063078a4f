package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// closeEnough is how many letters a misspelt name may be off.
const closeEnough = 2

// didYouMean suggests the known name that name looks like, or nothing.
func didYouMean(name string, known []string) string {
	best, bestDistance := "", closeEnough+1
	for _, k := range known {
		if d := distance(name, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// misspeltVariables finds variables that look like settings with a slip in them:
// a filter that is off because of a missing letter would never be noticed. Other
// PAWL_ variables are not ours to judge (Kubernetes sets some by itself).
func misspeltVariables(environ []string, known []setting) []string {
	names := make([]string, len(known))
	for i, s := range known {
		names[i] = s.env
	}
	var faults []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "PAWL_") || value == "" || slices.Contains(names, name) {
			continue
		}
		if hint := didYouMean(name, names); hint != "" {
			faults = append(faults, fmt.Sprintf("unknown setting %s%s", name, hint))
		}
	}
	return faults
}

// dropEmptyVariables makes an empty variable mean the same as none: compose files
// pass on variables that nobody has set.
func dropEmptyVariables(known []setting) {
	for _, s := range known {
		if text, ok := os.LookupEnv(s.env); ok && strings.TrimSpace(text) == "" {
			_ = os.Unsetenv(s.env)
		}
	}
}

// distance is how many letters have to be added, dropped or changed to make b of a
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
