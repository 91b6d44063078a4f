package uploads

import (
	"context"
	"crypto/sha256"
	"io"
	"math"
	"slices"

	"pawl"
)

// UploadSpec is what a client says of an upload before it begins.
type Spec struct {
	Kind         pawl.UploadKind
	Length       int64  // bytes, or UnknownLength; of a Final upload it is not asked
	Name         string // as it came; Unnamed if nothing visible is in it
	DeclaredType string
	Metadata     map[string]string
	RawMetadata  string
	RawConcat    string
	Parts        []pawl.ID // of a Final upload
}

// Plan decides whether an upload may begin, by policy, limits and gates, and
// gives it its id. Nothing is stored yet: Begin, Put or Join comes next.
func (u *Service) Plan(ctx context.Context, p pawl.Principal, spec Spec) (pawl.Upload, error) {
	if err := u.Policy(p, pawl.ActCreate, p.ID); err != nil {
		return pawl.Upload{}, err
	}
	if spec.Kind == pawl.Final {
		length, err := u.joinedLength(ctx, p, spec.Parts)
		if err != nil {
			return pawl.Upload{}, err
		}
		spec.Length = length
	}
	if err := u.checkSpec(&spec); err != nil {
		return pawl.Upload{}, err
	}
	if err := u.checkRoom(ctx, max(1, spec.Length)); err != nil {
		return pawl.Upload{}, err
	}
	planned := newUpload(p, spec)
	planned.CreatedAt = u.Now()
	planned.UpdatedAt = planned.CreatedAt
	planned.ID = pawl.NewID(planned.CreatedAt)
	return planned, askBegin(ctx, u.Gates, planned)
}

func newUpload(p pawl.Principal, spec Spec) pawl.Upload {
	return pawl.Upload{
		Owner: p.ID, Kind: spec.Kind, Length: spec.Length, Name: spec.Name, DeclaredType: spec.DeclaredType,
		Metadata: spec.Metadata, RawMetadata: spec.RawMetadata, Parts: spec.Parts, RawConcat: spec.RawConcat,
	}
}

func (u *Service) checkSpec(spec *Spec) error {
	if spec.Length < 0 && spec.Length != pawl.UnknownLength {
		return pawl.Errorf(pawl.Invalid, "an upload's length cannot be negative")
	}
	if err := u.checkLength(spec.Length); err != nil {
		return err
	}
	if _, _, err := statedDigest(spec.Metadata); err != nil {
		return err
	}
	spec.Name = pawl.NameOrUnnamed(spec.Name)
	return pawl.CheckName(spec.Name)
}

func (u *Service) checkLength(length int64) error {
	if u.MaxSize > 0 && length > u.MaxSize {
		return u.errMaxSize()
	}
	return nil
}

// checkRoom says early that the storage is full: before bytes travel in vain.
func (u *Service) checkRoom(ctx context.Context, need int64) error {
	free, err := u.Blobs.Free(ctx)
	if err == nil && free < need {
		return errNoRoom
	}
	return err
}

var errNoRoom = pawl.Errorf(pawl.NoSpace, "the server's storage is full; the upload can continue when space has been freed")

func (u *Service) errMaxSize() error {
	return pawl.Errorf(pawl.TooLarge, "files can be at most %d bytes large", u.MaxSize)
}

// Begin stores a planned upload; its bytes can follow.
func (u *Service) Begin(ctx context.Context, planned pawl.Upload) error {
	return u.begin(ctx, planned, func(pawl.Tx) error { return nil })
}

// begin is Begin with something more in the same transaction.
func (u *Service) begin(ctx context.Context, planned pawl.Upload, more func(pawl.Tx) error) error {
	return u.commit(ctx, func(tx pawl.Tx) error {
		if err := tx.InsertUpload(planned); err != nil {
			return err
		}
		if err := more(tx); err != nil {
			return err
		}
		if planned.Kind == pawl.Partial {
			return nil
		}
		return tx.Record(pawl.Event{At: planned.CreatedAt, Type: pawl.UploadStarted, Subject: planned.ID, Owner: planned.Owner})
	})
}

