package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"pawl"
)

// A joined blob is a directory in the place of its file: one entry a part, named by
// number. An entry is a second name (a hard link) of the part's own file, so that a
// join copies no bytes and takes no space, and the part can be deleted under its
// own name afterwards.

// joining is what the directory is called while it is not complete.
const joining = ".join"

func partName(n int) string { return fmt.Sprintf("%06d", n) }

// Join implements [pawl.Blobs].
func (b *Blobs) Join(ctx context.Context, id pawl.ID, parts []pawl.ID) error {
	if info, err := os.Lstat(b.path(id)); err == nil && info.IsDir() {
		return nil // an earlier attempt came to its end
	}
	dir := b.path(id) + joining
	if err := b.makeEmpty(id, dir); err != nil {
		return translate(err)
	}
	var size int64
	for n, part := range parts {
		if err := ctx.Err(); err != nil {
			return pawl.Because(err, pawl.Interrupted, "the join was stopped; ask again")
		}
		length, err := b.addPart(ctx, filepath.Join(dir, partName(n)), part)
		if err != nil {
			return err
		}
		size += length
	}
	if err := errors.Join(b.files.syncDir(dir), os.Rename(dir, b.path(id)), b.files.syncDir(b.folder(id))); err != nil {
		return translate(err)
	}
	b.sizes.set(id, size)
	return nil
}

// makeEmpty makes the directory for the parts, without what an earlier attempt
// left in it.
func (b *Blobs) makeEmpty(id pawl.ID, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o700)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := b.makeFolder(id); err != nil {
		return err
	}
	return os.Mkdir(dir, 0o700)
}

// addPart gives a part its second name, and makes it durable: a small part may be
// so in the journal alone, which forgets it when the part is deleted. Where the file
// system has no hard links the bytes are copied.
func (b *Blobs) addPart(ctx context.Context, name string, part pawl.ID) (int64, error) {
	if err := b.materialise(part); err != nil {
		return 0, translate(err)
	}
	err := os.Link(b.path(part), name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.log.DebugContext(ctx, "a part is copied, as it cannot be linked", "part", part, "error", err)
		err = b.files.copy(name, b.path(part))
	}
	if err != nil {
		return 0, translate(err)
	}
	size, err := b.files.sync(name)
	return size, translate(err)
}

// sync makes a file durable and returns its size.
func (f *files) sync(name string) (size int64, err error) {
	opened, err := f.open(name, os.O_RDWR)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	if err := opened.Sync(); err != nil {
		return 0, err
	}
	info, err := opened.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *files) copy(to, from string) (err error) {
	src, err := f.open(from, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := f.open(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// removeJoined removes the directory of a joined blob, or of one half made.
func (b *Blobs) removeJoined(id pawl.ID) error {
	return errors.Join(os.RemoveAll(b.path(id)), os.RemoveAll(b.path(id)+joining))
}

// joinedFile reads a joined blob as if it were one file.
type joinedFile struct {
	files  []*os.File
	ends   []int64 // offset of each file's end in the whole
	offset int64
}

// openJoined opens every part, so that a blob which is deleted meanwhile can still
// be read to its end.
func (f *files) openJoined(dir string) (_ *joinedFile, err error) {
	entries, err := f.readDir(dir)
	if err != nil {
		return nil, err
	}
	p := &joinedFile{}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	for _, entry := range entries {
		part, err := f.open(filepath.Join(dir, entry.Name()), os.O_RDONLY)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, part)
		info, err := part.Stat()
		if err != nil {
			return nil, err
		}
		p.ends = append(p.ends, p.size()+info.Size())
	}
	return p, nil
}

func (p *joinedFile) size() int64 {
	if len(p.ends) == 0 {
		return 0
	}
	return p.ends[len(p.ends)-1]
}

func (p *joinedFile) Read(buf []byte) (int, error) {
	if p.offset >= p.size() {
		return 0, io.EOF
	}
	i := sort.Search(len(p.ends), func(i int) bool { return p.ends[i] > p.offset })
	start := int64(0)
	if i > 0 {
		start = p.ends[i-1]
	}
	left := p.ends[i] - p.offset
	n, err := p.files[i].ReadAt(buf[:min(int64(len(buf)), left)], p.offset-start)
	p.offset += int64(n)
	if n > 0 || len(buf) == 0 {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the part was longer when it was opened
	}
	return n, err
}

func (p *joinedFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.offset
	case io.SeekEnd:
		offset += p.size()
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek: %w", fs.ErrInvalid)
	}
	p.offset = offset
	return offset, nil
}

func (p *joinedFile) Close() error {
	var errs []error
	for _, f := range p.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// joinedSize returns the size of a joined blob.
func (f *files) joinedSize(dir string) (size int64, err error) {
	entries, err := f.readDir(dir)
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}
