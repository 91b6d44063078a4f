package uploads

import (
	"context"

	"pawl"
)

// Spec is what a client says of an upload before it begins.
type Spec struct {
	Kind         pawl.UploadKind
	Length       int64  // bytes, or UnknownLength; of a Final upload it is not asked
	Name         string // as it came; [pawl.Unnamed] if nothing visible is in it
	DeclaredType string
	Metadata     map[string]string
	RawMetadata  string
	RawConcat    string
	Parts        []pawl.ID // of a Final upload
}

// Plan decides whether an upload may begin, by policy, limits and gates, and returns it with
// its id. Nothing is stored yet: Begin, Put or Join comes next.
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
	if err := u.checkSpace(ctx, max(1, spec.Length)); err != nil {
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

// checkSpace returns an error of kind [pawl.NoSpace] if the storage has less than need
// bytes: better now than when they have travelled in vain.
func (u *Service) checkSpace(ctx context.Context, need int64) error {
	free, err := u.Blobs.Free(ctx)
	if err == nil && free < need {
		return errNoSpace
	}
	return err
}

var errNoSpace = pawl.Errorf(pawl.NoSpace, "the server's storage is full; the upload can continue when space has been freed")

func (u *Service) errMaxSize() error {
	return pawl.Errorf(pawl.TooLarge, "files must not be larger than %d bytes", u.MaxSize)
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
