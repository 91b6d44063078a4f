package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"pawl"
)

// stretch is some bytes of a blob.
type stretch struct {
	blob  pawl.ID
	start int64
	end   int64
}

// joint is one part of a join: a stretch that the server copies by itself, or several
// that are too small for that and pass through here.
type joint []stretch

func (j joint) size() (n int64) {
	for _, s := range j {
		n += s.end - s.start
	}
	return n
}

const (
	copyMost     = 5 << 30 // S3's limit of one copy
	copiesAtOnce = 8
)

// Join implements [pawl.Blobs]. How the parts are laid out follows from their sizes
// alone: an attempt that was cut off is gone on from, and two at a time do the same.
func (b *Blobs) Join(ctx context.Context, id pawl.ID, parts []pawl.ID) error {
	m, there, err := b.account(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	whole, err := b.stretches(ctx, parts)
	if err != nil {
		return err
	}
	total := joint(whole).size()
	if total <= b.PartSize {
		return b.joinSmall(ctx, m, whole)
	}
	joints := b.layOut(whole, total)
	if there {
		err = b.joinLarge(ctx, m, joints)
		if pawl.KindOf(err) != pawl.Gone {
			return err
		} // somebody has aborted it; what it is made of is there
	}
	if m, err = b.beginJoin(ctx, id); err != nil {
		return err
	}
	return b.joinLarge(ctx, m, joints)
}

func (b *Blobs) stretches(ctx context.Context, parts []pawl.ID) ([]stretch, error) {
	var whole []stretch
	for _, part := range parts {
		m, there, err := b.account(ctx, part)
		if err != nil {
			return nil, err
		}
		size := m.Size
		if !there {
			if size, there, err = b.size(ctx, b.key(part)); err != nil {
				return nil, err
			}
		}
		if !there {
			return nil, pawl.Errorf(pawl.NotFound, "no such blob")
		}
		if size > 0 {
			whole = append(whole, stretch{part, 0, size})
		}
	}
	return whole, nil
}

// joinSmall reads everything and puts it.
func (b *Blobs) joinSmall(ctx context.Context, m pawl.Manifest, whole []stretch) error {
	content, err := b.readAll(ctx, whole)
	if err != nil {
		return err
	}
	if err := b.Put(ctx, m.Blob, content); err != nil {
		return err
	}
	m.Size = int64(len(content))
	return b.writeSealed(ctx, m)
}

// beginJoin begins the multipart upload. Of two who do so at once one wins; the other
// upload is found by Tidy.
func (b *Blobs) beginJoin(ctx context.Context, id pawl.ID) (m pawl.Manifest, err error) {
	uploadID, err := b.createMultipart(ctx, id, false)
	if err != nil {
		return m, err
	}
	m = pawl.Manifest{Blob: id, UploadID: uploadID, UpdatedAt: time.Now()}
	return m, b.Books.Update(ctx, func(tx pawl.Tx) error {
		if err := tx.DropParts(id); err != nil {
			return err
		}
		return tx.SaveManifest(m)
	})
}

// layOut makes parts of the whole: as large as may be, none but the last too small.
func (b *Blobs) layOut(whole []stretch, total int64) (joints []joint) {
	size := int64(copyMost)
	if b.EqualParts {
		size = max(b.PartSize, (total+maxParts-1)/maxParts)
	}
	var loose joint
	for _, s := range whole {
		for s.start < s.end {
			want := size - loose.size()
			if !b.EqualParts && len(loose) > 0 {
				want = minPartSize - loose.size() // as little as possible passes through here
			}
			n := min(want, s.end-s.start)
			if rest := s.end - s.start - n; !b.EqualParts && len(loose) == 0 && rest > 0 && rest < minPartSize {
				n -= minPartSize // what is left has to be enough for a part
			}
			loose = append(loose, stretch{s.blob, s.start, s.start + n})
			s.start += n
			if loose.size() >= size || !b.EqualParts && loose.size() >= minPartSize {
				joints, loose = append(joints, loose), nil
			}
		}
	}
	if len(loose) > 0 {
		joints = append(joints, loose)
	}
	return joints
}

func (b *Blobs) joinLarge(ctx context.Context, m pawl.Manifest, joints []joint) error {
	done := make(map[int]bool)
	for _, p := range m.Parts {
		done[p.Number] = true
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, copiesAtOnce)
	var all sync.WaitGroup
	for i, j := range joints {
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
			if err := b.addJoint(ctx, m, number, j); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return b.endJoin(ctx, m.Blob, len(joints), joints)
}

func (b *Blobs) endJoin(ctx context.Context, id pawl.ID, count int, joints []joint) error {
	m, err := b.Books.Manifest(ctx, id)
	if err != nil || m.Sealed {
		return err
	}
	if len(m.Parts) != count {
		return pawl.Errorf(pawl.Conflict, "the join is done by another instance")
	}
	for _, j := range joints {
		m.Size += j.size()
	}
	if err := b.complete(ctx, m); err != nil {
		return err
	}
	return b.writeSealed(ctx, m)
}

func (b *Blobs) addJoint(ctx context.Context, m pawl.Manifest, number int, j joint) (err error) {
	part := pawl.Part{Number: number, Size: j.size()}
	if len(j) == 1 {
		part.ETag, err = b.copyPart(ctx, m, number, j[0])
	} else {
		part.ETag, err = b.passPart(ctx, m, number, j)
	}
	if err != nil {
		return err
	}
	err = b.Books.Update(ctx, func(tx pawl.Tx) error { return tx.AddPart(m.Blob, part) })
	if pawl.KindOf(err) == pawl.Conflict {
		return nil // somebody else did the same
	}
	return err
}

func (b *Blobs) copyPart(ctx context.Context, m pawl.Manifest, number int, s stretch) (etag string, err error) {
	out, err := b.patient.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: &b.Bucket, Key: aws.String(b.key(m.Blob)), UploadId: &m.UploadID, PartNumber: aws.Int32(int32(number)),
		CopySource:      aws.String(escapePath(b.Bucket + "/" + b.key(s.blob))),
		CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", s.start, s.end-1)),
	})
	if err != nil {
		return "", b.translate("copy a part", err)
	}
	if out.CopyPartResult == nil || out.CopyPartResult.ETag == nil {
		return "", b.translate("copy a part", errors.New("the answer names no part"))
	}
	return *out.CopyPartResult.ETag, nil
}

func escapePath(path string) string {
	return strings.ReplaceAll(url.QueryEscape(path), "+", "%20")
}

// passPart reads stretches and stores them as one part.
func (b *Blobs) passPart(ctx context.Context, m pawl.Manifest, number int, j joint) (etag string, err error) {
	content, err := b.readAll(ctx, j)
	if err != nil {
		return "", err
	}
	part, err := b.uploadPart(ctx, m.Blob, m.UploadID, number, memorySource(content), false)
	return part.ETag, err
}

func (b *Blobs) readAll(ctx context.Context, j joint) ([]byte, error) {
	content := make([]byte, 0, j.size())
	for _, s := range j {
		r, err := b.Open(ctx, s.blob)
		if err != nil {
			return nil, err
		}
		if _, err = r.Seek(s.start, io.SeekStart); err == nil {
			var n int
			n, err = io.ReadFull(r, content[len(content):len(content)+int(s.end-s.start)])
			content = content[:len(content)+n]
		}
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
	}
	return content, nil
}
