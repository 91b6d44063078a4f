// Package disk stores blobs as files of a local file system: one file a blob, and
// nothing beside it but a journal through which small ones come. The size of the
// file, once it is durable, is how far the blob has come. A blob that was joined of
// others is a directory of their files.
//
// Files lie in folders named for the beginning of their id, which is a time: a
// folder holds what began within some two hours, so that what is written together
// lies together and one folder is made durable for many.
package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"pawl"
)

// Config says where blobs are stored.
type Config struct {
	Dir string // made if missing
	Log *slog.Logger
	// ReadOnly changes nothing: the journal belongs to another process, which is
	// running. Small blobs that have no file yet are not seen.
	ReadOnly bool
}

// Blobs implements [pawl.Blobs].
type Blobs struct {
	dir     string
	log     *slog.Logger
	direct  bool // the file system takes O_DIRECT
	pool    pool
	sizes   sizeCache
	health  health
	files   *files
	journal *journal

	// Seams for faults.
	open           func(path string, flag int, direct bool) (file, error)
	syncFileSystem func(dir *os.File) error
}

var _ pawl.Blobs = (*Blobs)(nil)

// folderLength is how much of an id names its folder: 25 bits of its 48-bit time.
const folderLength = 5

// Open makes the directory ready.
func Open(c Config) (*Blobs, error) {
	dir := filepath.Join(c.Dir, "blobs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	dir, err := filepath.EvalSymlinks(dir) // an operator may have put it elsewhere
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	b := &Blobs{dir: dir, log: c.Log, files: newFiles(), sizes: newSizeCache()}
	b.open, b.syncFileSystem = b.files.openBlob, b.files.syncFileSystem
	if c.ReadOnly {
		b.journal = &journal{}
		return b, nil
	}
	b.direct = b.files.supportsDirect(dir)
	if b.journal, err = openJournal(b, dir); err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	c.Log.Debug("blobs are stored on disk", "dir", dir, "direct_io", b.direct)
	return b, nil
}

// Close writes what is in the journal to files. Nothing may be called after it.
func (b *Blobs) Close() error { return b.journal.close() }

func (b *Blobs) folder(id pawl.ID) string { return filepath.Join(b.dir, string(id[:folderLength])) }

func (b *Blobs) path(id pawl.ID) string { return filepath.Join(b.folder(id), string(id)) }

// create makes a blob's file, which must not be there, and its folder.
func (b *Blobs) create(id pawl.ID, direct bool) (file, error) {
	flag := os.O_RDWR | os.O_CREATE | os.O_EXCL
	f, err := b.open(b.path(id), flag, direct)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := b.makeFolder(id); err != nil {
		return nil, err
	}
	return b.open(b.path(id), flag, direct)
}

// makeFolder makes the folder of a blob, durably.
func (b *Blobs) makeFolder(id pawl.ID) error {
	if err := os.Mkdir(b.folder(id), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return b.files.syncDir(b.dir)
}

// materialise gives a blob that is in the journal alone its file.
func (b *Blobs) materialise(id pawl.ID) error {
	if e := b.journal.find(id); e != nil {
		return b.journal.materialise(e)
	}
	return nil
}

// Seal does nothing: what was appended can be opened.
func (b *Blobs) Seal(context.Context, pawl.ID) error { return nil }

// Open reads a blob; the reader is an [os.File], so that a download can be left to the
// kernel, unless the blob was joined or has no file yet.
func (b *Blobs) Open(_ context.Context, id pawl.ID) (io.ReadSeekCloser, error) {
	if content, ok := b.journal.content(id); ok {
		return small{bytes.NewReader(content)}, nil
	}
	f, err := b.files.open(b.path(id), os.O_RDONLY)
	if err != nil {
		return nil, translate(err)
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() {
		return f, nil
	}
	_ = f.Close()
	if err != nil {
		return nil, translate(err)
	}
	joined, err := b.files.openJoined(b.path(id))
	if err != nil {
		return nil, translate(err)
	}
	return joined, nil
}

// OpenSealed implements [pawl.Blobs].
func (b *Blobs) OpenSealed(ctx context.Context, id pawl.ID, _ int64) (io.ReadSeekCloser, error) {
	return b.Open(ctx, id)
}

// small reads a blob that is in memory.
type small struct{ *bytes.Reader }

func (small) Close() error { return nil }

// Size returns the durable size. A file that this process has not synced yet, because
// an earlier one wrote it, is synced first: its size may be in the page cache only.
func (b *Blobs) Size(_ context.Context, id pawl.ID) (int64, error) {
	size, durable, err := b.currentSize(id)
	if durable || err != nil {
		return size, err
	}
	f, err := b.open(b.path(id), os.O_RDWR, false)
	if err != nil {
		return 0, translate(err)
	}
	defer f.Close()
	return b.syncFile(id, f)
}

// currentSize returns the size that a blob has now, and whether that is durable.
func (b *Blobs) currentSize(id pawl.ID) (size int64, durable bool, err error) {
	if content, ok := b.journal.content(id); ok {
		return int64(len(content)), true, nil
	}
	info, err := os.Lstat(b.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, translate(err)
	}
	if info.IsDir() {
		size, err := b.files.joinedSize(b.path(id))
		return size, true, translate(err)
	}
	return info.Size(), b.sizes.has(id, info.Size()), nil
}

// syncTogether is from how many files on the whole file system is synced rather than
// each of them.
const syncTogether = 8

// Sizes implements [pawl.Blobs].
func (b *Blobs) Sizes(ctx context.Context, ids []pawl.ID) (map[pawl.ID]int64, error) {
	sizes, err := b.syncMany(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, durable := sizes[id]; durable {
			continue
		}
		if sizes[id], err = b.Size(ctx, id); err != nil {
			return nil, err
		}
	}
	maps.DeleteFunc(sizes, func(_ pawl.ID, size int64) bool { return size == 0 })
	return sizes, nil
}

// syncMany returns the sizes of the blobs that are durable. If many are not, it first
// makes them so with one sync.
func (b *Blobs) syncMany(ids []pawl.ID) (map[pawl.ID]int64, error) {
	durable, others := make(map[pawl.ID]int64, len(ids)), make(map[pawl.ID]int64)
	for _, id := range ids {
		size, ok, err := b.currentSize(id)
		if err != nil {
			return nil, err
		}
		if ok {
			durable[id] = size
		} else {
			others[id] = size
		}
	}
	if len(others) < syncTogether || !syncsFileSystem {
		return durable, nil
	}
	if err := b.health.note(b.syncAll()); err != nil {
		return nil, translate(err)
	}
	for id, size := range others { // as they were before the sync: a file may have grown since
		b.sizes.set(id, size)
		durable[id] = size
	}
	return durable, nil
}

// syncFile makes a file durable as it is, its name too, and returns its size.
func (b *Blobs) syncFile(id pawl.ID, f file) (int64, error) {
	size, err := f.Size()
	if err != nil {
		return 0, translate(err)
	}
	if err := b.health.note(f.Sync()); err != nil {
		return 0, translate(err)
	}
	if err := b.files.syncDir(b.folder(id)); err != nil {
		return 0, translate(err)
	}
	b.sizes.set(id, size)
	return size, nil
}

// Delete removes a blob.
func (b *Blobs) Delete(_ context.Context, id pawl.ID) error {
	b.sizes.forget(id)
	if e := b.journal.find(id); e != nil {
		b.journal.cancel(e)
	}
	err := os.Remove(b.path(id))
	if err == nil {
		return nil
	}
	return translate(b.removeJoined(id)) // no error where there is nothing
}

// All lists every blob. Whatever else lies in the directory is passed over.
func (b *Blobs) All(ctx context.Context) iter.Seq2[pawl.BlobInfo, error] {
	return func(yield func(pawl.BlobInfo, error) bool) {
		without := b.journal.sizes()
		for id, size := range without {
			if !yield(pawl.BlobInfo{ID: id, Size: size}, nil) {
				return
			}
		}
		folders, err := b.files.readDir(b.dir)
		if err != nil {
			yield(pawl.BlobInfo{}, translate(err))
			return
		}
		unlisted := func(blob pawl.BlobInfo, err error) bool {
			if _, listed := without[blob.ID]; listed { // it has its file by now
				return true
			}
			return yield(blob, err)
		}
		for _, folder := range folders {
			if folder.IsDir() && !b.allIn(ctx, folder.Name(), unlisted) {
				return
			}
		}
	}
}

func (b *Blobs) allIn(ctx context.Context, folder string, yield func(pawl.BlobInfo, error) bool) (more bool) {
	dir, err := b.files.open(filepath.Join(b.dir, folder), os.O_RDONLY)
	if err != nil {
		return yield(pawl.BlobInfo{}, translate(err))
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1024)
		for _, entry := range entries {
			id, err := pawl.ParseID(strings.TrimSuffix(entry.Name(), joining))
			if err != nil {
				continue
			}
			blob, ok, err := b.listed(id, entry)
			if err != nil {
				return yield(pawl.BlobInfo{}, translate(err))
			}
			if ok && !yield(blob, nil) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return yield(pawl.BlobInfo{}, translate(err))
		}
	}
}

// listed returns the blob that an entry of a folder is, if it is one and still there.
func (b *Blobs) listed(id pawl.ID, entry fs.DirEntry) (blob pawl.BlobInfo, ok bool, err error) {
	if !entry.IsDir() && (!entry.Type().IsRegular() || entry.Name() != string(id)) {
		return blob, false, nil
	}
	size := int64(0)
	if entry.IsDir() {
		size, err = b.files.joinedSize(filepath.Join(b.folder(id), entry.Name()))
	} else if info, statErr := entry.Info(); statErr == nil {
		size = info.Size()
	} else {
		err = statErr
	}
	if errors.Is(err, fs.ErrNotExist) {
		return blob, false, nil // deleted meanwhile
	}
	return pawl.BlobInfo{ID: id, Size: size}, err == nil, err
}

// syncAll makes every file there is durable, with its name.
func (b *Blobs) syncAll() error {
	dir, err := b.files.open(b.dir, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer dir.Close()
	return b.syncFileSystem(dir)
}

// Free returns how many bytes can still be stored. A little is reserved, so that a
// full disk leaves the database room to say so.
func (b *Blobs) Free(context.Context) (int64, error) {
	free, total, err := space(b.dir)
	if err != nil {
		return 0, translate(err)
	}
	return max(0, free-min(maxReserve, total/20)), nil
}

const maxReserve = 64 << 20

// checkReserve returns an error once an upload has used some of what is reserved.
func (b *Blobs) checkReserve() error {
	free, err := b.Free(context.Background())
	if err == nil && free == 0 {
		return syscall.ENOSPC
	}
	return err
}

// translate gives an error of the operating system its kind; its path stays in
// the log.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return pawl.Because(err, pawl.NotFound, "no such blob")
	case isNoSpace(err):
		return pawl.Because(err, pawl.NoSpace, "the server's storage is full; the upload can continue when space has been freed")
	case isNoDescriptor(err):
		return pawl.Because(err, pawl.Unavailable, "the server has too many files open; try again soon")
	default:
		return pawl.Because(err, pawl.Internal, "the server's storage failed")
	}
}
