package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"pawl"
)

// Put stores a small blob whole. It is durable once it is in the journal; its own
// file follows.
func (b *Blobs) Put(_ context.Context, id pawl.ID, content []byte) error {
	if len(content) > maxRecord {
		return pawl.Errorf(pawl.Internal, "%d bytes are too many to be put in one go", len(content))
	}
	e := &entry{id: id, content: content, answer: make(chan error, 1)}
	if err := b.journal.add(e); err != nil {
		return translate(err)
	}
	b.sizes.set(id, int64(len(content)))
	return nil
}

// writeOut gives a blob from the journal its file. The file may be there, from
// before a crash, and is not to be believed: its size can have reached the disk
// without its bytes.
func (b *Blobs) writeOut(id pawl.ID, content []byte) error {
	f, err := b.create(id, false)
	if errors.Is(err, fs.ErrExist) {
		return b.rewrite(id, content)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	return errors.Join(err, f.Close())
}

func (b *Blobs) rewrite(id pawl.ID, content []byte) error {
	f, err := b.open(b.path(id), os.O_RDWR, false)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(content, 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(content)))
}
