package main

import (
	"net/http"
	"path"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func tuspy(t *testing.T) foreignClient {
	t.Helper()
	venv := foreignLibrary(t, "TUSPY", "tuspy, a client in Python")
	return foreignClient{filepath.Join(venv, "bin", "python"), foreignProgram(t, "upload.py")}
}

const farName = "Grüße aus 東京 🐾.bin"

func TestTuspy(t *testing.T) {
	client := tuspy(t)
	t.Run("options", client.tuspyOptions)
	t.Run("goes on", client.tuspyGoesOn)
	t.Run("checksum", client.tuspyChecksum)
}

// tuspyOptions uploads in every way that tuspy knows. It has no deferred length and
// no upload in parts.
func (f foreignClient) tuspyOptions(t *testing.T) {
	server := startServerProcess(t)
	for name, c := range map[string]struct {
		size  int
		flags []string
	}{
		"plain":               {3<<20 + 7, nil},
		"empty":               {0, nil},
		"chunks":              {3<<20 + 7, []string{"--chunk=1048576"}},
		"chunks without rest": {3 << 20, []string{"--chunk=1048576"}},
		"checksums":           {3<<20 + 7, []string{"--checksum", "--chunk=1048576"}},
		"asyncio":             {3<<20 + 7, []string{"--asynchronous", "--checksum", "--chunk=1048576"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, digest := randomFile(t, c.size)
			flags := append(c.flags, "--metadata=filename="+farName, "--metadata=album=été")
			url := f.bring(t, "http://"+server.addr, file, flags...)
			server.wantOnly(t, url, foreignFile{
				Name: farName, Size: int64(c.size), SHA256: digest, Metadata: map[string]string{"album": "été"},
			})
			server.remove(t, "/api/v1/files/"+path.Base(url))
		})
	}
}

func (f foreignClient) tuspyGoesOn(t *testing.T) {
	for name, flags := range map[string][]string{
		"plain": nil, "chunks with checksums": {"--chunk=4194304", "--checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			store := filepath.Join(t.TempDir(), "uploads.json")
			f.goesOn(t, append(flags, "--store="+store, "--retries=100")...)
		})
	}
}

// tuspyChecksum has a byte changed on the way. The server refuses the chunk, and
// tuspy sends it once more.
func (f foreignClient) tuspyChecksum(t *testing.T) {
	server := startServerProcess(t)
	file, digest := randomFile(t, 3<<20)
	var patches atomic.Int32
	url := meddler(t, "http://"+server.addr, func(r *http.Request) {
		if patches.Add(1) == 2 {
			r.Body = &flip{ReadCloser: r.Body}
		}
	})
	at := f.bring(t, url, file, "--checksum", "--chunk=1048576", "--retries=1")
	if n := patches.Load(); n != 4 {
		t.Errorf("%d chunks were sent, want 3 and one again", n)
	}
	server.wantOnly(t, at, foreignFile{Size: 3 << 20, SHA256: digest})
}
