package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"os"
	"path/filepath"
	"sync"

	"pawl"
	"pawl/cmd/internal/tusclient"
)

// Config is what a run needs.
type Config struct {
	Client   *tusclient.Client
	Metadata map[string]string // for every file
	Files    int               // files to upload at a time
	Parts    int               // parts of each file at a time
	Memory   Memory
	Stdin    io.Reader
	Name     string // file name for standard input
	Progress *Progress
}

// run is the state of Upload.
type run struct {
	Config
	server tusclient.Server
	pawl   bool // the server provides digests
}

// Upload uploads the items and reports each result to Progress. It returns how many files
// failed, including those that Find reported, or an error if the server cannot be used.
func Upload(ctx context.Context, c Config, items []Item) (failed int, err error) {
	r := &run{Config: c}
	if r.server, err = c.Client.DiscoverFor(ctx); err != nil {
		return 0, err
	}
	r.pawl = c.Client.IsPawl(ctx)
	c.Progress.begin(items)
	defer c.Progress.end()

	queue := make(chan Item)
	var working sync.WaitGroup
	for range max(1, c.Files) {
		working.Go(func() {
			for item := range queue {
				r.one(ctx, item)
			}
		})
	}
	for _, item := range items {
		queue <- item
	}
	close(queue)
	working.Wait()
	return c.Progress.failures(), nil
}

// one uploads and verifies an item and reports the result.
func (r *run) one(ctx context.Context, item Item) {
	if ctx.Err() != nil {
		r.Progress.Failed(item.Path, errStopped)
		return
	}
	stored, err := r.send(ctx, item)
	verified := false
	if err == nil && r.pawl {
		err = r.Client.Verify(ctx, stored)
		verified = err == nil
	}
	switch {
	case errors.Is(err, tusclient.ErrNotVerified):
		r.Progress.note(item.Path, err)
		r.Progress.stored(item, r.sentName(item), stored, false)
	case errors.Is(err, tusclient.ErrDiffers), errors.Is(err, errChanged):
		r.Progress.Failed(item.Path, fmt.Errorf("%w; stored at %s", err, stored.URL))
	case errors.Is(err, context.Canceled):
		r.Progress.Failed(item.Path, errStopped)
	case err != nil:
		r.Progress.Failed(item.Path, err)
	default:
		r.Progress.stored(item, r.sentName(item), stored, verified)
	}
}

var (
	errStopped = errors.New("interrupted; run the same command again to resume")
	errChanged = errors.New("the file changed during the upload")
)

func (r *run) send(ctx context.Context, item Item) (tusclient.Stored, error) {
	u := tusclient.Upload{Server: r.server, Parts: r.Parts, Metadata: r.metadata(item), Moved: r.Progress.moved}
	if item.Path == StdinPath {
		return r.Client.UploadStream(ctx, r.Stdin, u)
	}
	file, err := os.Open(item.Path)
	if err != nil {
		return tusclient.Stored{}, reason(err)
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return tusclient.Stored{}, reason(err)
	}
	r.Progress.resize(before.Size() - item.Size)
	whole, err := filepath.Abs(item.Path)
	if err != nil {
		return tusclient.Stored{}, err
	}
	f := fingerprint{textOf(whole), before.Size(), before.ModTime().UTC(), r.Client.Endpoint.String(), u.Metadata}
	u.Source, u.Size, u.State = file, before.Size(), r.Memory.load(f)
	u.Save = func(s tusclient.State) error {
		if err := r.Memory.save(f, s); err != nil {
			return fmt.Errorf("save the resume state: %w", err)
		}
		return nil
	}
	stored, err := r.Client.Upload(ctx, u)
	if err != nil {
		return stored, err
	}
	r.Memory.remove(f)
	after, err := os.Stat(item.Path)
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return stored, errChanged
	}
	return stored, nil
}

// metadata returns the metadata of an item, with the keys that browser clients use. Names
// are cleaned here too, as other servers may reject them.
func (r *run) metadata(item Item) map[string]string {
	all := map[string]string{"filename": pawl.CleanName(r.localName(item))}
	if item.Relative != "" {
		all[pawl.PathKey] = pawl.CleanPath(item.Relative)
	}
	if kind := mime.TypeByExtension(filepath.Ext(all["filename"])); kind != "" {
		all["filetype"] = kind
	}
	maps.Copy(all, r.Metadata)
	return all
}

// localName returns the local name of an item.
func (r *run) localName(item Item) string {
	if item.Path == StdinPath {
		return r.Name
	}
	return filepath.Base(item.Path)
}

// sentName returns the name of an item on the server, or "" if it is the local name.
func (r *run) sentName(item Item) string {
	if sent := r.metadata(item)["filename"]; sent != r.localName(item) {
		return sent
	}
	return ""
}
