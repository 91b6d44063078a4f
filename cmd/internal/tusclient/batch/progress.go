package batch

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"pawl/cmd/internal/terminal"
	"pawl/cmd/internal/tusclient"
)

// Progress reports the progress of a run. It writes URLs of stored files, or with JSON one
// event per line, to Out, and messages and on a terminal a progress bar to Err. File
// names and text from the server are made safe for a terminal.
type Progress struct {
	Out, Err io.Writer
	JSON     bool
	// Width returns the columns of the terminal Err; nil if Err is not a terminal.
	Width func() int
	Now   func() time.Time

	mu       sync.Mutex
	state    snapshot
	speed    speed
	drawn    bool
	skips    int    // files and folders of the operating system that were skipped
	skipName string // name of the first of them
	stop     chan struct{}
	stopping sync.WaitGroup
}

// event is a line of JSON.
type event struct {
	Event    string `json:"event"`
	Path     string `json:"path,omitempty"`
	Name     string `json:"name,omitempty"` // on the server, if it differs
	URL      string `json:"url,omitempty"`
	Size     *int64 `json:"size,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Verified *bool  `json:"verified,omitempty"`
	Error    string `json:"error,omitempty"`
	Stored   *int   `json:"stored,omitempty"`
	Failed   *int   `json:"failed,omitempty"`
}

const drawEvery = 200 * time.Millisecond

func (p *Progress) begin(items []Item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.files = len(items)
	for _, item := range items {
		p.state.unknown = p.state.unknown || item.Size < 0
		p.state.total += max(0, item.Size)
	}
	if p.Width == nil || p.JSON {
		return
	}
	p.stop = make(chan struct{})
	p.stopping.Go(func() {
		tick := time.NewTicker(drawEvery)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.draw()
			}
		}
	})
}

// end removes the bar and prints a summary.
func (p *Progress) end() {
	if p.stop != nil {
		close(p.stop)
		p.stopping.Wait()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	if p.JSON {
		p.line(event{Event: "done", Stored: &p.state.stored, Failed: &p.state.failed})
		return
	}
	if p.skips > 0 {
		fmt.Fprintf(p.Err, "skipped %d files of the operating system, such as %s\n", p.skips, terminal.Safe(p.skipName))
	}
	if p.state.stored+p.state.failed > 1 {
		fmt.Fprintf(p.Err, "%d stored, %d failed\n", p.state.stored, p.state.failed)
	}
}

func (p *Progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.rate = p.speed.at(p.Now())
	fmt.Fprintf(p.Err, "\r\x1b[K%s", bar(p.state, p.Width()-1))
	p.drawn = true
}

func (p *Progress) erase() {
	if p.drawn {
		fmt.Fprint(p.Err, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *Progress) line(e event) {
	text, err := json.Marshal(e)
	if err == nil {
		_, _ = fmt.Fprintln(p.Out, terminal.Safe(string(text)))
	}
}

func (p *Progress) moved(bytes int64, sent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.there += bytes
	if sent {
		p.speed.add(p.Now(), bytes)
	}
}

// resize corrects the total if the size of a file has changed since it was found.
func (p *Progress) resize(by int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.total += by
}

// stored reports a stored item, and its name on the server unless sent is empty.
func (p *Progress) stored(item Item, sent string, s tusclient.Stored, verified bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.stored++
	p.erase()
	if p.JSON {
		p.line(event{Event: "stored", Path: item.Path, Name: sent, URL: s.URL, Size: &s.Size,
			SHA256: hex.EncodeToString(s.SHA256[:]), Verified: &verified})
		return
	}
	fmt.Fprintln(p.Out, terminal.Safe(s.URL))
	name, checked := item.Path, ""
	if sent != "" {
		name += " as " + sent
	}
	if verified {
		checked = ", SHA-256 verified"
	}
	fmt.Fprintf(p.Err, "stored %s (%s%s)\n", terminal.Safe(name), size(s.Size), checked)
}

// skipped counts a file or folder of the operating system, which is not uploaded.
func (p *Progress) skipped(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.JSON {
		p.line(event{Event: "skipped", Path: path})
		return
	}
	if p.skips == 0 {
		p.skipName = filepath.Base(path)
	}
	p.skips++
}

// Failed reports a path that was not stored.
func (p *Progress) Failed(path string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.failed++
	p.report("failed", path, err)
}

func (p *Progress) note(path string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report("note", path, err)
}

// Retrying reports a failure and the wait before the next attempt.
func (p *Progress) Retrying(err error, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report("retrying", "", fmt.Errorf("%w; retrying in %s", err, wait.Round(100*time.Millisecond)))
}

func (p *Progress) report(what, path string, err error) {
	p.erase()
	if p.JSON {
		p.line(event{Event: what, Path: path, Error: err.Error()})
		return
	}
	text := err.Error()
	if path != "" {
		text = path + ": " + text
	}
	fmt.Fprintln(p.Err, "pawl:", terminal.Safe(text))
}

func (p *Progress) failures() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.failed
}
