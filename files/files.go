// Package files serves what has been uploaded: it lists, opens, renames, counts and deletes
// files.
package files

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"sync"
	"time"

	"pawl"
	"pawl/digest"
	"pawl/events"
)

// Service is the use cases of files. Its methods are safe for concurrent use.
type Service struct {
	Config
	mu        sync.Mutex
	downloads map[pawl.ID]int64 // counted, not saved yet
}

// Config is what a Service requires.
type Config struct {
	Store  pawl.Store
	Blobs  pawl.Blobs
	Gates  pawl.Gates // of which only Rename is asked
	Policy pawl.Policy
	Events *events.Feed
	Log    *slog.Logger
	Now    func() time.Time
}

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c, downloads: make(map[pawl.ID]int64)} }

// List returns the files that p may read, in the order of q. The policy decides whose files
// those are; q.Owner is ignored.
func (f *Service) List(ctx context.Context, p pawl.Principal, q pawl.FileQuery) (_ []pawl.File, err error) {
	if q.Owner, err = f.Policy.Scope(p); err != nil {
		return nil, err
	}
	return f.Store.Files(ctx, q)
}

// Totals returns the totals of all files that List returns, on all pages together.
func (f *Service) Totals(ctx context.Context, p pawl.Principal, q pawl.FileQuery) (_ pawl.FileTotals, err error) {
	if q.Owner, err = f.Policy.Scope(p); err != nil {
		return pawl.FileTotals{}, err
	}
	return f.Store.FileTotals(ctx, q)
}

// Get returns a file. The error is of kind [pawl.NotFound] if there is none, or p may not
// know of it.
func (f *Service) Get(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.File, error) {
	return f.find(ctx, p, pawl.ActRead, id)
}

// find returns a file that p may do this to. A principal that may not do it to any file
// gets that answer whether or not the file exists.
func (f *Service) find(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID) (pawl.File, error) {
	if err := f.Policy(p, do, p.ID); err != nil {
		return pawl.File{}, err
	}
	file, err := f.Store.File(ctx, id)
	if err == nil {
		err = f.Policy(p, do, file.Owner)
	}
	return file, hideMissing(err)
}

// Edit renames a file or replaces its user metadata, and returns it. A new name is cleaned,
// see [pawl.CleanName], and has to pass the rename gates. The error is of kind
// [pawl.Invalid] for a name or metadata that cannot be stored.
func (f *Service) Edit(ctx context.Context, p pawl.Principal, id pawl.ID, edit pawl.FileEdit) (pawl.File, error) {
	file, err := f.find(ctx, p, pawl.ActWrite, id)
	if err != nil {
		return pawl.File{}, err
	}
	if edit, err = cleanEdit(edit); err != nil {
		return pawl.File{}, err
	}
	if edit.Name != nil && *edit.Name != file.Name {
		renamed := file
		renamed.Name = *edit.Name
		if err := askRename(ctx, f.Gates, renamed); err != nil {
			return pawl.File{}, err
		}
	}
	now := f.Now()
	err = f.commit(ctx, func(tx pawl.Tx) error {
		if err := tx.EditFile(id, edit, now); err != nil {
			return err
		}
		return tx.Record(pawl.Event{At: now, Type: pawl.FileChanged, Subject: id, Owner: file.Owner})
	})
	if err != nil {
		return pawl.File{}, err
	}
	return f.Store.File(ctx, id)
}

// cleanEdit returns the edit as it is stored. The error is of kind [pawl.Invalid].
func cleanEdit(e pawl.FileEdit) (pawl.FileEdit, error) {
	if e.Name != nil {
		name := pawl.CleanName(*e.Name)
		if err := pawl.CheckName(name); err != nil {
			return e, err
		}
		e.Name = &name
	}
	if path, given := e.Metadata[pawl.PathKey]; given {
		e.Metadata = maps.Clone(e.Metadata)
		e.Metadata[pawl.PathKey] = pawl.CleanPath(path)
	}
	return e, pawl.CheckMetadata(e.Metadata)
}

// Open returns a file and a reader of its bytes. Readers never wait for each other. The
// error, which may be that of the first Read, is of kind [pawl.Internal] where the bytes
// are missing.
func (f *Service) Open(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.File, io.ReadSeekCloser, error) {
	file, err := f.find(ctx, p, pawl.ActRead, id)
	if err != nil {
		return pawl.File{}, nil, err
	}
	if file.State != pawl.Ready {
		return pawl.File{}, nil, pawl.Errorf(pawl.Conflict, "the file is not ready yet")
	}
	blob, err := f.Blobs.OpenSealed(ctx, id, file.Size)
	if pawl.KindOf(err) == pawl.NotFound { // the row promises bytes that are not there
		return pawl.File{}, nil, pawl.Because(err, pawl.Internal, "the file's bytes are missing on the server")
	}
	return file, blob, err
}

// Digest computes the digest of a file that was made without one.
func (f *Service) Digest(ctx context.Context, id pawl.ID) error {
	file, err := f.Store.File(ctx, id)
	if err != nil || file.Digested() {
		return err
	}
	sum, err := digest.Of(ctx, f.Blobs, id, file.Size)
	if err != nil {
		return err
	}
	return f.commit(ctx, func(tx pawl.Tx) error {
		if err := tx.SetDigest(id, sum); err != nil {
			return err
		}
		return tx.Record(pawl.Event{At: f.Now(), Type: pawl.FileChanged, Subject: id, Owner: file.Owner})
	})
}

// CountDownload counts one download. Counts are kept in memory and saved together by
// [Service.Flush]: a download must not cost a transaction.
func (f *Service) CountDownload(id pawl.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.downloads[id]++
}

// Flush saves the counted downloads.
func (f *Service) Flush(ctx context.Context) error {
	f.mu.Lock()
	counted := f.downloads
	f.downloads = make(map[pawl.ID]int64)
	f.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	err := f.Store.Update(ctx, func(tx pawl.Tx) error { return f.addDownloads(tx, counted) })
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for id, n := range counted {
			f.downloads[id] += n
		}
	}
	return err
}

func (f *Service) addDownloads(tx pawl.Tx, counted map[pawl.ID]int64) error {
	for id, n := range counted {
		if err := tx.AddDownloads(id, n, f.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Stats returns the statistics of what p may read.
func (f *Service) Stats(ctx context.Context, p pawl.Principal, days pawl.DayRange) (pawl.Stats, error) {
	scope, err := f.Policy.Scope(p)
	if err != nil {
		return pawl.Stats{}, err
	}
	return f.Store.Stats(ctx, scope, days)
}

func (f *Service) commit(ctx context.Context, change func(tx pawl.Tx) error) error {
	err := f.Store.Update(ctx, change)
	if err == nil {
		f.Events.Wake()
	}
	return err
}

func askRename(ctx context.Context, g pawl.Gates, f pawl.File) error {
	for _, gate := range g.Rename {
		if err := gate.Rename(ctx, f); err != nil {
			return err
		}
	}
	return nil
}
