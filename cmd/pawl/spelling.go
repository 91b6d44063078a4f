package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// maxDistance is the largest edit distance at which a name is suggested.
const maxDistance = 2

// didYouMean returns a hint with the known name most similar to name, or "" if none is
// similar enough.
func didYouMean(name string, known []string) string {
	best, bestDistance := "", maxDistance+1
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

// misspeltVariables returns a fault for each variable whose name is similar to a setting:
// a filter that is off because of a typo would go unnoticed. Other PAWL_ variables are
// ignored (Kubernetes sets some for a service named pawl).
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

// dropEmptyVariables unsets empty variables: compose files pass on variables that are
// not set as empty.
func dropEmptyVariables(known []setting) {
	for _, s := range known {
		if text, ok := os.LookupEnv(s.env); ok && strings.TrimSpace(text) == "" {
			_ = os.Unsetenv(s.env)
		}
	}
}

// distance returns the Levenshtein distance of a and b, in bytes.
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
