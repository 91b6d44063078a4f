package s3

import (
	"context"
	"slices"
	"time"

	"pawl"
)

// Seal puts the parts together. Whatever became of an attempt before, and whoever
// else is at it, the object decides: it is there as large as it should be, or not.
func (b *Blobs) Seal(ctx context.Context, id pawl.ID) error {
	ctx = context.WithoutCancel(ctx)
	m, there, err := b.account(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	if !there {
		if _, there, err := b.size(ctx, b.key(id)); there || err != nil {
			return err // it was put whole
		}
		return pawl.Errorf(pawl.NotFound, "no such blob")
	}
	if m.UploadID == "" {
		err = b.putObject(ctx, b.key(id), b.tailsSource(m))
	} else {
		err = b.complete(ctx, m)
	}
	if err != nil {
		return b.outrun(ctx, m, err)
	}
	return b.writeSealed(ctx, m)
}

// outrun looks whether an attempt to seal failed because another, which has deleted
// the tails, has done it or is at it.
func (b *Blobs) outrun(ctx context.Context, m pawl.Manifest, why error) error {
	now, _, err := b.account(ctx, m.Blob)
	switch {
	case err != nil:
		return why
	case now.Sealed:
		return nil
	case pawl.KindOf(why) == pawl.Gone && !slices.Equal(now.Tails, m.Tails):
		return pawl.Errorf(pawl.Conflict, "the blob is being ended by another request")
	}
	return why
}

func (b *Blobs) tailsSource(m pawl.Manifest) *source {
	return &source{blobs: b, tails: tailKeys(m.Tails), size: m.Size - partsEnd(m)}
}

// complete completes a multipart upload, whose last part may still be in tails.
func (b *Blobs) complete(ctx context.Context, m pawl.Manifest) error {
	if len(m.Tails) > 0 {
		part, err := b.lastPart(ctx, m)
		if pawl.KindOf(err) == pawl.Gone {
			return b.settled(ctx, m, err)
		}
		if err != nil {
			return err
		}
		m.Parts, m.Tails = append(m.Parts, part), nil
	}
	if err := b.completeMultipart(ctx, m); err != nil {
		return b.settled(ctx, m, b.translate("complete a multipart upload", err))
	}
	return nil
}

// lastPart makes the last part of the tails. Its number is one that no appender has
// used or will: every byte is there. Two who seal at once store the same under it, and
// one of them writes it down.
func (b *Blobs) lastPart(ctx context.Context, m pawl.Manifest) (pawl.Part, error) {
	part, err := b.uploadPart(ctx, m.Blob, m.UploadID, m.Reserved+1, b.tailsSource(m), !b.NoChecksums)
	if err != nil {
		return part, err
	}
	err = b.Books.Update(ctx, func(tx pawl.Tx) error {
		if err := tx.DropTails(m.Blob); err != nil {
			return err
		}
		return tx.AddPart(m.Blob, part)
	})
	if err == nil {
		b.dropTails(ctx, m.Tails)
	}
	return part, err
}

// settled finds out what an attempt to complete came to that did not say so.
func (b *Blobs) settled(ctx context.Context, m pawl.Manifest, why error) error {
	completed, err := b.completed(ctx, m)
	switch {
	case completed || err != nil:
		return err
	case pawl.KindOf(why) == pawl.Gone:
		b.Log.ErrorContext(ctx, "a multipart upload was aborted by somebody else", "blob", m.Blob)
	case pawl.KindOf(why) == pawl.Internal:
		b.Log.ErrorContext(ctx, "a multipart upload cannot be completed", "blob", m.Blob, "error", why)
	}
	return why
}

func (b *Blobs) writeSealed(ctx context.Context, m pawl.Manifest) error {
	sealed := m
	sealed.Sealed, sealed.UpdatedAt = true, time.Now()
	err := b.Books.Update(ctx, func(tx pawl.Tx) error {
		if err := tx.DropParts(m.Blob); err != nil {
			return err
		}
		if err := tx.DropTails(m.Blob); err != nil {
			return err
		}
		return tx.SaveManifest(sealed)
	})
	if err == nil && len(m.Tails) > 0 {
		b.dropTails(ctx, m.Tails)
	}
	return err
}
