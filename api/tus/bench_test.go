package tus_test

import (
	"net/http"
	"strings"
	"testing"
)

// BenchmarkSmallCreation stores 16 KiB files, each in one request, over 16
// connections: what a page of thumbnails does.
func BenchmarkSmallCreation(b *testing.B) {
	s := start(b)
	body := noise(1, 16<<10)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	b.SetBytes(int64(len(body)))
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest("POST", s.URL+"/files/", strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Tus-Resumable", "1.0.0")
			r.Header.Set("Content-Type", "application/offset+octet-stream")
			r.Header.Set("Upload-Length", itoa(len(body)))
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusCreated {
				b.Errorf("status %d", answer.StatusCode)
				return
			}
		}
	})
}
