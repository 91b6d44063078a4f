package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// goPackage is what `go list -json` says of one package.
type goPackage struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "pawl/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

const root = "pawl"

// room is the top folder one of our packages lies in: "api" of pawl/api/tus, empty
// for pawl itself.
func room(pkg string) string {
	_, below, _ := strings.Cut(pkg, "/")
	top, _, _ := strings.Cut(below, "/")
	return top
}

func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return first != root && !strings.Contains(first, ".")
}

func isOurs(pkg string) bool { return within(pkg, root) }

// TestFloors keeps the house as docs/architecture.md draws it: each floor imports
// the ones below it, and no room another on its own floor.
func TestFloors(t *testing.T) {
	rooms := []string{"", "db", "storage", "hooks", "frontend", "api", "cmd"}
	for _, p := range listPackages(t) {
		if !slices.Contains(rooms, room(p.ImportPath)) {
			t.Errorf("%s lies in no room of the house", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if why := refuse(p.ImportPath, imported); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

// refuse says why pkg may not import another package; empty if it may.
func refuse(pkg, imported string) string {
	from, to := room(pkg), room(imported)
	switch {
	case isStandard(imported):
		return ""
	case pkg == root:
		return "the domain knows the standard library alone"
	case !isOurs(imported):
		return refuseForeign(pkg, imported)
	case to == "cmd":
		return "nobody imports commands"
	case from == "cmd", imported == root, from == to:
		return ""
	}
	return "rooms know the domain and their own folder alone"
}

// foreign are other people's packages that one folder alone may know, so that
// their types stop there.
var foreign = map[string]string{
	"github.com/tus/tusd":                 "pawl/api/tus",
	"golang.org/x/exp/slog":               "pawl/api/tus",
	"github.com/danielgtaylor/huma":       "pawl/api",
	"github.com/prometheus/client_golang": "pawl/api",
	"github.com/go-chi/chi":               "pawl/api",
	"github.com/gabriel-vasile/mimetype":  "pawl/hooks/filetype",
	"modernc.org/sqlite":                  "pawl/db",
	"github.com/pressly/goose":            "pawl/db",
	"github.com/alecthomas/kong":          "pawl/cmd",
}

func refuseForeign(pkg, imported string) string {
	for name, home := range foreign {
		if within(imported, name) && !within(pkg, home) {
			return "it stays inside " + home
		}
	}
	return ""
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// TestFloorsRule asks the rule about what it must refuse, so that it cannot rot
// into one that refuses nothing.
func TestFloorsRule(t *testing.T) {
	tests := []struct {
		pkg, imported string
		refused       bool
	}{
		{"pawl", "net/http", false},
		{"pawl", "github.com/google/go-cmp/cmp", true},
		{"pawl", "pawl/db/sqlite", true},
		{"pawl/db/sqlite", "pawl", false},
		{"pawl/db/sqlite", "pawl/db/schema", false},
		{"pawl/db/sqlite", "pawl/storage/disk", true},
		{"pawl/hooks/callout", "pawl/api", true},
		{"pawl/frontend", "pawl/hooks/callout", true},
		{"pawl/api", "pawl/api/tus", false},
		{"pawl/api", "pawl/hooks/filetype", true},
		{"pawl/api", "pawl/cmd/pawl", true},
		{"pawl/api", "github.com/tus/tusd/v2/pkg/handler", true},
		{"pawl/api/tus", "github.com/tus/tusd/v2/pkg/handler", false},
		{"pawl/cmd/pawl", "pawl/api/tus", false},
		{"pawl/cmd/pawl", "modernc.org/sqlite", true},
	}
	for _, tt := range tests {
		if why := refuse(tt.pkg, tt.imported); (why != "") != tt.refused {
			t.Errorf("%s imports %s: %q", tt.pkg, tt.imported, why)
		}
	}
}
