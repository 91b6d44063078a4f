package upkeep

import (
	"context"
	"fmt"

	"pawl"
	"pawl/digest"
	"pawl/uploads"
)

// Report is the result of a check.
type Report struct {
	Files    int64
	Bytes    int64
	Uploads  int64
	Problems []Problem
}

// Problem is one disagreement between the database and the storage.
type Problem struct {
	ID     pawl.ID
	What   string // for people
	Remedy string // what mending does about it; empty: nothing can be done by itself
	Mended bool
}

// Checker compares the database with the stored bytes. It requires that nobody else changes
// either meanwhile if it is to mend.
type Checker struct {
	Store   pawl.Store
	Blobs   pawl.Blobs
	Uploads *uploads.Service
	Mend    bool // repair what can be repaired
	Read    bool // also read every file and compare its digest

	report Report
}

// Check checks every upload, every file and every blob, in this order: mending an upload
// can make it a file.
func (c *Checker) Check(ctx context.Context) (Report, error) {
	for _, look := range []func(context.Context) error{c.checkUploads, c.checkFiles, c.checkOrphans, c.checkTotals} {
		if err := look(ctx); err != nil {
			return c.report, err
		}
	}
	return c.report, nil
}

// found reports a problem, and mends it if there is a way and Mend says so.
func (c *Checker) found(id pawl.ID, remedy string, mend func() error, what string, args ...any) error {
	problem := Problem{ID: id, What: fmt.Sprintf(what, args...), Remedy: remedy}
	if c.Mend && mend != nil {
		if err := mend(); err != nil {
			return err
		}
		problem.Mended = true
	}
	c.report.Problems = append(c.report.Problems, problem)
	return nil
}

func (c *Checker) checkFiles(ctx context.Context) error {
	q := pawl.FileQuery{Owner: pawl.Everybody, Sort: pawl.ByCreated, Ascending: true, Limit: listPage}
	for {
		page, err := c.Store.Files(ctx, q)
		if err != nil {
			return err
		}
		for _, f := range page {
			c.report.Files++
			c.report.Bytes += f.Size
			if err := c.checkFile(ctx, f); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		last := page[len(page)-1]
		q.After = &pawl.FileCursor{Created: last.CreatedAt, ID: last.ID}
	}
}

func (c *Checker) checkFile(ctx context.Context, f pawl.File) error {
	blob, err := c.Blobs.Open(ctx, f.ID)
	if pawl.KindOf(err) == pawl.NotFound {
		return c.found(f.ID, "", nil, "file %q: its %d bytes are missing; restore them from a backup or delete the file", f.Name, f.Size)
	}
	if err != nil {
		return err
	}
	_ = blob.Close()
	size, err := c.Blobs.Size(ctx, f.ID)
	if err != nil {
		return err
	}
	if size != f.Size {
		return c.found(f.ID, "", nil, "file %q: %d bytes are stored, not %d; restore it from a backup or delete it", f.Name, size, f.Size)
	}
	if !c.Read || !f.Digested() {
		return nil
	}
	sum, err := digest.Of(ctx, c.Blobs, f.ID, size)
	if err != nil {
		return err
	}
	if sum != f.SHA256 {
		return c.found(f.ID, "", nil, "file %q: its bytes have changed; restore it from a backup or delete it", f.Name)
	}
	return nil
}

func (c *Checker) checkUploads(ctx context.Context) error {
	q := pawl.UploadQuery{Owner: pawl.Everybody, WithPartial: true, Limit: listPage}
	for {
		page, err := c.Store.Uploads(ctx, q)
		if err != nil {
			return err
		}
		for _, up := range page {
			c.report.Uploads++
			if err := c.checkUpload(ctx, up); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		q.Before = page[len(page)-1].ID
	}
}

func (c *Checker) checkUpload(ctx context.Context, up pawl.Upload) error {
	size, err := c.Blobs.Size(ctx, up.ID)
	if err != nil {
		return err
	}
	mend := func() error {
		if err := c.Uploads.Advance(ctx, up.ID); err != nil && pawl.KindOf(err) != pawl.Gone {
			return err
		}
		return nil
	}
	switch {
	case size < up.Progress.Offset:
		return c.found(up.ID, "end the upload; its client begins again", mend,
			"upload %q: %d bytes were acknowledged, %d are stored", up.Name, up.Progress.Offset, size)
	case up.Length != pawl.UnknownLength && size > up.Length:
		return c.found(up.ID, "", nil, "upload %q: %d bytes are stored, more than its length of %d", up.Name, size, up.Length)
	case up.Kind == pawl.Regular && size == up.Length:
		return c.found(up.ID, "finish it", mend, "upload %q: complete, but not finished", up.Name)
	}
	return nil
}

func (c *Checker) checkOrphans(ctx context.Context) error {
	nobody := func(pawl.ID) bool { return false }
	return eachOrphan(ctx, c.Store, c.Blobs, nobody, func(blob pawl.BlobInfo) error {
		mend := func() error { return c.Blobs.Delete(ctx, blob.ID) }
		return c.found(blob.ID, "delete them", mend, "%d bytes belong to no file and no upload", blob.Size)
	})
}

func (c *Checker) checkTotals(ctx context.Context) error {
	stats, err := c.Store.Stats(ctx, pawl.Everybody, pawl.DayRange{})
	if err != nil {
		return err
	}
	if t := stats.Totals; t.Files != c.report.Files || t.Bytes != c.report.Bytes {
		return c.found("", "", nil, "statistics say %d files of %d bytes, there are %d of %d",
			t.Files, t.Bytes, c.report.Files, c.report.Bytes)
	}
	return nil
}
