// Package testbed provides, with the packages below it, the real parts that Pawl is
// tested with, and the clients that test it. Only tests and the commands that run
// Pawl in development import them.
package testbed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// SkipAloud skips a test because of what is missing here, and notes it in the file
// that `make test` prints at its end: go test says nothing about skipped tests. In CI
// the test fails instead.
func SkipAloud(t testing.TB, what string) {
	t.Helper()
	if list := os.Getenv("PAWL_TEST_SKIPPED"); list != "" {
		f, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := fmt.Fprintln(f, what); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("not tested: " + what)
	}
	t.Skip("not tested: " + what)
}

// SkipShort skips a test that requires something besides Go if -short is set.
func SkipShort(t testing.TB, requirement string) {
	t.Helper()
	if testing.Short() {
		t.Skip("requires " + requirement)
	}
}

// Pawl returns the binary to test: the one that PAWL_TEST_BINARY names, else one that
// is built from this tree.
func Pawl(t testing.TB) string {
	t.Helper()
	if binary := os.Getenv("PAWL_TEST_BINARY"); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "pawl")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "pawl/cmd/pawl").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// Seed returns the seed of a random test, and logs it: the value of PAWL_TEST_SEED,
// which repeats an earlier run, or a new one.
func Seed(t testing.TB) uint64 {
	t.Helper()
	const env = "PAWL_TEST_SEED"
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(env); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", env, err)
		}
	}
	t.Logf("%s=%d", env, seed)
	return seed
}
