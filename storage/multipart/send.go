package multipart

import (
	"context"
	"time"

	"pawl"
)

// send stores a part, beside others. It waits while too many full parts are being sent.
// Those are sent in their order, by the goroutine that reads; others, which may come
// between, take no slot, so that no part that has one waits for a part that has none.
func (a *appender) send(ctx context.Context, p *part) {
	slot := p.kind == fullPart
	if slot {
		a.slots <- struct{}{}
	}
	started := a.blobs.tasks.start(ctx, func(ctx context.Context) { a.done(p, slot, a.store(ctx, p)) })
	if !started {
		a.done(p, slot, errEngineClosed)
	}
}

// done ends a part that is stored and committed, or has failed with err.
func (a *appender) done(p *part, slot bool, err error) {
	p.err = err
	if err != nil {
		a.fail(err)
	}
	a.blobs.memory.put(p.buffers)
	p.content, p.buffers, p.before = nil, nil, nil
	if slot {
		<-a.slots
	}
	close(p.done)
}

func (a *appender) store(ctx context.Context, p *part) error {
	before := p.before
	err := a.put(ctx, p)
	if before != nil {
		<-before.done
		if before.err != nil {
			return before.err
		}
	}
	if err != nil {
		return err
	}
	return a.commit(ctx, p)
}

func (a *appender) put(ctx context.Context, p *part) error {
	switch p.kind {
	case tailPart:
		return a.blobs.put(ctx, p.tail.Key, p.content, PutOptions{})
	case wholeBlob:
		if err := a.ensureManifest(ctx, p); err != nil {
			return err
		}
		err := a.blobs.putNew(ctx, a.blobs.Key(a.id), p.content)
		if pawl.KindOf(err) != pawl.Conflict {
			return err
		}
		a.becomeFull(p)
	}
	return a.putFull(ctx, p)
}

// putFull stores a full part.
func (a *appender) putFull(ctx context.Context, p *part) (err error) {
	if p.reserves {
		err = a.reserve(ctx, p)
		if err != nil {
			a.fail(err)
		}
		close(p.reserved)
	}
	<-p.reserved
	if err := a.failed(); err != nil {
		return err
	}
	if p.number > a.blobs.limits.MaxParts {
		return pawl.Errorf(pawl.TooLarge, "the storage takes no more parts of this upload; begin it again with its length, or in larger requests")
	}
	a.mu.Lock()
	u := a.blobs.upload(a.manifest)
	a.mu.Unlock()
	p.stored, err = a.blobs.putPart(ctx, u, p.number, p.content)
	if pawl.KindOf(err) == pawl.Unavailable {
		// A remote that refuses a part while it is being sent may break off, so that its
		// answer is lost.
		if gone := a.blobs.remote.CheckUpload(ctx, u); pawl.KindOf(gone) == pawl.Gone {
			return gone
		}
	}
	return err
}

// ensureManifest sees that the blob has a manifest before it has an object: without one
// the object would be taken for a blob that was put whole.
func (a *appender) ensureManifest(ctx context.Context, p *part) error {
	if before := p.before; before != nil { // which makes one
		<-before.done
		return before.err
	}
	a.mu.Lock()
	m, mark, saved := a.manifest, a.mark, a.saved
	a.mu.Unlock()
	if saved {
		return nil
	}
	return a.save(ctx, m, mark, nil)
}

// becomeFull turns the whole blob into a full part: there is an object already, put by
// an instance that this one has replaced, and only the completion of a multipart upload
// replaces it for certain.
func (a *appender) becomeFull(p *part) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p.content.rewind()
	p.kind = fullPart
	a.numberLocked(p)
}

// reserve sees that there is a multipart upload, and that the numbers of parts are in
// the manifest: one that another instance may use, when it takes the upload over, must
// not be used by a late call of this one. Commits keep the reserve filled from then on.
// Nothing is committed meanwhile: what comes before is done, what comes after waits for
// the part.
func (a *appender) reserve(ctx context.Context, p *part) error {
	if before := p.before; before != nil {
		<-before.done
		if before.err != nil {
			return before.err
		}
	}
	a.mu.Lock()
	m, mark := a.manifest, a.mark
	a.mu.Unlock()
	if m.UploadID == "" {
		u, err := a.blobs.remote.CreateUpload(ctx, a.blobs.Key(a.id), true)
		if err != nil {
			return err
		}
		m.UploadID = u.ID
	}
	m.Reserved = max(m.Reserved, p.number+a.ahead())
	return a.save(ctx, m, mark, nil)
}

// ahead returns how many numbers are reserved beyond the last that is committed: more
// than can be in use.
func (a *appender) ahead() int { return a.blobs.config.Concurrency + 1 }

// commit writes a stored part down. Only then do its bytes count.
func (a *appender) commit(ctx context.Context, p *part) error {
	a.mu.Lock()
	m := a.manifest
	a.mu.Unlock()
	m.Size = p.end
	m.Sealed = p.kind == wholeBlob
	if p.kind == fullPart {
		m.Reserved = max(m.Reserved, p.number+a.ahead())
	}
	if err := a.save(ctx, m, p.mark, func(tx pawl.Tx) error { return p.list(tx, a.id) }); err != nil {
		return err
	}
	a.durable.Store(p.end)
	if m.Sealed {
		a.blobs.sealed.Add(a.id, m.Size)
	}
	if len(p.replaces) > 0 {
		a.blobs.tasks.start(ctx, func(ctx context.Context) { a.blobs.deleteTails(ctx, p.replaces) })
	}
	return nil
}

// list changes the manifest's lists of parts and tails.
func (p *part) list(tx pawl.Tx, id pawl.ID) error {
	if p.kind == tailPart {
		return tx.AddTail(id, p.tail)
	}
	if len(p.replaces) > 0 {
		if err := tx.DropTails(id); err != nil {
			return err
		}
	}
	if p.kind == fullPart {
		return tx.AddPart(id, p.stored)
	}
	return nil
}

// save commits the manifest, and with it what else changes in its lists.
func (a *appender) save(ctx context.Context, m pawl.Manifest, mark pawl.Mark, lists func(tx pawl.Tx) error) error {
	m.Blob, m.UpdatedAt = a.id, time.Now()
	err := a.commitManifest(ctx, mark, func(tx pawl.Tx) error {
		if lists != nil {
			if err := lists(tx); err != nil {
				return err
			}
		}
		return tx.SaveManifest(m)
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.saved = true
	partSize := a.manifest.PartSize // may have been decided meanwhile
	a.manifest, a.mark = m, mark
	a.manifest.PartSize = max(partSize, m.PartSize)
	return nil
}

// commitManifest commits a change to the manifest with the upload's progress.
func (a *appender) commitManifest(ctx context.Context, mark pawl.Mark, change func(tx pawl.Tx) error) error {
	return a.blobs.tasks.commit(func() error { return a.writing.Commit(ctx, mark, change) })
}

// deleteTails deletes objects that no manifest names any more. What stays behind is
// found by [Blobs.Tidy].
func (b *Blobs) deleteTails(ctx context.Context, tails []pawl.Tail) {
	if err := b.remote.DeleteObjects(ctx, tailKeys(tails)...); err != nil {
		b.log.DebugContext(ctx, "tails will be deleted later", "tails", len(tails), "error", err)
	}
}
