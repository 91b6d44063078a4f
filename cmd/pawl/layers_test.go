package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goPackage holds what `go list -json` reports of one package.
type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "pawl/...").Output()
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

// topFolder returns the top folder a package of this module lies in: "api" for
// pawl/api/tus, empty for pawl itself.
func topFolder(pkg string) string {
	_, below, _ := strings.Cut(pkg, "/")
	top, _, _ := strings.Cut(below, "/")
	return top
}

func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return first != root && !strings.Contains(first, ".")
}

func isOurs(pkg string) bool { return within(pkg, root) }

// domain lists the packages of the use cases, each with those of our own it may import
// besides the root package.
var domain = map[string][]string{
	"pawl/mediatype": nil,
	"pawl/digest":    nil,
	"pawl/events":    nil,
	"pawl/uploads":   {"pawl/mediatype", "pawl/digest", "pawl/events"},
	"pawl/files":     {"pawl/mediatype", "pawl/digest", "pawl/events"},
	"pawl/upkeep":    {"pawl/digest", "pawl/files", "pawl/uploads"},
}

func isDomain(pkg string) bool {
	_, ok := domain[pkg]
	return ok || pkg == root
}

// TestLayers checks the imports against the layers in docs/architecture.md: a
// package imports the layers below its own, and no other folder of its own layer.
func TestLayers(t *testing.T) {
	adapters := []string{"db", "storage", "hooks", "frontend", "api", "cmd", "internal"}
	for _, p := range listPackages(t) {
		if !isDomain(p.ImportPath) && !slices.Contains(adapters, topFolder(p.ImportPath)) {
			t.Errorf("%s is in no layer", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if why := refuse(p.ImportPath, imported); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

// refuse returns why pkg may not import another package, or "" if it may.
func refuse(pkg, imported string) string {
	from, to := topFolder(pkg), topFolder(imported)
	switch {
	case isStandard(imported):
		return ""
	case pkg == root && slices.Contains(textRules, imported):
		return ""
	case pkg == root:
		return "the root package imports only the standard library and the rules of Unicode"
	case isDomain(pkg):
		if imported == root && pkg != "pawl/mediatype" || slices.Contains(domain[pkg], imported) {
			return ""
		}
		return "a domain package imports only the root package and the domain packages below it"
	case !isOurs(imported):
		return refuseForeign(pkg, imported)
	case to == "cmd" && (from != "cmd" || !within(imported, "pawl/cmd/internal")):
		return "commands are not imported"
	case to == "internal" && from != "internal":
		return refuseTestbed(pkg)
	case from == "cmd", from == "internal", imported == root, imported == "pawl/mediatype", from == to, from == "api" && isDomain(imported):
		return ""
	}
	return "an adapter imports only the root package and its own top folder, and api the use cases"
}

// refuseTestbed says why a package may not import the testbed. Tests may, which are not
// asked here, and so may the commands that run Pawl in development alone.
func refuseTestbed(pkg string) string {
	if pkg == "pawl/cmd/cluster" || pkg == "pawl/cmd/bench" {
		return ""
	}
	return "the testbed is for tests"
}

// textRules are packages of the Go project for Unicode normalization and case folding,
// which the domain may import.
var textRules = []string{"golang.org/x/text/cases", "golang.org/x/text/unicode/norm"}

// foreign maps third-party packages to the one folder that may import them, so that
// their types stop there.
var foreign = map[string]string{
	"github.com/tus/tusd":                 "pawl/api/tus",
	"golang.org/x/exp/slog":               "pawl/api/tus",
	"github.com/danielgtaylor/huma":       "pawl/api",
	"github.com/prometheus/client_golang": "pawl/api",
	"github.com/go-chi/chi":               "pawl/api",
	"github.com/gabriel-vasile/mimetype":  "pawl/hooks/filetype",
	"github.com/aws":                      "pawl/storage/s3",
	"modernc.org/sqlite":                  "pawl/db",
	"github.com/pressly/goose":            "pawl/db",
	"github.com/alecthomas/kong":          "pawl/cmd",
}

func refuseForeign(pkg, imported string) string {
	for name, home := range foreign {
		if within(imported, name) && !within(pkg, home) {
			return "only " + home + " may import it"
		}
	}
	return ""
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// TestGeneratedQueries checks that sqlc's output lies in internal folders, so that
// Go lets only its own dialect import it.
func TestGeneratedQueries(t *testing.T) {
	found := false
	for _, p := range listPackages(t) {
		for _, file := range p.GoFiles {
			content, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(content, []byte("// Code generated by sqlc")) {
				continue
			}
			found = true
			if ok, _ := path.Match("pawl/db/*/internal/*", p.ImportPath); !ok {
				t.Errorf("%s/%s was generated outside of db/<dialect>/internal", p.ImportPath, file)
			}
		}
	}
	if !found {
		t.Error("no code generated by sqlc was found: has its first line changed?")
	}
}

// TestLayerRules checks that refuse rejects what it must.
func TestLayerRules(t *testing.T) {
	tests := []struct {
		pkg, imported string
		refused       bool
	}{
		{"pawl", "net/http", false},
		{"pawl", "github.com/google/go-cmp/cmp", true},
		{"pawl", "pawl/db/sqlite", true},
		{"pawl", "golang.org/x/text/unicode/norm", false},
		{"pawl", "golang.org/x/text/language", true},
		{"pawl", "pawl/uploads", true},
		{"pawl/uploads", "pawl", false},
		{"pawl/uploads", "pawl/digest", false},
		{"pawl/uploads", "pawl/files", true},
		{"pawl/uploads", "github.com/google/go-cmp/cmp", true},
		{"pawl/mediatype", "pawl", true},
		{"pawl/upkeep", "pawl/uploads", false},
		{"pawl/storage/disk", "pawl/uploads", true},
		{"pawl/hooks/filetype", "pawl/mediatype", false},
		{"pawl/db/sqlite", "pawl", false},
		{"pawl/db/sqlite", "pawl/db/schema", false},
		{"pawl/db/sqlite", "pawl/storage/disk", true},
		{"pawl/hooks/httphook", "pawl/api", true},
		{"pawl/frontend", "pawl/hooks/httphook", true},
		{"pawl/api", "pawl/api/tus", false},
		{"pawl/api", "pawl/files", false},
		{"pawl/api", "pawl/hooks/filetype", true},
		{"pawl/api", "pawl/cmd/pawl", true},
		{"pawl/api", "github.com/tus/tusd/v2/pkg/handler", true},
		{"pawl/api/tus", "github.com/tus/tusd/v2/pkg/handler", false},
		{"pawl/storage/s3", "pawl/storage/multipart", false},
		{"pawl/storage/s3", "github.com/aws/aws-sdk-go-v2/service/s3", false},
		{"pawl/storage/multipart", "github.com/aws/aws-sdk-go-v2/service/s3", true},
		{"pawl/cmd/pawl", "pawl/api/tus", false},
		{"pawl/cmd/pawl", "pawl/cmd/internal/doctor", false},
		{"pawl/cmd/bench", "pawl/cmd/pawl", true},
		{"pawl/api", "pawl/cmd/internal/doctor", true},
		{"pawl/cmd/pawl", "modernc.org/sqlite", true},
		{"pawl/cmd/pawl", "pawl/internal/testbed/s3test", true},
		{"pawl/db/postgres", "pawl/internal/testbed/postgrestest", true},
		{"pawl", "pawl/internal/testbed/postgrestest", true},
		{"pawl/cmd/cluster", "pawl/internal/testbed/s3test", false},
		{"pawl/internal/testbed/chaos", "pawl/api/tus", false},
		{"pawl/internal/testbed/chaos", "pawl/cmd/pawl", true},
	}
	for _, tt := range tests {
		if why := refuse(tt.pkg, tt.imported); (why != "") != tt.refused {
			t.Errorf("%s imports %s: %q", tt.pkg, tt.imported, why)
		}
	}
}
