package tus

import (
	"context"
	"net/http"

	"github.com/tus/tusd/v2/pkg/handler"

	"pawl"
	"pawl/uploads"
)

// locker has tusd's handler open a session where it takes a lock.
type locker struct{ uploads *uploads.Service }

func (l locker) NewLock(id string) (handler.Lock, error) {
	return &lock{uploads: l.uploads, id: pawl.ID(id)}, nil
}

type lock struct {
	uploads *uploads.Service
	id      pawl.ID
	session *uploads.Session
}

// Lock opens the upload for a PATCH, or for a creation that appends. A HEAD disturbs
// nobody, and a DELETE takes the lock by itself.
func (l *lock) Lock(ctx context.Context, _ func()) (err error) {
	x := exchangeOf(ctx)
	if m := x.request.Method; m == http.MethodHead || m == http.MethodDelete || m == http.MethodPost && x.begun == "" {
		return nil
	}
	// tusd's own release would fail a request whose body has all arrived.
	l.session, err = l.uploads.Open(ctx, x.principal, l.id, x.body.interrupt)
	if err != nil {
		return x.toTus(err)
	}
	x.session = l.session
	return nil
}

func (l *lock) Unlock() error {
	if l.session != nil {
		l.session.Close()
	}
	return nil
}