// putLimit is the largest upload stored in one go: it is held in memory meanwhile.
const putLimit = 256 << 10

// CanPut reports whether Put may be used for a planned upload whose bytes all come
// with its creation. Gates that are asked at the finish may be away, and then the
// upload has to wait for them with its bytes safe: those take the longer way.
func (u *Service) CanPut(planned pawl.Upload) bool {
	return planned.Kind == pawl.Regular && planned.Length >= 0 && planned.Length <= putLimit && len(u.Gates.Finish) == 0
}

// Put stores a small planned upload whole: one write of its bytes and one
// transaction, and there is a file. When it fails there is nothing. sum may be nil.
func (u *Service) Put(ctx context.Context, planned pawl.Upload, body io.Reader, sum *Checksum) error {
	content, err := u.readWhole(planned, body, sum)
	if err != nil {
		return err
	}
	defer u.wanted.add(planned.ID)()
	planned.Progress.Offset = planned.Length
	planned.Progress.FoundType, err = askContent(ctx, u.Gates, planned, content[:min(len(content), pawl.HeadBytes)])
	f := newFile(planned, sha256.Sum256(content), u.Now())
	if err == nil {
		err = checkDigest(f)
	}
	if err != nil {
		return u.refusePut(ctx, planned, err)
	}
	if err := u.Blobs.Put(ctx, planned.ID, content); err != nil {
		return err
	}
	if err := u.commit(ctx, func(tx pawl.Tx) error { return recordFile(tx, f) }); err != nil {
		_ = u.Blobs.Delete(context.WithoutCancel(ctx), planned.ID)
		return err
	}
	u.Observer.ended(pawl.Finished, planned, u.Now())
	return nil
}

func (u *Service) readWhole(planned pawl.Upload, body io.Reader, sum *Checksum) ([]byte, error) {
	content := make([]byte, planned.Length)
	body = &allowance{src: meter{body, u.Observer.Received}, left: planned.Length, over: ErrTooLong}
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

// refusePut writes down that an upload was refused that never had a row.
func (u *Service) refusePut(ctx context.Context, planned pawl.Upload, why error) error {
	if !isRefusal(why) {
		return why
	}
	err := u.commit(context.WithoutCancel(ctx), func(tx pawl.Tx) error { return recordEnd(tx, planned, pawl.Rejected, why, u.Now()) })
	if err != nil {
		u.Log.ErrorContext(ctx, "a refusal was not recorded", "upload", planned.ID, "error", err)
	}
	u.Observer.ended(pawl.Rejected, planned, u.Now())
	return why
}

// joinedLength checks what a Final upload is to be made of: the owner's own partial
// uploads, each once. They may be under way still; the length is unknown while that
// of one of them is.
func (u *Service) joinedLength(ctx context.Context, p pawl.Principal, parts []pawl.ID) (int64, error) {
	if len(parts) == 0 {
		return 0, pawl.Errorf(pawl.Invalid, "a final upload needs the partial uploads it is made of")
	}
	var length int64
	for i, id := range parts {
		if slices.Contains(parts[:i], id) {
			return 0, pawl.Errorf(pawl.Invalid, "a partial upload can be part of a final upload only once")
		}
		part, err := u.Look(ctx, p, id)
		if err != nil {
			return 0, err
		}
		switch {
		case part.Kind != pawl.Partial || part.Owner != p.ID:
			return 0, pawl.Errorf(pawl.Invalid, "only your own partial uploads can be joined")
		case part.Filed:
			return 0, pawl.Errorf(pawl.Invalid, "a partial upload that has been joined cannot be joined again; upload it anew")
		case part.Length == pawl.UnknownLength || length == pawl.UnknownLength:
			length = pawl.UnknownLength
		default:
			if length, err = addLength(length, part.Length); err != nil {
				return 0, err
			}
		}
	}
	return length, nil
}

// addLength adds lengths that clients have declared. The error is of kind [pawl.TooLarge].
func addLength(sum, length int64) (int64, error) {
	if length > math.MaxInt64-sum {
		return 0, pawl.Errorf(pawl.TooLarge, "the parts together are longer than a file can be")
	}
	return sum + length, nil
}
