package uploads

import (
	"context"
	"time"

	"pawl"
)

// Expires returns when an upload expires if nothing more arrives for it (tus 1.0,
// "Expiration"); the zero time if never.
func (u *Service) Expires(up pawl.Upload) time.Time {
	if u.Expiry == 0 || up.Filed {
		return time.Time{}
	}
	u.graceMu.Lock()
	defer u.graceMu.Unlock()
	expires := up.UpdatedAt.Add(u.Expiry)
	if expires.Before(u.grace) {
		return u.grace
	}
	return expires
}

// PostponeExpiry has no upload expire before until: for when the clock may have jumped, or
// the server was down and clients could not resume.
func (u *Service) PostponeExpiry(until time.Time) {
	u.graceMu.Lock()
	defer u.graceMu.Unlock()
	u.grace = until
}

func (u *Service) expired(up pawl.Upload) bool {
	expires := u.Expires(up)
	return !expires.IsZero() && u.Now().After(expires)
}

var errExpired = pawl.Errorf(pawl.Gone, "this upload has expired; create a new one")

// expirePage is how many uploads are ended before the database is asked again.
const expirePage = 100

// Expire ends the uploads for which nothing has arrived in too long, and deletes their
// bytes: partial ones too, also those that are complete and were never joined. It returns
// how many they were.
func (u *Service) Expire(ctx context.Context) (ended int, err error) {
	if u.Expiry == 0 {
		return 0, nil
	}
	for ctx.Err() == nil {
		ids, err := u.Store.IdleUploads(ctx, u.Now().Add(-u.Expiry), expirePage)
		if err != nil {
			return ended, err
		}
		before := ended
		for _, id := range ids {
			if u.expireIdle(ctx, id) {
				ended++
			}
		}
		if len(ids) < expirePage || ended == before {
			return ended, nil
		}
	}
	return ended, ctx.Err()
}

// expireIdle ends one upload if it has expired still, and nobody uses it.
func (u *Service) expireIdle(ctx context.Context, id pawl.ID) bool {
	unlock := u.tryLock(ctx, id)
	if unlock == nil {
		return false
	}
	defer unlock()
	up, err := u.Store.Upload(ctx, id)
	if err != nil || !u.expired(up) || u.writers.get(id) != nil {
		return false
	}
	return u.expire(ctx, up) == errExpired //nolint:errorlint // our own sentinel, never wrapped
}
