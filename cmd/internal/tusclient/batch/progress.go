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

// Progress reports how a run goes: URLs of what is stored, and with JSON everything,
// a line each, on Out; sentences, and on a terminal a bar, on Err. Names and what a
// server says are made safe for a terminal.
type Progress struct {
	Out, Err io.Writer
	JSON     bool
	// Width is how many columns the terminal has that Err is; nil: it is none.
	Width func() int
	Now   func() time.Time

	mu       sync.Mutex
	state    snapshot
	speed    speed
	drawn    bool
	left     int    // out of folders: files and folders of the operating system
	leftName string // of the first of them
	stop     chan struct{}
	stopping sync.WaitGroup
}

// event is a line of JSON.
type event struct {
	Event    string `json:"event"`
	Path     string `json:"path,omitempty"`
	Name     string `json:"name,omitempty"` // on the server, if it is another one
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

// end takes the bar away and says what it comes to.
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
	if p.left > 0 {
		fmt.Fprintf(p.Err, "left out %d of the operating system's own, such as %s\n", p.left, terminal.Safe(p.leftName))
	}
	if p.state.stored+p.state.failed > 1 {
		fmt.Fprintf(p.Err, "%d stored, %d not\n", p.state.stored, p.state.failed)
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

// resize corrects the total: a file has another size than when it was found.
func (p *Progress) resize(by int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.total += by
}

// stored reports an item that has arrived, under another name if sent is not empty.
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

// leftOut counts what is not uploaded because it is the operating system's own.
func (p *Progress) leftOut(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.JSON {
		p.line(event{Event: "skipped", Path: path})
		return
	}
	if p.left == 0 {
		p.leftName = filepath.Base(path)
	}
	p.left++
}

// Failed reports something that was not stored.
func (p *Progress) Failed(path string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.failed++
	p.tell("failed", path, err)
}

func (p *Progress) note(path string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell("note", path, err)
}

// Retrying reports a failure after which the client waits and tries again.
func (p *Progress) Retrying(err error, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell("retrying", "", fmt.Errorf("%w; trying again in %s", err, wait.Round(100*time.Millisecond)))
}

func (p *Progress) tell(what, path string, err error) {
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
