package uploads

import (
	"context"
	"crypto/sha256"
	"io"

	"pawl"
)

// putLimit is the largest upload that is stored whole, in bytes: it is in memory meanwhile.
const putLimit = 256 << 10

// CanPut reports whether [Service.Put] may be used for a planned upload whose bytes all
// come with its creation. Gates that are asked at the finish may be unavailable, and then
// the upload has to wait for them with its bytes safe: such uploads have to Begin.
func (u *Service) CanPut(planned pawl.Upload) bool {
	return planned.Kind == pawl.Regular && planned.Length >= 0 && planned.Length <= putLimit && len(u.Gates.Finish) == 0
}

// Put stores a small planned upload whole: one write of its bytes and one transaction, and
// there is a file. When it fails there is nothing. sum may be nil.
func (u *Service) Put(ctx context.Context, planned pawl.Upload, body io.Reader, sum *Checksum) error {
	content, err := u.readWhole(planned, body, sum)
	if err != nil {
		return err
	}
	defer u.rowless.add(planned.ID)()
	planned.Progress.Offset = planned.Length
	planned.Progress.FoundType, err = askContent(ctx, u.Gates, planned, content[:min(len(content), pawl.HeadBytes)])
	f := newFile(planned, sha256.Sum256(content), u.Now())
	if err == nil {
		err = checkStatedDigest(f)
	}
	if isRejection(err) {
		u.recordRejectedPut(context.WithoutCancel(ctx), planned, err)
	}
	if err != nil {
		return err
	}
	if err := u.Blobs.Put(ctx, planned.ID, content); err != nil {
		return err
	}
	if err := u.commit(ctx, func(tx pawl.Tx) error { return recordFile(tx, f) }); err != nil {
		u.dropPut(context.WithoutCancel(ctx), f.ID, err)
		return err
	}
	u.Observer.ended(pawl.Finished, planned, u.Now())
	return nil
}

// dropPut deletes the bytes of a file that was not committed. A database that became
// unavailable may have committed it all the same; then the bytes stay, and if no row
// refers to them they are deleted as an orphan.
func (u *Service) dropPut(ctx context.Context, id pawl.ID, why error) {
	if pawl.KindOf(why) != pawl.Unavailable {
		u.deleteBlob(ctx, id)
	}
}

func (u *Service) readWhole(planned pawl.Upload, body io.Reader, sum *Checksum) ([]byte, error) {
	content := make([]byte, planned.Length)
	body = &limitReader{src: body, left: planned.Length, over: ErrTooLong}
	n, err := io.ReadFull(body, content)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	if n < len(content) {
		return nil, pawl.Errorf(pawl.Interrupted, "the request ended after %d of %d bytes", n, len(content))
	}
	if sum == nil {
		return content, nil
	}
	sum.Hash.Write(content)
	return content, sum.check()
}

// recordRejectedPut records that an upload was rejected that never had a row.
func (u *Service) recordRejectedPut(ctx context.Context, planned pawl.Upload, why error) {
	err := u.commit(ctx, func(tx pawl.Tx) error { return recordEnd(tx, planned, pawl.Rejected, why, u.Now()) })
	if err != nil {
		u.Log.ErrorContext(ctx, "a rejection was not recorded", "upload", planned.ID, "error", err)
	}
	u.Observer.ended(pawl.Rejected, planned, u.Now())
}
