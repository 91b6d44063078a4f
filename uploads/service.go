// Package uploads gets files in: it plans, begins, resumes, joins, finishes, aborts and
// expires uploads. Every rule about an upload is here, once; protocols translate to and
// from it.
package uploads

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pawl"
	"pawl/events"
)

// Uploads are the use cases of getting a file in. Each rule about uploads lives
// here once; protocols translate to and from it.
//
// The methods that take an upload further (Append, DeclareLength, Finish) want
// the upload's lock, from [Service.Lock], to be held by their caller: a protocol
// asks for the offset and acts on the answer under one lock.
type Service struct {
	Config
	locks   locks
	leases  tenancy
	live    liveSet
	wanted  idSet        // blobs being written that have no row yet
	full    idSet        // uploads that there was no room for the last time
	unasked idSet        // uploads to be finished later whose job could not be asked for
	holds   atomic.Int64 // bytes of memory that holdings have

	graceMu sync.Mutex
	grace   time.Time // no upload expires before
}

// UploadsConfig is what the use cases need. Zero MaxSize means no limit; Observer
// may be zero, and Leases nil where no other instance uses the same database.
type Config struct {
	Store    pawl.Store
	Blobs    pawl.Blobs
	Leases   pawl.Leases
	Gates    pawl.Gates
	Policy   pawl.Policy
	Events   *events.Feed
	MaxSize  int64         // bytes
	Expiry   time.Duration // how long nothing may arrive for an upload; 0: for ever
	Observer Observer
	Log      *slog.Logger
	Now      func() time.Time
}

// Observer is told what the metrics count; nil functions are skipped.
type Observer struct {
	Received   func(bytes int)
	Ended      func(o pawl.Outcome, size int64, took time.Duration)
	LockWaited func(d time.Duration)
}

func (o Observer) ended(outcome pawl.Outcome, u pawl.Upload, now time.Time) {
	if o.Ended != nil {
		o.Ended(outcome, u.Progress.Offset, now.Sub(u.CreatedAt))
	}
}

// NewUploads makes the use cases ready.
func New(c Config) *Service {
	if c.Observer.Received == nil {
		c.Observer.Received = func(int) {}
	}
	return &Service{
		Config: c, locks: locks{waited: c.Observer.LockWaited}, leases: tenancy{leases: c.Leases},
	}
}

// ErrTooLong is the refusal of a body that has more bytes than its upload misses.
var ErrTooLong = pawl.Errorf(pawl.TooLarge, "the body is longer than what is left of the upload")

var errLost = pawl.Errorf(pawl.Gone, "bytes of this upload were lost; begin it again")

// Look is the upload with the offset a client may go on from: everything received
// so far, made durable now. It takes no lock and stops nobody's request. A
// finished upload looks complete, and so does a part for a while after its join: who
// has not heard of the join asks for its parts before asking for it again.
func (u *Service) Look(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.Upload, error) {
	if err := u.Policy(p, pawl.ActRead, p.ID); err != nil {
		return pawl.Upload{}, err
	}
	if l := u.here(id); l != nil {
		return u.lookLive(ctx, p, l)
	}
	up, err := u.Get(ctx, p, id)
	if pawl.KindOf(err) != pawl.NotFound {
		return up, err
	}
	up, err = u.ended(ctx, id)
	if err != nil {
		return pawl.Upload{}, err
	}
	return up, u.Policy(p, pawl.ActRead, up.Owner)
}

// find is an upload under way, as its row says, or one that has ended well.
func (u *Service) find(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	up, err := u.Store.Upload(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return u.ended(ctx, id)
	}
	return up, err
}

// ended is an upload that is a file by now, or a piece of one.
func (u *Service) ended(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	f, err := u.Store.File(ctx, id)
	if pawl.KindOf(err) == pawl.NotFound {
		return u.Store.UsedPart(ctx, id)
	}
	return finishedUpload(f), err
}

func (u *Service) lookLive(ctx context.Context, p pawl.Principal, l *live) (pawl.Upload, error) {
	up := l.row()
	if err := u.Policy(p, pawl.ActRead, up.Owner); err != nil {
		return pawl.Upload{}, err
	}
	offset, err := l.out.Sync(ctx)
	up.Progress.Offset = offset
	up.UpdatedAt = l.lastUsed()
	return up, err
}

// finishedUpload is what a file looks like to a client that still asks for its upload.
func finishedUpload(f pawl.File) pawl.Upload {
	kind := pawl.Regular
	if f.JoinKey != "" {
		kind = pawl.Final
	}
	return pawl.Upload{
		ID: f.ID, Owner: f.Owner, Kind: kind, Length: f.Size, Name: f.Name,
		RawMetadata: f.RawMetadata, RawConcat: f.RawConcat,
		Progress: pawl.Progress{Offset: f.Size}, SecretSHA256: f.SecretSHA256, Filed: true, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
	}
}

// Get is an upload under way, with its durable offset.
func (u *Service) Get(ctx context.Context, p pawl.Principal, id pawl.ID) (pawl.Upload, error) {
	up, err := u.rowFor(ctx, p, pawl.ActRead, id)
	if err != nil {
		return pawl.Upload{}, err
	}
	return u.current(ctx, up)
}

