package tusclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"sync/atomic"
)

// State is how far an upload has been brought, for another run to go on with.
type State struct {
	URL   string `json:"url,omitempty"`
	Parts []Part `json:"parts,omitempty"`
	// Joining says that every part is there and that the request to join them may
	// have been made: the parts may be gone for that.
	Joining bool `json:"joining,omitempty"`
}

// Part is a piece of a source that is an upload of its own.
type Part struct {
	URL   string `json:"url"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
}

// Upload is something to be uploaded.
type Upload struct {
	Source   io.ReaderAt
	Size     int64
	Metadata map[string]string
	Server   Server // what the server can do
	Parts    int    // how many parts to send at a time, if the server can join them
	State    State  // of an earlier run; empty: begin
	// Save keeps the state, before anything relies on it; may be nil.
	Save func(State) error
	// Moved is told how many bytes more (or fewer, below 0) are on the other side,
	// and whether they were sent just now; may be nil. It may be called by several
	// goroutines at a time.
	Moved func(bytes int64, sent bool)
}

// Stored is an upload that has all arrived.
type Stored struct {
	URL    string
	Size   int64
	SHA256 [sha256.Size]byte // of what was read here
}

const (
	// smallEnough is the size up to which an upload goes along with its creation:
	// one request in place of two.
	smallEnough = 64 << 10
	// smallestPart is not worth being split.
	smallestPart = 1 << 20
	// mostRestarts is how often an upload may vanish on the way.
	mostRestarts = 3
)

// job is one upload under way.
type job struct {
	*Client
	Upload
	digest *digest
	there  atomic.Int64 // what Moved was told in all
}

// Upload brings an upload to its end.
func (c *Client) Upload(ctx context.Context, u Upload) (Stored, error) {
	if u.Server.MaxSize > 0 && u.Size > u.Server.MaxSize {
		return Stored{}, unusablef("it has %d bytes, and the server takes %d at most", u.Size, u.Server.MaxSize)
	}
	j := &job{Client: c, Upload: u, digest: newDigest(u.Source)}
	url, err := j.bring(ctx)
	for restarts := 0; gone(err) && j.State.begun() && restarts < mostRestarts; restarts++ {
		if err := j.keep(State{}); err != nil {
			return Stored{}, err
		}
		j.moved(-j.there.Load(), false)
		url, err = j.bring(ctx)
	}
	if err == nil {
		err = j.digest.reach(ctx, u.Size)
	}
	return Stored{url, u.Size, j.digest.sum()}, err
}

// begun reports whether there is anything that may be gone.
func (s State) begun() bool {
	return s.URL != "" || slices.ContainsFunc(s.Parts, func(p Part) bool { return p.URL != "" })
}

// keep has the state saved.
func (j *job) keep(s State) error {
	j.State = s
	if j.Save == nil {
		return nil
	}
	return j.Save(s)
}

func (j *job) bring(ctx context.Context) (url string, err error) {
	switch {
	case j.State.URL != "":
		return j.State.URL, j.stream(j.State.URL).resume(ctx)
	case len(j.State.Parts) > 0:
		return j.bringParts(ctx)
	case j.partCount() > 1:
		j.State.Parts = split(j.Size, j.partCount())
		return j.bringParts(ctx)
	}
	return j.begin(ctx)
}

// begin creates the upload and sends it.
func (j *job) begin(ctx context.Context) (string, error) {
	n := Creation{Length: j.Size, Metadata: j.Metadata}
	if j.Size > 0 && j.Size <= smallEnough && j.Server.Offers("creation-with-upload") {
		n.Content = make([]byte, j.Size)
		if got, err := j.Source.ReadAt(n.Content, 0); got < len(n.Content) {
			return "", sourceError(err)
		}
		j.digest.saw(0, n.Content)
	}
	url, offset, err := j.createFor(ctx, n)
	if err != nil {
		return "", err
	}
	if offset < j.Size {
		if err := j.keep(State{URL: url}); err != nil {
			return "", err
		}
	}
	return url, j.stream(url).send(ctx, offset)
}

func (j *job) moved(bytes int64, sent bool) {
	j.there.Add(bytes)
	if j.Moved != nil && bytes != 0 {
		j.Moved(bytes, sent)
	}
}

// createFor creates an upload, however often that takes.
func (c *Client) createFor(ctx context.Context, n Creation) (url string, offset int64, err error) {
	err = c.persist(ctx, func() (err error) {
		url, offset, err = c.Create(ctx, n)
		return err
	})
	return url, offset, err
}

// stream is the whole source on its way into one upload.
func (j *job) stream(url string) *stream {
	return &stream{client: j.Client, url: url, source: j.Source, size: j.Size, digest: j.digest,
		checksum: j.checksums(), moved: j.moved}
}

// checksums is what bodies are checked with. A server keeps nothing of a body
// until its checksum is right, so that one body for everything must have none.
func (j *job) checksums() string {
	if j.ChunkSize <= 0 {
		return ""
	}
	return j.Server.checksum()
}

var errStopped = errors.New("the request is over")
