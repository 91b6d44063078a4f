package tus

import (
	"context"
	"net/http"

	"github.com/tus/tusd/v2/pkg/handler"

	"pawl"
	"pawl/uploads"
)

// locker lends tusd's handler the domain's locks.
type locker struct{ uploads *uploads.Service }

func (l locker) NewLock(id string) (handler.Lock, error) {
	return &lock{uploads: l.uploads, id: pawl.ID(id), unlock: func() {}}, nil
}

type lock struct {
	uploads *uploads.Service
	id      pawl.ID
	unlock  func()
}

// Lock waits for the upload to be this request's. Only a PATCH, and a creation
// that appends, need that: a HEAD disturbs nobody, and a DELETE takes the lock by
// itself. Whose the upload is comes first: a stranger must not stop a transfer by
// asking for it.
func (l *lock) Lock(ctx context.Context, _ func()) error {
	x := exchangeOf(ctx)
	if m := x.request.Method; m == http.MethodHead || m == http.MethodDelete || m == http.MethodPost && x.begun == "" {
		return nil
	}
	if err := l.uploads.May(ctx, x.principal, pawl.ActWrite, l.id); err != nil {
		return x.toTus(err)
	}
	// tusd's own way of letting go would fail a request whose body has all arrived.
	unlock, err := l.uploads.Lock(ctx, l.id, x.body.interrupt)
	if err != nil {
		return x.toTus(err)
	}
	l.unlock = unlock
	return nil
}

func (l *lock) Unlock() error {
	l.unlock()
	return nil
}
