package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const heading = `
This binary also contains the software of others below, unchanged. The source of each
Go module is at https://proxy.golang.org and that of each npm package at
https://registry.npmjs.org, by the name and version that stand above its licence.
`

const ruler = "================================================================================\n"

// write writes Pawl's own licence, and then each of the others once, under the names of
// all that it belongs to.
func write(w io.Writer, own string, all []component) error {
	owners := map[string][]string{}
	for _, c := range all {
		for _, text := range c.texts {
			owners[text] = append(owners[text], c.name)
		}
		if len(c.texts) == 0 {
			text := "(No licence text comes with the package. The licence it names: " + c.terms + ")"
			owners[text] = append(owners[text], c.name)
		}
	}
	for _, names := range owners {
		slices.Sort(names)
	}
	texts := slices.SortedFunc(maps.Keys(owners), func(a, b string) int {
		return cmp.Or(slices.Compare(owners[a], owners[b]), cmp.Compare(a, b))
	})
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "Pawl\n\n", own, "\n", heading)
	for _, text := range texts {
		fmt.Fprintf(out, "\n%s%s\n\n%s\n", ruler, strings.Join(owners[text], "\n"), text)
	}
	return out.Flush()
}
