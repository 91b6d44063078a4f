//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMendWantsPeace has nothing mended while an instance may be at work.
func TestMendWantsPeace(t *testing.T) {
	c := startCluster(t, 2, nil)
	check := func(flags ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), c.pawl, append([]string{"check"}, flags...)...)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), c.environment()...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, i := range c.instances {
		if out, err := check("--mend"); err == nil || !strings.Contains(out, "Pawl is at work on this database") {
			t.Errorf("check --mend beside %s: %v\n%s", i.name, err, out)
		}
		if out, err := check(); err != nil || !strings.Contains(out, "Pawl is running") || !strings.Contains(out, "no problems") {
			t.Errorf("check beside %s: %v\n%s", i.name, err, out)
		}
		if err := i.down(); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := check("--mend"); err != nil || strings.Contains(out, "Pawl is running") || !strings.Contains(out, "no problems") {
		t.Errorf("check --mend alone: %v\n%s", err, out)
	}
}
