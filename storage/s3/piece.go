package s3

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"pawl"
)

// piece is a stretch of a blob on its way to S3: a part, a tail, or the whole. Pieces
// are uploaded side by side and committed one after the other, in their order.
type piece struct {
	kind   pieceKind
	start  int64
	end    int64
	number int         // of a part
	tail   pawl.Tail   // of a tail
	spent  []pawl.Tail // tails that a part or the whole takes the place of
	source *source
	memory [][]byte  // given back when it is done
	mark   pawl.Mark // at end
	part   pawl.Part // once it is stored

	first    bool          // the first part of its appender, which prepares for all
	prepared chan struct{} // closed when it has

	before *piece
	done   chan struct{} // closed when it is committed, or has failed
	err    error
}

type pieceKind int

const (
	partPiece pieceKind = iota
	tailPiece
	wholePiece // of a blob that is too small for parts
)

// MaxSize is the most bytes that S3 takes for one object.
const MaxSize int64 = 5 << 40

const maxParts = 10_000

// partSize is the size of the part being filled. With a known length all are equal
// and leave a tenth of the numbers unused; without one they grow.
func (a *appender) partSize() int64 {
	if a.account.PartSize > 0 {
		return a.account.PartSize
	}
	b := a.blobs
	if length := a.writing.Length(); length > 0 && a.parts == 0 {
		const most = maxParts - maxParts/10
		const mib = 1 << 20
		fair := (length + most - 1) / most
		return max(b.PartSize, (fair+mib-1)/mib*mib)
	}
	if b.EqualParts {
		return max(b.PartSize, equalPartSize)
	}
	return min(b.PartSize<<(a.parts/growEvery), copyMost)
}

const (
	// growEvery is after how many parts they double: ten thousand hold 8 TiB.
	growEvery = 1000
	// equalPartSize is for servers that want equal parts of a blob of unknown length.
	equalPartSize = 64 << 20
)

// cutPart makes a part of everything after the cut. Its caller holds the lock, as do
// those of all that follow here.
func (a *appender) cutPart() *piece {
	if a.parts == 0 && (a.writing.Length() > 0 || a.blobs.EqualParts) {
		a.account.PartSize = max(a.partSize(), a.end-a.cut)
	}
	p := a.cutAll(partPiece)
	a.numberPart(p)
	return p
}

func (a *appender) numberPart(p *piece) {
	a.number++
	a.parts++
	p.number = a.number
	if a.prepared == nil {
		p.first, a.prepared = true, make(chan struct{})
	}
	p.prepared = a.prepared
}

func (a *appender) cutWhole() *piece { return a.cutAll(wholePiece) }

func (a *appender) cutAll(kind pieceKind) *piece {
	p := a.next(kind, a.cut)
	p.spent = a.tails
	p.memory = a.memory
	p.source = &source{
		blobs: a.blobs, tails: keysBefore(a.tails, a.memStart), memory: a.memory, size: p.end - p.start, crc: a.crc, summed: a.summed,
	}
	a.tails, a.memory, a.held = nil, nil, time.Time{}
	a.cut, a.stored, a.memStart = a.end, a.end, a.end
	a.crc, a.summed = 0, true
	a.timer.Stop()
	return p
}

// cutTail makes a tail of what is in memory alone; nil if there is nothing. With
// forget the memory goes with it.
func (a *appender) cutTail(forget bool) *piece {
	if a.stored == a.end || a.failure != nil {
		return nil
	}
	p := a.next(tailPiece, a.stored)
	p.tail = pawl.Tail{Key: a.blobs.tailKey(a.id, rand.Text()), Place: p.start, Size: p.end - p.start}
	p.source = &source{blobs: a.blobs, memory: skip(a.memory, p.start-a.memStart), size: p.tail.Size}
	a.tails = append(slices.Clone(a.tails), p.tail)
	a.stored = a.end
	if forget {
		p.memory = a.forget()
	}
	if a.timer != nil {
		a.timer.Stop()
	}
	return p
}

// next is a piece that is committed after all there are.
func (a *appender) next(kind pieceKind, start int64) *piece {
	p := &piece{kind: kind, start: start, end: a.end, mark: a.writing.Mark(), before: a.last, done: make(chan struct{})}
	a.last = p
	return p
}

func keysBefore(tails []pawl.Tail, offset int64) (keys []string) {
	for _, tail := range tails {
		if tail.Place < offset {
			keys = append(keys, tail.Key)
		}
	}
	return keys
}

// skip is the chunks without their first n bytes, as they are now: what is added to
// the last one later is not in it.
func skip(chunks [][]byte, n int64) (rest [][]byte) {
	for _, chunk := range chunks {
		if n >= int64(len(chunk)) {
			n -= int64(len(chunk))
			continue
		}
		rest = append(rest, chunk[n:])
		n = 0
	}
	return rest
}

// launch stores a piece, beside others. It waits while too many parts are under way.
// Parts are launched in their order, by the one who reads; others, which may come
// between, take no slot, so that nobody who has one waits for somebody who has none.
func (a *appender) launch(ctx context.Context, p *piece) {
	slot := p.kind == partPiece
	if slot {
		a.slots <- struct{}{}
	}
	go func() {
		p.err = a.store(ctx, p)
		if p.err != nil {
			a.fail(p.err)
		}
		a.blobs.memory.give(p.memory)
		p.source, p.memory, p.before = nil, nil, nil
		if slot {
			<-a.slots
		}
		close(p.done)
	}()
}

