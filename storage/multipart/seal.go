package multipart

import (
	"context"
	"slices"
	"time"

	"pawl"
)

// Seal puts the parts together. Whatever the outcome of an attempt before, and whoever
// else makes one, the object decides: it is there as large as it should be, or not.
func (b *Blobs) Seal(ctx context.Context, id pawl.ID) error {
	if b.sealed.Contains(id) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	m, there, err := b.manifest(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	if !there {
		if _, there, err := b.head(ctx, b.Key(id)); there || err != nil {
			return err // it was put whole
		}
		return errNoBlob
	}
	if m.UploadID == "" {
		err = b.put(ctx, b.Key(id), b.tailsContent(m), PutOptions{})
	} else {
		err = b.complete(ctx, m, b.upload(m))
	}
	if err != nil {
		return b.sealedByOther(ctx, m, err)
	}
	return b.saveSealed(ctx, m)
}

var errNoBlob = pawl.Errorf(pawl.NotFound, "no such blob")

// sealedByOther finds out whether an attempt to seal failed because another, which has
// deleted the tails, has sealed the blob or is about to.
func (b *Blobs) sealedByOther(ctx context.Context, m pawl.Manifest, why error) error {
	now, _, err := b.manifest(ctx, m.Blob)
	switch {
	case err != nil:
		return why
	case now.Sealed:
		return nil
	case pawl.KindOf(why) == pawl.Gone && !slices.Equal(now.Tails, m.Tails):
		return pawl.Errorf(pawl.Conflict, "the blob is being sealed by another request")
	}
	return why
}

// tailsContent returns what is in tails.
func (b *Blobs) tailsContent(m pawl.Manifest) *content {
	return &content{remote: b.remote, tails: tailKeys(m.Tails), size: m.Size - partsSize(m)}
}

// complete completes a multipart upload. What is in tails becomes its last part, under
// a number that no appender has used or will use: every byte is there. Two who seal at
// once store the same bytes under it, and one of them may replace the other's part. The
// error is then of kind Conflict; the tails are there until the blob is sealed, for
// another attempt.
func (b *Blobs) complete(ctx context.Context, m pawl.Manifest, u Upload) error {
	parts := m.Parts
	if len(m.Tails) > 0 {
		last, err := b.putPart(ctx, u, m.Reserved+1, b.tailsContent(m))
		if pawl.KindOf(err) == pawl.Gone {
			return b.completeOutcome(ctx, m, err)
		}
		if err != nil {
			return err
		}
		parts = append(slices.Clone(parts), last)
	}
	if err := b.remote.CompleteUpload(ctx, u, parts); err != nil {
		return b.completeOutcome(ctx, m, err)
	}
	return nil
}

// completeOutcome finds out whether an attempt to complete that failed has succeeded
// all the same, or another before it.
func (b *Blobs) completeOutcome(ctx context.Context, m pawl.Manifest, why error) error {
	completed, err := b.completed(ctx, m)
	if completed || err != nil {
		return err
	}
	switch kind := pawl.KindOf(why); {
	case kind == pawl.Gone:
		if completed, err := b.awaitCompleted(ctx, m); completed || err != nil {
			return err
		}
		b.log.ErrorContext(ctx, "a multipart upload was aborted by somebody else", "blob", m.Blob)
	case kind == pawl.Internal, kind == pawl.Conflict && len(m.Tails) == 0:
		b.log.ErrorContext(ctx, "a multipart upload cannot be completed", "blob", m.Blob, "error", why)
	}
	return why
}

// completedWithin is how long the object of a multipart upload that is gone may take to
// appear. Stores of one machine delete the upload first, and then show the object.
const completedWithin = 3 * time.Second

// awaitCompleted is completed for a multipart upload that is gone: either another call has
// just completed it, or somebody has aborted it, which ends Pawl's upload for good.
func (b *Blobs) awaitCompleted(ctx context.Context, m pawl.Manifest) (bool, error) {
	for wait := 50 * time.Millisecond; wait < completedWithin; wait *= 2 {
		select {
		case <-ctx.Done():
			return false, pawl.Because(context.Cause(ctx), pawl.Unavailable, "the server's storage did not answer in time")
		case <-time.After(wait):
		}
		if completed, err := b.completed(ctx, m); completed || err != nil {
			return completed, err
		}
	}
	return false, nil
}

// saveSealed writes down that the object is complete.
func (b *Blobs) saveSealed(ctx context.Context, m pawl.Manifest) error {
	sealed := m
	sealed.Sealed, sealed.UpdatedAt = true, time.Now()
	err := b.update(ctx, func(tx pawl.Tx) error {
		if err := tx.DropParts(m.Blob); err != nil {
			return err
		}
		if err := tx.DropTails(m.Blob); err != nil {
			return err
		}
		return tx.SaveManifest(sealed)
	})
	if err != nil {
		return err
	}
	b.sealed.Add(m.Blob, m.Size)
	if len(m.Tails) > 0 {
		b.deleteTails(ctx, m.Tails)
	}
	return nil
}
