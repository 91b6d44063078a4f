package tusclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"sync/atomic"
)

// State is the resume state of an upload.
type State struct {
	URL   string `json:"url,omitempty"`
	Parts []Part `json:"parts,omitempty"`
	// Joining is set before the parts are concatenated. They may no longer exist
	// afterwards.
	Joining bool `json:"joining,omitempty"`
}

// Part is a range of a source that is sent as a partial upload.
type Part struct {
	URL   string `json:"url"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
}

// Upload describes an upload.
type Upload struct {
	Source   io.ReaderAt
	Size     int64
	Metadata map[string]string
	Server   Server // see Discover
	Parts    int    // parts to send in parallel, if the server supports concatenation
	State    State  // from an earlier process; may be zero
	// Save is called with the new state before the upload depends on it; may be nil.
	Save func(State) error
	// Moved is called with the change of the number of bytes on the server, which may
	// be negative, and whether they were sent now or earlier; may be nil. It must be
	// safe for concurrent use.
	Moved func(bytes int64, sent bool)
}

// Stored is a completed upload.
type Stored struct {
	URL    string
	Size   int64
	SHA256 [sha256.Size]byte // of the bytes read from the source
}

const (
	// maxWithCreation is the size up to which the content is sent with the creation:
	// one request instead of two.
	maxWithCreation = 64 << 10
	// smallestPart is the minimum size of a part.
	smallestPart = 1 << 20
	// maxRestarts is how often an upload is started again after it disappeared.
	maxRestarts = 3
)

// job is an upload in progress.
type job struct {
	*Client
	Upload
	digest *digest
	there  atomic.Int64 // sum of the calls of Moved
}

// Upload sends or resumes an upload until it is complete. It returns the last error if the
// upload failed permanently or made no progress for RetryFor.
func (c *Client) Upload(ctx context.Context, u Upload) (Stored, error) {
	if u.Server.MaxSize > 0 && u.Size > u.Server.MaxSize {
		return Stored{}, unusablef("the file has %d bytes, but the server accepts at most %d", u.Size, u.Server.MaxSize)
	}
	j := &job{Client: c, Upload: u, digest: newDigest(u.Source)}
	url, err := j.run(ctx)
	for restarts := 0; gone(err) && j.State.begun() && restarts < maxRestarts; restarts++ {
		if err := j.save(State{}); err != nil {
			return Stored{}, err
		}
		j.moved(-j.there.Load(), false)
		url, err = j.run(ctx)
	}
	if err == nil {
		err = j.digest.reach(ctx, u.Size)
	}
	return Stored{url, u.Size, j.digest.sum()}, err
}

// begun reports whether any upload was created.
func (s State) begun() bool {
	return s.URL != "" || slices.ContainsFunc(s.Parts, func(p Part) bool { return p.URL != "" })
}

// save stores the state.
func (j *job) save(s State) error {
	j.State = s
	if j.Save == nil {
		return nil
	}
	return j.Save(s)
}

func (j *job) run(ctx context.Context) (url string, err error) {
	switch {
	case j.State.URL != "":
		return j.State.URL, j.stream(j.State.URL).resume(ctx)
	case len(j.State.Parts) > 0:
		return j.sendParts(ctx)
	case j.partCount() > 1:
		j.State.Parts = split(j.Size, j.partCount())
		return j.sendParts(ctx)
	}
	return j.begin(ctx)
}

// begin creates the upload and sends the source.
func (j *job) begin(ctx context.Context) (string, error) {
	n := Creation{Length: j.Size, Metadata: j.Metadata}
	if j.Size > 0 && j.Size <= maxWithCreation && j.Server.Offers("creation-with-upload") {
		n.Content = make([]byte, j.Size)
		if got, err := j.Source.ReadAt(n.Content, 0); got < len(n.Content) {
			return "", sourceError(err)
		}
		j.digest.add(0, n.Content)
	}
	url, offset, err := j.createFor(ctx, n)
	if err != nil {
		return "", err
	}
	if offset < j.Size {
		if err := j.save(State{URL: url}); err != nil {
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

// createFor creates an upload, and retries temporary failures.
func (c *Client) createFor(ctx context.Context, n Creation) (url string, offset int64, err error) {
	err = c.persist(ctx, func() (err error) {
		url, offset, err = c.Create(ctx, n)
		return err
	})
	return url, offset, err
}

// stream returns a stream of the whole source to one upload.
func (j *job) stream(url string) *stream {
	return &stream{client: j.Client, url: url, source: j.Source, size: j.Size, digest: j.digest,
		checksum: j.checksums(), moved: j.moved}
}

// checksums returns the checksum algorithm for bodies, or "". A server stores nothing of a
// body before it has verified the checksum, so a single body for the whole file has none.
func (j *job) checksums() string {
	if j.ChunkSize <= 0 {
		return ""
	}
	return j.Server.checksum()
}

var errStopped = errors.New("the request has ended")
