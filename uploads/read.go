package uploads

import (
	"context"
	"slices"

	"pawl"
)

// Status returns an upload with the offset a client may resume from: everything received so
// far, made durable now. It takes no lock and stops nobody's request.
//
// A finished upload is complete, and so is a partial one for a while after its join: a
// client that did not receive the answer to the join asks for its parts before it asks for
// the join again. The error is of kind [pawl.Gone] where the upload has expired or
// acknowledged bytes are lost.
func (u *Service) Status(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.Upload, error) {
	if err := u.Policy(p, pawl.ActRead, p.ID); err != nil {
		return pawl.Upload{}, err
	}
	if w := u.writer(id); w != nil {
		return u.writerStatus(ctx, p, w)
	}
	up, err := u.find(ctx, id)
	if err != nil {
		return pawl.Upload{}, err
	}
	if err := u.Policy(p, pawl.ActRead, up.Owner); err != nil || up.Filed {
		return up, err
	}
	return u.current(ctx, up)
}

func (u *Service) writerStatus(ctx context.Context, p pawl.Principal, w *writer) (pawl.Upload, error) {
	up := w.row()
	if err := u.Policy(p, pawl.ActRead, up.Owner); err != nil {
		return pawl.Upload{}, err
	}
	offset, err := w.out.Sync(ctx)
	up.Progress.Offset = offset
	up.UpdatedAt = w.lastUsed()
	return up, err
}

// Get returns an upload under way, with its durable offset.
func (u *Service) Get(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.Upload, error) {
	if err := u.Policy(p, pawl.ActRead, p.ID); err != nil {
		return pawl.Upload{}, err
	}
	up, err := u.Store.Upload(ctx, id)
	if err != nil {
		return pawl.Upload{}, err
	}
	if err := u.Policy(p, pawl.ActRead, up.Owner); err != nil {
		return pawl.Upload{}, err
	}
	return u.current(ctx, up)
}

// List returns the uploads under way that p may read, newest first, with their durable
// offsets. The policy decides whose uploads those are; q.Owner is ignored.
func (u *Service) List(ctx context.Context, p pawl.Principal, q pawl.UploadQuery) (_ []pawl.Upload, err error) {
	if q.Owner, err = u.Policy.Scope(p); err != nil {
		return nil, err
	}
	rows, err := u.Store.Uploads(ctx, q)
	if err != nil {
		return nil, err
	}
	var idle []pawl.ID
	for i, row := range rows {
		if w := u.writer(row.ID); w != nil {
			rows[i] = w.snapshot()
		} else {
			idle = append(idle, row.ID)
		}
	}
	sizes, err := u.Blobs.Sizes(ctx, idle)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if !slices.Contains(idle, row.ID) {
			continue
		}
		now, err := u.at(ctx, row, sizes[row.ID])
		switch pawl.KindOf(err) {
		case "":
			rows[i] = now
		case pawl.Gone: // expired or damaged, but still there: as its row says
		default:
			return nil, err
		}
	}
	return rows, nil
}

// Active returns the uploads this instance has open, with durable offsets, for those who
// show progress; they ask [Service.MayRead] whom to show which.
func (u *Service) Active() []pawl.Upload {
	open := u.writers.all()
	active := make([]pawl.Upload, len(open))
	for i, w := range open {
		active[i] = w.snapshot()
	}
	return active
}

// MayRead reports whether p may learn of what owner has.
func (u *Service) MayRead(p pawl.Principal, owner string) bool {
	return u.Policy(p, pawl.ActRead, owner) == nil
}

// find returns the row of an upload under way, or one that has ended well as Filed.
func (u *Service) find(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	up, err := u.Store.Upload(ctx, id)
	if pawl.KindOf(err) != pawl.NotFound {
		return up, err
	}
	f, err := u.Store.File(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return u.Store.UsedPart(ctx, id)
	}
	return uploadOf(f), err
}

// uploadOf returns what a file is to a client that still asks for its upload.
func uploadOf(f pawl.File) pawl.Upload {
	kind := pawl.Regular
	if f.JoinKey != "" {
		kind = pawl.Final
	}
	return pawl.Upload{
		ID: f.ID, Owner: f.Owner, Kind: kind, Length: f.Size, Name: f.Name,
		RawMetadata: f.RawMetadata, RawConcat: f.RawConcat,
		Progress: pawl.Progress{Offset: f.Size}, TokenSHA256: f.TokenSHA256, Filed: true, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
	}
}

// current returns a row with the durable offset, which the row may lag behind.
func (u *Service) current(ctx context.Context, row pawl.Upload) (pawl.Upload, error) {
	if w := u.writer(row.ID); w != nil {
		return w.snapshot(), nil
	}
	if u.expired(row) {
		return pawl.Upload{}, errExpired
	}
	size, err := u.Blobs.Size(ctx, row.ID)
	if err != nil {
		return pawl.Upload{}, err
	}
	return u.at(ctx, row, size)
}

// at returns a row with the durable size of its blob as its offset.
func (u *Service) at(ctx context.Context, row pawl.Upload, size int64) (_ pawl.Upload, err error) {
	if u.expired(row) {
		return pawl.Upload{}, errExpired
	}
	if row.Kind == pawl.Final && row.Length == pawl.UnknownLength {
		if row.Length, err = u.lengthOfParts(ctx, row.Parts); err != nil {
			return pawl.Upload{}, err
		}
	}
	if size < row.Progress.Offset {
		return pawl.Upload{}, errLost
	}
	row.Progress.Offset = size
	return row, nil
}

// lengthOfParts returns the length of a join as far as its parts have declared theirs, and
// UnknownLength before that or if no file can be that long.
func (u *Service) lengthOfParts(ctx context.Context, parts []pawl.ID) (length int64, err error) {
	for _, id := range parts {
		part, err := u.Store.Upload(ctx, id)
		switch {
		case pawl.KindOf(err) == pawl.NotFound, err == nil && part.Length == pawl.UnknownLength:
			return pawl.UnknownLength, nil
		case err != nil:
			return 0, err
		}
		if length, err = addLength(length, part.Length); err != nil {
			return pawl.UnknownLength, nil //nolint:nilerr // the join itself is rejected for it
		}
	}
	return length, nil
}
