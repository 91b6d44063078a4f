package main

import (
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// tusJava compiles the program around tus-java-client.
func tusJava(t *testing.T) foreignClient {
	t.Helper()
	const name = "tus-java-client, the client of Android"
	jars := filepath.Join(foreignLibrary(t, "TUS_JAVA", name), "*")
	classes := t.TempDir()
	compile := exec.CommandContext(t.Context(), "javac", "-encoding", "UTF-8", "-cp", jars, "-d", classes, foreignProgram(t, "Upload.java"))
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	// UTF-8 is what Android has, whatever the locale.
	return foreignClient{"java", "-Dfile.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-cp", jars + string(os.PathListSeparator) + classes, "Upload"}
}

func TestTusJava(t *testing.T) {
	client := tusJava(t)
	t.Run("options", client.javaOptions)
	t.Run("goes on", client.javaGoesOn)
	t.Run("tries again", client.javaTriesAgain)
	t.Run("begins anew", client.javaBeginsAnew)
}

// javaOptions uploads in every way that tus-java-client knows, and makes sure that
// it sends what makes it a case of its own.
func (f foreignClient) javaOptions(t *testing.T) {
	server := startServerProcess(t)
	for name, c := range map[string]struct {
		size     int
		requests int32
		flags    []string
	}{
		"plain":                 {3<<20 + 7, 1, nil},
		"empty":                 {0, 1, nil},
		"requests":              {3<<20 + 7, 4, []string{"--payload=1048576", "--chunk=300000"}},
		"requests without rest": {3 << 20, 4, []string{"--payload=1048576", "--chunk=262144"}}, // the last one is empty
	} {
		t.Run(name, func(t *testing.T) {
			file, digest := randomFile(t, c.size)
			var requests atomic.Int32
			url := meddler(t, "http://"+server.addr, func(r *http.Request) {
				n := requests.Add(1)
				if r.Method != http.MethodPost || r.ContentLength != -1 || r.Header.Get("Expect") != "100-continue" {
					t.Errorf("request %d is %s of %d bytes, Expect: %q", n, r.Method, r.ContentLength, r.Header.Get("Expect"))
				}
			})
			flags := append(c.flags, "--metadata=filename="+farName, "--metadata=album=été")
			at := f.bring(t, url, file, flags...)
			if n := requests.Load(); n != c.requests {
				t.Errorf("there were %d requests with content, want %d", n, c.requests)
			}
			server.wantOnly(t, at, foreignFile{
				Name: farName, Size: int64(c.size), SHA256: digest, Metadata: map[string]string{"album": "été"},
			})
			server.remove(t, "/api/v1/files/"+path.Base(at))
		})
	}
}

// manyDelays has TusExecutor try again for longer than any restart takes.
var manyDelays = "--delays=" + strings.Repeat("200,", 149) + "200"

func (f foreignClient) javaGoesOn(t *testing.T) {
	store := filepath.Join(t.TempDir(), "uploads.properties")
	f.goesOn(t, "--store="+store, "--payload=4194304", manyDelays)
}

// javaTriesAgain kills the server under a client that remembers its upload in
// memory, and forgets it at the end.
func (f foreignClient) javaTriesAgain(t *testing.T) {
	const size = 32 << 20
	file, digest := randomFile(t, size)
	server := startServerProcess(t)
	g := newGauge(t, server.addr)
	url := f.outlives(t, server, g, size/2, file, "--forget", manyDelays)
	if sent := g.sent.Load(); sent > size*3/2 { // as many as from zero
		t.Errorf("%d bytes were sent for a file of %d", sent, size)
	}
	server.wantOnly(t, url, foreignFile{Size: size, SHA256: digest})
}

// javaBeginsAnew ends an upload that the client still remembers: it is told
// that there is none, and begins another.
func (f foreignClient) javaBeginsAnew(t *testing.T) {
	const size = 32 << 20
	file, digest := randomFile(t, size)
	server := startServerProcess(t)
	g := newGauge(t, server.addr)
	store := "--store=" + filepath.Join(t.TempDir(), "uploads.properties")

	f.killed(t, g, size/4, file, store)
	left := items[struct{ ID string }](t, server, "/api/v1/uploads")
	if len(left) != 1 {
		t.Fatalf("%d uploads are under way", len(left))
	}
	server.remove(t, "/api/v1/uploads/"+left[0].ID)
	url := f.bring(t, g.url(), file, store, "--forget")
	if path.Base(url) == left[0].ID {
		t.Errorf("the file is at %s, which was deleted", url)
	}
	server.wantOnly(t, url, foreignFile{Size: size, SHA256: digest})
}