// rowFor returns the row of an upload that p may do this to. A principal that may not do
// it to any upload gets that answer whether or not the upload exists.
func (u *Service) rowFor(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID) (pawl.Upload, error) {
	if err := u.Policy(p, do, p.ID); err != nil {
		return pawl.Upload{}, err
	}
	up, err := u.Store.Upload(ctx, id)
	if err != nil {
		return pawl.Upload{}, err
	}
	return up, u.Policy(p, do, up.Owner)
}

// current puts the durable offset into a row, which may lag behind.
func (u *Service) current(ctx context.Context, up pawl.Upload) (_ pawl.Upload, err error) {
	if l := u.here(up.ID); l != nil {
		return l.snapshot(), nil
	}
	if u.expired(up) {
		return pawl.Upload{}, errExpired
	}
	if up.Kind == pawl.Final && up.Length == pawl.UnknownLength {
		if up.Length, err = u.lengthOfParts(ctx, up.Parts); err != nil {
			return pawl.Upload{}, err
		}
	}
	size, err := u.Blobs.Size(ctx, up.ID)
	if err != nil {
		return pawl.Upload{}, err
	}
	if size < up.Progress.Offset {
		return pawl.Upload{}, errLost
	}
	up.Progress.Offset = size
	return up, nil
}

// List returns the uploads under way that p may see, newest first. One that ended
// while the list was made is left out. The policy decides whose uploads those are;
// q.Owner is ignored.
func (u *Service) List(ctx context.Context, p pawl.Principal, q pawl.UploadQuery) (_ []pawl.Upload, err error) {
	if q.Owner, err = u.Policy.Scope(p); err != nil {
		return nil, err
	}
	rows, err := u.Store.Uploads(ctx, q)
	if err != nil {
		return nil, err
	}
	list := rows[:0]
	for _, row := range rows {
		switch now, err := u.current(ctx, row); pawl.KindOf(err) {
		case "":
			list = append(list, now)
		case pawl.Gone:
			list = append(list, row)
		default:
			return nil, err
		}
	}
	return list, nil
}

// Active is what this instance has open now, with durable offsets, for those who
// show progress; they ask [Service.Sees] whom to show it.
func (u *Service) Active() []pawl.Upload {
	open := u.live.all()
	active := make([]pawl.Upload, len(open))
	for i, l := range open {
		active[i] = l.snapshot()
	}
	return active
}

// May reports whether p may do that to the upload: nil, or why not.
func (u *Service) May(ctx context.Context, p pawl.Principal, do pawl.Action, id pawl.ID) error {
	if err := u.Policy(p, do, p.ID); err != nil {
		return err
	}
	if l := u.here(id); l != nil {
		return u.Policy(p, do, l.row().Owner)
	}
	up, err := u.find(ctx, id)
	if err != nil {
		return err
	}
	return u.Policy(p, do, up.Owner)
}

// Sees reports whether p may know of what owner has.
func (u *Service) Sees(p pawl.Principal, owner string) bool {
	return u.Policy(p, pawl.ActRead, owner) == nil
}

// here is the upload if this instance has it open, and certainly no other.
func (u *Service) here(id pawl.ID) *live {
	if l := u.live.get(id); l != nil && u.leases.sure(id) {
		return l
	}
	return nil
}

// open takes the upload up where it is, for a caller that holds its lock.
func (u *Service) open(ctx context.Context, p pawl.Principal, id pawl.ID) (*live, error) {
	if err := u.Policy(p, pawl.ActWrite, p.ID); err != nil {
		return nil, err
	}
	if l := u.live.get(id); l != nil {
		return l, u.Policy(p, pawl.ActWrite, l.row().Owner)
	}
	row, err := u.Store.Upload(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := u.Policy(p, pawl.ActWrite, row.Owner); err != nil {
		return nil, err
	}
	if u.expired(row) {
		return nil, u.expire(ctx, row)
	}
	l, err := u.takeUp(ctx, row)
	if pawl.KindOf(err) == pawl.Gone {
		return nil, u.lose(ctx, row)
	}
	if err != nil {
		return nil, err
	}
	u.live.put(id, l)
	u.closeLongestIdle(ctx)
	return l, nil
}

// commit is a transaction that tells of something: who listens for events is woken.
func (u *Service) commit(ctx context.Context, change func(tx pawl.Tx) error) error {
	err := u.Store.Update(ctx, change)
	if err == nil {
		u.Events.Wake()
	}
	return err
}

// commitHeld is commit for a change to an upload by the one who holds its lock.
func (u *Service) commitHeld(ctx context.Context, id pawl.ID, change func(tx pawl.Tx) error) error {
	return u.commit(ctx, u.held(id, change))
}

// held is a change that is only made while the upload is this instance's.
func (u *Service) held(id pawl.ID, change func(tx pawl.Tx) error) func(tx pawl.Tx) error {
	lease := u.leases.lease(id)
	return func(tx pawl.Tx) error {
		if err := tx.Hold(lease); err != nil {
			return err
		}
		return change(tx)
	}
}

// idSet is a set of ids, safe for concurrent use.
type idSet struct {
	mu  sync.Mutex
	ids map[pawl.ID]struct{}
}

func (s *idSet) add(id pawl.ID) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[pawl.ID]struct{})
	}
	s.ids[id] = struct{}{}
	return func() { s.remove(id) }
}

func (s *idSet) remove(id pawl.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}

func (s *idSet) has(id pawl.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.ids[id]
	return ok
}

// take empties the set and returns what was in it.
func (s *idSet) take() []pawl.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := slices.Collect(maps.Keys(s.ids))
	clear(s.ids)
	return ids
}
