package batch

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestSystemNamesOfThePage checks that the page skips the same files as the client.
func TestSystemNamesOfThePage(t *testing.T) {
	source, err := os.ReadFile("../../../../frontend/src/features/uploads/system-files.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(source), "new Set([")
	list, rest, closed := strings.Cut(list, "]);")
	if !found || !closed {
		t.Fatal("the page's list of names is not where it was")
	}
	var names []string
	for _, quoted := range regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).FindAllString(list, -1) {
		name, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if ours := slices.Sorted(maps.Keys(systemNames)); !slices.Equal(names, ours) {
		t.Errorf("the page leaves out %q, the command %q", names, ours)
	}
	if !strings.Contains(rest, `name.startsWith("._")`) || !strings.Contains(rest, "own.has(name.toLowerCase())") {
		t.Error("the page's rule beside the list has changed: compare it to isSystem")
	}
}
