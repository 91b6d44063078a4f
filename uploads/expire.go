package uploads

import (
	"context"
	"time"

	"pawl"
)

// Expires is when the upload will be given up if nothing more arrives for it (tus
// 1.0, "Expiration"); the zero time if never.
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

// Grant has no upload expire before until: for when the clock may have jumped, or
// the server was away and clients could not go on.
func (u *Service) Grant(until time.Time) {
	u.graceMu.Lock()
	defer u.graceMu.Unlock()
	u.grace = until
}

func (u *Service) expired(up pawl.Upload) bool {
	expires := u.Expires(up)
	return !expires.IsZero() && u.Now().After(expires)
}

var errExpired = pawl.Errorf(pawl.Gone, "this upload has expired, as nothing arrived for it for too long; begin it again")

// expirePage is how many uploads are ended before the database is asked anew.
const expirePage = 100

// Expire ends the uploads that nothing has arrived for in too long, and frees their
// bytes: partial ones too, also those that are whole and were never joined. It
// returns how many they were.
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

// expireIdle ends one upload if it has expired still, and nobody is at it.
func (u *Service) expireIdle(ctx context.Context, id pawl.ID) bool {
	unlock := u.tryLock(ctx, id)
	if unlock == nil {
		return false
	}
	defer unlock()
	up, err := u.Store.Upload(ctx, id)
	if err != nil || !u.expired(up) || u.live.get(id) != nil {
		return false
	}
	return u.expire(ctx, up) == errExpired //nolint:errorlint // our own sentinel, never wrapped
}

// expire ends an upload that has expired, for a caller that holds its lock. The
// error is [errExpired] once it is ended.
func (u *Service) expire(ctx context.Context, up pawl.Upload) error {
	if err := u.end(context.WithoutCancel(ctx), up, pawl.Expired, errExpired); err != nil {
		return err
	}
	return errExpired
}
