package pawl

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// Files are the use cases of what has arrived.
type Files struct {
	FilesConfig
	mu        sync.Mutex
	downloads map[ID]int64 // counted, not yet written down
}

// FilesConfig is what the use cases need.
type FilesConfig struct {
	Store  Store
	Blobs  Blobs
	Gates  Gates // only Rename is used
	Policy Policy
	Events *Events
	Log    *slog.Logger
	Now    func() time.Time
}

// NewFiles makes the use cases ready.
func NewFiles(c FilesConfig) *Files { return &Files{FilesConfig: c, downloads: make(map[ID]int64)} }

// List returns the files that p may see, in the order asked for. The policy decides
// whose files those are; q.Owner is ignored.
func (f *Files) List(ctx context.Context, p Principal, q FileQuery) (_ []File, err error) {
	if q.Owner, err = f.Policy.Scope(p); err != nil {
		return nil, err
	}
	return f.Store.Files(ctx, q)
}

// Totals returns the totals of all files that List returns, on all pages together.
func (f *Files) Totals(ctx context.Context, p Principal, q FileQuery) (_ FileTotals, err error) {
	if q.Owner, err = f.Policy.Scope(p); err != nil {
		return FileTotals{}, err
	}
	return f.Store.FileTotals(ctx, q)
}

// Get is one file.
func (f *Files) Get(ctx context.Context, p Principal, id ID) (File, error) {
	return f.ask(ctx, p, ActRead, id)
}

// ask returns a file that p may do this to. A principal that may not do it to any file
// gets that answer whether or not the file exists.
func (f *Files) ask(ctx context.Context, p Principal, do Action, id ID) (File, error) {
	if err := f.Policy(p, do, p.ID); err != nil {
		return File{}, err
	}
	file, err := f.Store.File(ctx, id)
	if err == nil {
		err = f.Policy(p, do, file.Owner)
	}
	return file, hideMissing(err)
}

// Edit renames a file or replaces its user metadata. A new name is cleaned (see
// [CleanName]) and has to pass the rename gates.
func (f *Files) Edit(ctx context.Context, p Principal, id ID, edit FileEdit) (File, error) {
	file, err := f.ask(ctx, p, ActWrite, id)
	if err != nil {
		return File{}, err
	}
	if edit, err = cleanEdit(edit); err != nil {
		return File{}, err
	}
	if edit.Name != nil && *edit.Name != file.Name {
		renamed := file
		renamed.Name = *edit.Name
		if err := askRename(ctx, f.Gates, renamed); err != nil {
			return File{}, err
		}
	}
	now := f.Now()
	err = f.commit(ctx, func(tx Tx) error {
		if err := tx.EditFile(id, edit, now); err != nil {
			return err
		}
		return tx.Record(Event{At: now, Type: FileChanged, Subject: id, Owner: file.Owner})
	})
	if err != nil {
		return File{}, err
	}
	return f.Store.File(ctx, id)
}

// cleanEdit returns the edit as it is stored, or an error of kind [Invalid].
func cleanEdit(e FileEdit) (FileEdit, error) {
	if e.Name != nil {
		name := CleanName(*e.Name)
		if err := CheckName(name); err != nil {
			return e, err
		}
		e.Name = &name
	}
	if path, given := e.Metadata[PathKey]; given {
		e.Metadata = maps.Clone(e.Metadata)
		e.Metadata[PathKey] = CleanPath(path)
	}
	return e, CheckMetadata(e.Metadata)
}

// Open gives a file's bytes to read. Readers never wait for each other.
func (f *Files) Open(ctx context.Context, p Principal, id ID) (File, io.ReadSeekCloser, error) {
	file, err := f.ask(ctx, p, ActRead, id)
	if err != nil {
		return File{}, nil, err
	}
	if file.State != Ready {
		return File{}, nil, Errorf(Conflict, "the file is not ready yet")
	}
	blob, err := f.Blobs.Open(ctx, id)
	if KindOf(err) == NotFound { // the row promises bytes that are not there
		return File{}, nil, Because(err, Internal, "the file's bytes are missing on the server")
	}
	return file, blob, err
}

// Digest takes the digest of a file that was made without.
func (f *Files) Digest(ctx context.Context, id ID) error {
	file, err := f.Store.File(ctx, id)
	if err != nil || file.Digested() {
		return err
	}
	sum, err := digestOf(ctx, f.Blobs, id, file.Size)
	if err != nil {
		return err
	}
	return f.commit(ctx, func(tx Tx) error {
		if err := tx.SetDigest(id, sum); err != nil {
			return err
		}
		return tx.Record(Event{At: f.Now(), Type: FileChanged, Subject: id, Owner: file.Owner})
	})
}

// CountDownload counts one download. Counts are kept in memory and written down
// together by [Files.Flush]: a download must not cost a transaction.
func (f *Files) CountDownload(id ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.downloads[id]++
}

// Flush writes the counted downloads down.
func (f *Files) Flush(ctx context.Context) error {
	f.mu.Lock()
	counted := f.downloads
	f.downloads = make(map[ID]int64)
	f.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	err := f.Store.Update(ctx, func(tx Tx) error { return f.bookDownloads(tx, counted) })
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for id, n := range counted {
			f.downloads[id] += n
		}
	}
	return err
}

func (f *Files) bookDownloads(tx Tx, counted map[ID]int64) error {
	for id, n := range counted {
		if err := tx.AddDownloads(id, n, f.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Stats returns the kept statistics of what p may see.
func (f *Files) Stats(ctx context.Context, p Principal, days DayRange) (Stats, error) {
	scope, err := f.Policy.Scope(p)
	if err != nil {
		return Stats{}, err
	}
	return f.Store.Stats(ctx, scope, days)
}

func (f *Files) commit(ctx context.Context, change func(tx Tx) error) error {
	err := f.Store.Update(ctx, change)
	if err == nil {
		f.Events.Wake()
	}
	return err
}

func askRename(ctx context.Context, g Gates, f File) error {
	for _, gate := range g.Rename {
		if err := gate.Rename(ctx, f); err != nil {
			return err
		}
	}
	return nil
}
