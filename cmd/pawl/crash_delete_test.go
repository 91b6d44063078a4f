package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestKillWhileDeleting kills a server that deletes many files in one request. The
// server that comes up afterwards has all of them or none, and none of a deletion
// that was answered; their bytes are freed.
func TestKillWhileDeleting(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const files, rounds = 150, 8
	r := newCrashRig(t, t.TempDir(), 0, 0)
	r.server.start()
	r.AwaitHealth()
	outcomes := map[string]int{}
	for range rounds {
		ids := r.uploadMany(files)
		if r.Failed() {
			return
		}
		answered := make(chan bool)
		go func() { answered <- r.deleteMany(ids) }()
		r.Pass(time.Duration(r.Random.IntN(25)) * time.Millisecond)
		r.server.Kill()
		done := <-answered
		r.server.start()
		r.AwaitHealth()
		left := r.countFiles()
		if left != 0 && (left != files || done) {
			t.Fatalf("%d of %d files are left of a deletion (answered: %v)", left, files, done)
		}
		outcomes[fmt.Sprintf("%d left, answered: %v", left, done)]++
		if left > 0 && !r.deleteMany(ids) {
			t.Fatal("the files that are left cannot be deleted")
		}
	}
	t.Log(outcomes)
	for deadline := time.Now().Add(time.Minute); r.countBlobs() > 0; r.Pass(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d blobs of deleted files are left", r.countBlobs())
		}
	}
	if err := r.server.stop(); err != nil {
		t.Fatalf("%v\n%s", err, r.server.logTail())
	}
	r.server.check()
}

// uploadMany uploads files of one byte and returns their ids.
func (r *crashRig) uploadMany(n int) []string {
	ids := make([]string, n)
	var clients sync.WaitGroup
	for first := range 16 {
		clients.Go(func() {
			for i := first; i < n; i += 16 {
				req, err := http.NewRequestWithContext(r.Ctx, http.MethodPost, r.server.url+"/files/", strings.NewReader("x"))
				if err != nil {
					r.Fail("%v", err)
					return
				}
				req.Header.Set("Tus-Resumable", "1.0.0")
				req.Header.Set("Upload-Length", "1")
				req.Header.Set("Content-Type", "application/offset+octet-stream")
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					r.Fail("%v", err)
					return
				}
				res.Body.Close()
				_, ids[i], _ = strings.Cut(res.Header.Get("Location"), "/files/")
			}
		})
	}
	clients.Wait()
	if n := r.countFiles(); n != len(ids) {
		r.Fail("%d files are stored, want %d", n, len(ids))
	}
	return ids
}

// deleteMany reports whether the server answered that all files are deleted.
func (r *crashRig) deleteMany(ids []string) bool {
	request, err := json.Marshal(map[string]any{"ids": ids})
	if err != nil {
		r.Fail("%v", err)
		return false
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(r.Ctx), http.MethodPost, r.server.url+"/api/v1/files/delete", bytes.NewReader(request))
	if err != nil {
		r.Fail("%v", err)
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false // killed
	}
	defer res.Body.Close()
	var answer struct{ Items []struct{ Deleted bool } }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return false // killed in the middle of the answer
	}
	for _, item := range answer.Items {
		if !item.Deleted {
			r.Fail("a file is not deleted: %s, %+v", res.Status, answer)
			return false
		}
	}
	return len(answer.Items) == len(ids)
}

func (r *crashRig) countFiles() int {
	var stats struct{ Totals struct{ Files int } }
	if err := r.Get("/api/v1/stats", &stats); err != nil {
		r.Fail("the statistics: %v", err)
	}
	listed := r.CountFiles()
	if listed != stats.Totals.Files {
		r.Fail("%d files are listed, %d counted", listed, stats.Totals.Files)
	}
	return listed
}

// countBlobs counts the files that hold blobs.
func (r *crashRig) countBlobs() (n int) {
	err := filepath.WalkDir(filepath.Join(r.server.data, "blobs"), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && len(entry.Name()) == 36 {
			n++
		}
		return err
	})
	if err != nil {
		r.Fail("%v", err)
	}
	return n
}
