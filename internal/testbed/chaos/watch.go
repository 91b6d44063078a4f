package chaos

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// watchList reads the offsets in the list of uploads: they are promises, too.
func (r *Rig) watchList(ctx context.Context) {
	for ctx.Err() == nil {
		floors := r.floors()
		var list struct {
			Items []item `json:"items"`
		}
		if err := r.get(ctx, "/api/v1/uploads?limit=200", &list); err == nil {
			for _, item := range list.Items {
				r.observe(item, floors[item.ID])
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (r *Rig) floors() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	floors := make(map[string]int64, len(r.uploads))
	for id, u := range r.uploads {
		floors[id] = u.reported()
	}
	return floors
}

func (r *Rig) observe(i item, floor int64) {
	r.mu.Lock()
	u := r.uploads[i.ID]
	r.mu.Unlock()
	if u == nil {
		return
	}
	if i.Offset < floor {
		r.blame(u, "REST reports %d, after %d had been reported", i.Offset, floor)
	}
	u.note(i.Offset)
}

// watchEvents reads the offsets in progress events.
func (r *Rig) watchEvents(ctx context.Context) {
	for ctx.Err() == nil {
		r.readEvents(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *Rig) readEvents(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/api/v1/events", nil)
	if err != nil {
		return
	}
	res, err := r.http.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	event := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || event != "upload.progress" {
			continue
		}
		var i item
		if err := json.Unmarshal([]byte(data), &i); err != nil {
			r.Fail("a progress event %q: %v", data, err)
		}
		r.observe(i, 0)
	}
}
