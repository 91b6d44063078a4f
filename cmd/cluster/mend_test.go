//go:build unix

package main

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pawl/internal/testbed/reverseproxy"
)

// TestMendWantsPeace has nothing mended while an instance may be at work.
func TestMendWantsPeace(t *testing.T) {
	c := startCluster(t, reverseproxy.Nginx, 2, nil)
	check := func(flags ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), c.pawl, append([]string{"check"}, flags...)...)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), c.environment()...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, i := range c.instances {
		beginUpload(t, i)
	}
	for _, i := range c.instances {
		if out, err := check("--mend"); err == nil || !strings.Contains(out, "the database is in use by ") {
			t.Errorf("check --mend beside %s: %v\n%s", i.Name, err, out)
		}
		if out, err := check(); err != nil || !strings.Contains(out, "Pawl is running") || !strings.Contains(out, "no problems") {
			t.Errorf("check beside %s: %v\n%s", i.Name, err, out)
		}
		if err := i.down(); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := check("--mend"); err != nil || strings.Contains(out, "Pawl is running") || !strings.Contains(out, "no problems") {
		t.Errorf("check --mend alone: %v\n%s", err, out)
	}
}

// beginUpload leaves an upload half-way, open at the instance.
func beginUpload(t *testing.T, i *instance) {
	t.Helper()
	do := func(method, target, body string, header ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Tus-Resumable", "1.0.0")
		for n := 0; n < len(header); n += 2 {
			r.Header.Set(header[n], header[n+1])
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= 300 {
			t.Fatalf("%s: %s", method, resp.Status)
		}
		return resp
	}
	location, err := do(http.MethodPost, i.url()+"/files/", "", "Upload-Length", "10").Location()
	if err != nil {
		t.Fatal(err)
	}
	do(http.MethodPatch, location.String(), "hello", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
}