func (a *appender) store(ctx context.Context, p *piece) error {
	before := p.before
	uploadErr := a.upload(ctx, p)
	if before != nil {
		<-before.done
		if before.err != nil {
			return before.err
		}
	}
	if uploadErr != nil {
		return uploadErr
	}
	return a.commit(ctx, p)
}

func (a *appender) upload(ctx context.Context, p *piece) (err error) {
	switch p.kind {
	case tailPiece:
		return a.blobs.putObject(ctx, p.tail.Key, p.source)
	case wholePiece:
		if err := a.announce(ctx, p); err != nil {
			return err
		}
		err = a.blobs.putNew(ctx, a.blobs.key(a.id), p.source)
		if pawl.KindOf(err) != pawl.Conflict {
			return err
		}
		a.becomePart(p)
	}
	if p.first {
		err = a.prepare(ctx, p)
		if err != nil {
			a.fail(err)
		}
		close(p.prepared)
	}
	<-p.prepared
	if err := a.failed(); err != nil {
		return err
	}
	if p.number > maxParts {
		return pawl.Errorf(pawl.TooLarge, "the storage takes no more pieces of this upload; begin it again with its length, or in larger requests")
	}
	a.mu.Lock()
	uploadID := a.account.UploadID
	a.mu.Unlock()
	p.part, err = a.blobs.uploadPart(ctx, a.id, uploadID, p.number, p.source, !a.blobs.NoChecksums)
	if pawl.KindOf(err) == pawl.Unavailable {
		// A server that refuses a part while it is being sent may break off, so that its
		// answer is lost.
		if gone := a.blobs.lookAtUpload(ctx, a.id, uploadID); pawl.KindOf(gone) == pawl.Gone {
			return gone
		}
	}
	return err
}

// announce sees that the blob has an account before it has an object: without one the
// object would be taken for a blob that was put whole.
func (a *appender) announce(ctx context.Context, p *piece) error {
	if before := p.before; before != nil { // which makes one
		<-before.done
		return before.err
	}
	a.mu.Lock()
	account, mark, written := a.account, a.mark, a.written
	a.mu.Unlock()
	if written {
		return nil
	}
	return a.save(ctx, account, mark, nil)
}

// becomePart has the whole go the way of parts: there is an object already, put by an
// instance that this one has replaced, and only the end of a multipart upload takes
// its place for certain.
func (a *appender) becomePart(p *piece) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p.source.rewind()
	p.kind = partPiece
	a.numberPart(p)
}

// prepare sees that there is a multipart upload, and that the numbers are the
// account's: one that another instance may use, when it takes the upload over, must
// not be used by a late call of this one. Commits keep the reserve filled from then
// on. Nothing is committed meanwhile: what comes before is done, what comes after
// waits for the part.
func (a *appender) prepare(ctx context.Context, p *piece) (err error) {
	if before := p.before; before != nil {
		<-before.done
		if before.err != nil {
			return before.err
		}
	}
	a.mu.Lock()
	account, mark := a.account, a.mark
	a.mu.Unlock()
	if account.UploadID == "" {
		if account.UploadID, err = a.blobs.createMultipart(ctx, a.id, !a.blobs.NoChecksums); err != nil {
			return err
		}
	}
	account.Reserved = max(account.Reserved, p.number+a.ahead())
	return a.save(ctx, account, mark, nil)
}

// ahead is how many numbers are reserved beyond the last that is committed: more than
// can be in use.
func (a *appender) ahead() int { return a.blobs.Concurrency + 1 }

// save commits the account, and with it what else changes in the lists.
func (a *appender) save(ctx context.Context, account pawl.Manifest, mark pawl.Mark, lists func(tx pawl.Tx) error) error {
	account.Blob, account.UpdatedAt = a.id, time.Now()
	err := a.writing.Commit(ctx, mark, func(tx pawl.Tx) error {
		if lists != nil {
			if err := lists(tx); err != nil {
				return err
			}
		}
		return tx.SaveManifest(account)
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.written = true
	partSize := a.account.PartSize // may have been settled on meanwhile
	a.account, a.mark = account, mark
	a.account.PartSize = max(partSize, account.PartSize)
	return nil
}

// commit writes a stored piece down. Only then do its bytes count.
func (a *appender) commit(ctx context.Context, p *piece) error {
	a.mu.Lock()
	account := a.account
	a.mu.Unlock()
	account.Size = p.end
	account.Sealed = p.kind == wholePiece
	if p.kind == partPiece {
		account.Reserved = max(account.Reserved, p.number+a.ahead())
	}
	if err := a.save(ctx, account, p.mark, func(tx pawl.Tx) error { return p.list(tx, a.id) }); err != nil {
		return err
	}
	a.durable.Store(p.end)
	if len(p.spent) > 0 {
		go a.blobs.dropTails(context.WithoutCancel(ctx), p.spent)
	}
	return nil
}

func (p *piece) list(tx pawl.Tx, id pawl.ID) error {
	if p.kind == tailPiece {
		return tx.AddTail(id, p.tail)
	}
	if len(p.spent) > 0 {
		if err := tx.DropTails(id); err != nil {
			return err
		}
	}
	if p.kind == partPiece {
		return tx.AddPart(id, p.part)
	}
	return nil
}

// dropTails deletes objects that no account names any more. What stays behind is
// found by [Blobs.Tidy].
func (b *Blobs) dropTails(ctx context.Context, tails []pawl.Tail) {
	if err := b.deleteObjects(ctx, tailKeys(tails)); err != nil {
		b.Log.DebugContext(ctx, "tails will be deleted later", "tails", len(tails), "error", err)
	}
}
