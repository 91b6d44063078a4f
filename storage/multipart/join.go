package multipart

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"pawl"
)

// span is a range of a blob.
type span struct {
	blob  pawl.ID
	start int64
	end   int64
}

// copyPlan is one part of a join: a span that the remote copies by itself, or several
// that are too small for that and pass through here.
type copyPlan []span

func (c copyPlan) size() (n int64) {
	for _, s := range c {
		n += s.end - s.start
	}
	return n
}

// copiesAtOnce is how many parts of one join are copied at the same time.
const copiesAtOnce = 8

// Join implements [pawl.Blobs]. The plan follows from the sizes of the parts alone: an
// attempt that was cut off is resumed, and two at a time do the same.
func (b *Blobs) Join(ctx context.Context, id pawl.ID, parts []pawl.ID) error {
	if b.sealed.Contains(id) {
		return nil
	}
	m, there, err := b.manifest(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	whole, err := b.spans(ctx, parts)
	if err != nil {
		return err
	}
	if copyPlan(whole).size() <= b.config.PartSize {
		return b.joinSmall(ctx, m, whole)
	}
	plans := b.plan(whole)
	if there {
		err = b.joinLarge(ctx, m, plans)
		if pawl.KindOf(err) != pawl.Gone {
			return err
		} // somebody has aborted it; what it is made of is there
	}
	if m, err = b.beginJoin(ctx, id); err != nil {
		return err
	}
	return b.joinLarge(ctx, m, plans)
}

// spans returns the whole of each part that has bytes. The error is of kind NotFound
// if a part is not there.
func (b *Blobs) spans(ctx context.Context, parts []pawl.ID) ([]span, error) {
	sizes, err := b.manifestSizes(ctx, parts)
	if err != nil {
		return nil, err
	}
	var whole []span
	for _, part := range parts {
		size, there := sizes[part]
		if !there { // it was put whole
			o, there, err := b.head(ctx, b.Key(part))
			if err != nil {
				return nil, err
			}
			if !there {
				return nil, errNoBlob
			}
			size = o.Size
		}
		if size > 0 {
			whole = append(whole, span{part, 0, size})
		}
	}
	return whole, nil
}

// joinSmall reads everything and puts it.
func (b *Blobs) joinSmall(ctx context.Context, m pawl.Manifest, whole []span) error {
	p, err := b.readAll(ctx, whole)
	if err != nil {
		return err
	}
	if err := b.Put(ctx, m.Blob, p); err != nil {
		return err
	}
	m.Size = int64(len(p))
	return b.saveSealed(ctx, m)
}

// beginJoin begins the multipart upload. Of two who do so at once one wins; the other
// upload is found by Tidy.
func (b *Blobs) beginJoin(ctx context.Context, id pawl.ID) (pawl.Manifest, error) {
	u, err := b.remote.CreateUpload(ctx, b.Key(id), false)
	if err != nil {
		return pawl.Manifest{}, err
	}
	m := pawl.Manifest{Blob: id, UploadID: u.ID, UpdatedAt: time.Now()}
	return m, b.update(ctx, func(tx pawl.Tx) error {
		if err := tx.DropParts(id); err != nil {
			return err
		}
		return tx.SaveManifest(m)
	})
}

// plan makes parts of the whole: as large as may be, none but the last too small.
func (b *Blobs) plan(whole []span) (plans []copyPlan) {
	size, least, equal := b.limits.MaxCopy, b.limits.MinPart, b.limits.EqualParts
	if equal {
		most := int64(b.limits.MaxParts)
		size = max(b.config.PartSize, (copyPlan(whole).size()+most-1)/most)
		least = size
	}
	var open copyPlan
	for _, s := range whole {
		for s.start < s.end {
			n := min(size, s.end-s.start)
			if len(open) > 0 {
				n = min(least-open.size(), s.end-s.start) // as little as possible passes through here
			} else if rest := s.end - s.start - n; !equal && rest > 0 && rest < least {
				n -= least // what is left has to be enough for a part
			}
			open = append(open, span{s.blob, s.start, s.start + n})
			s.start += n
			if open.size() >= least {
				plans, open = append(plans, open), nil
			}
		}
	}
	if len(open) > 0 {
		plans = append(plans, open)
	}
	return plans
}

func (b *Blobs) joinLarge(ctx context.Context, m pawl.Manifest, plans []copyPlan) error {
	done := make(map[int]bool)
	for _, p := range m.Parts {
		done[p.Number] = true
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, copiesAtOnce)
	var all sync.WaitGroup
	for i, plan := range plans {
		number := i + 1
		if done[number] {
			continue
		}
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			if err := b.addCopy(ctx, m, number, plan); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return b.endJoin(ctx, m.Blob, plans)
}

func (b *Blobs) endJoin(ctx context.Context, id pawl.ID, plans []copyPlan) error {
	m, err := b.config.Manifests.Manifest(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	if len(m.Parts) != len(plans) {
		return pawl.Errorf(pawl.Conflict, "the join is done by another instance")
	}
	for _, plan := range plans {
		m.Size += plan.size()
	}
	err = b.complete(ctx, m, b.joinUpload(m))
	if pawl.KindOf(err) == pawl.Conflict {
		// An instance that was replaced has made a part again, after that was written down.
		// The next attempt finds the upload gone, and begins anew.
		return errors.Join(err, b.remote.AbortUpload(ctx, b.joinUpload(m)))
	}
	if err != nil {
		return err
	}
	return b.saveSealed(ctx, m)
}

// joinUpload returns the multipart upload of a join. Its parts have no checksums:
// most are copied, and their bytes are not known here.
func (b *Blobs) joinUpload(m pawl.Manifest) Upload { return Upload{Key: b.Key(m.Blob), ID: m.UploadID} }

func (b *Blobs) addCopy(ctx context.Context, m pawl.Manifest, number int, plan copyPlan) error {
	part, err := b.makeCopy(ctx, b.joinUpload(m), number, plan)
	if err != nil {
		return err
	}
	err = b.update(ctx, func(tx pawl.Tx) error { return tx.AddPart(m.Blob, part) })
	if pawl.KindOf(err) == pawl.Conflict {
		return nil // somebody else did the same
	}
	return err
}

func (b *Blobs) makeCopy(ctx context.Context, u Upload, number int, plan copyPlan) (pawl.Part, error) {
	if len(plan) == 1 {
		return b.remote.CopyPart(ctx, u, number, b.Key(plan[0].blob), Range{plan[0].start, plan[0].end})
	}
	p, err := b.readAll(ctx, plan)
	if err != nil {
		return pawl.Part{}, err
	}
	return b.putPart(ctx, u, number, bytesContent(p))
}

func (b *Blobs) readAll(ctx context.Context, spans []span) ([]byte, error) {
	p := make([]byte, 0, copyPlan(spans).size())
	for _, s := range spans {
		r := b.reader(ctx, s.blob, s.end)
		r.offset = s.start
		n, err := io.ReadFull(r, p[len(p):len(p)+int(s.end-s.start)])
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
		p = p[:len(p)+n]
	}
	return p, nil
}
