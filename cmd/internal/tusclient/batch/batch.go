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
	Metadata map[string]string // of every file
	Files    int               // at a time
	Parts    int               // of each file at a time
	Memory   Memory
	Stdin    io.Reader
	Name     string // of what comes from standard input
	Progress *Progress
}

// run is one run under way.
type run struct {
	Config
	server tusclient.Server
	pawl   bool // digests can be asked for
}

// Upload uploads the items, and tells its Progress of each how it went. It
// returns how many were not stored; its error is about the server as a whole.
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

// one uploads an item, checks it, and says how that went.
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
		r.Progress.Failed(item.Path, fmt.Errorf("%w; what is stored is at %s", err, stored.URL))
	case errors.Is(err, context.Canceled):
		r.Progress.Failed(item.Path, errStopped)
	case err != nil:
		r.Progress.Failed(item.Path, err)
	default:
		r.Progress.stored(item, r.sentName(item), stored, verified)
	}
}

var (
	errStopped = errors.New("stopped before all of it was stored; run the same command again to resume")
	errChanged = errors.New("it changed while it was being uploaded")
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
	u.Source, u.Size, u.State = file, before.Size(), r.Memory.recall(f)
	u.Save = func(s tusclient.State) error {
		if err := r.Memory.keep(f, s); err != nil {
			return fmt.Errorf("its progress could not be saved: %w", err)
		}
		return nil
	}
	stored, err := r.Client.Upload(ctx, u)
	if err != nil {
		return stored, err
	}
	r.Memory.forget(f)
	after, err := os.Stat(item.Path)
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return stored, errChanged
	}
	return stored, nil
}

// metadata names the file as browsers' clients do. Names are cleaned on this side too:
// other servers may refuse what Pawl cleans.
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

// localName returns the name of an item on this side.
func (r *run) localName(item Item) string {
	if item.Path == StdinPath {
		return r.Name
	}
	return filepath.Base(item.Path)
}

// sentName returns the name that an item has on the server, or nothing if that is
// the one it has here.
func (r *run) sentName(item Item) string {
	if sent := r.metadata(item)["filename"]; sent != r.localName(item) {
		return sent
	}
	return ""
}
