package tus

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"pawl"
	"pawl/uploads"
)

// exchange is one request and its response. It is in the context that tusd's handler passes
// to the store and the locker.
type exchange struct {
	*server
	principal pawl.Principal
	request   *http.Request
	response  *response
	body      *body

	id      pawl.ID      // of the upload the URL names; empty for POST
	spec    uploads.Spec // of a POST
	offset  int64        // of a PATCH
	length  int64        // Upload-Length of a PATCH, or pawl.UnknownLength
	carries bool         // the body is meant to be appended
	trailer http.Header  // filled in when the body has been read

	declares int64             // the length to be declared with the body; or pawl.UnknownLength
	checksum *uploads.Checksum // of the body; nil if the client sends none

	session  *uploads.Session // of a request that appends
	begun    pawl.ID          // the upload that this POST has created, to be aborted should it fail
	location pawl.ID          // the upload that the response points to
	token    string           // of that upload, if it was given one
	joining  bool             // that upload waits for its parts
	expires  time.Time        // of that upload; zero: never, or there is nothing to expire
	metadata string           // Upload-Metadata to echo, as it came
	concat   string           // Upload-Concat to echo, as it came
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeOf(ctx context.Context) *exchange {
	return ctx.Value(exchangeKey{}).(*exchange)
}

func shuttingDown(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), handler.ErrServerShutdown)
}

// end does what has to follow the response.
func (x *exchange) end() {
	ctx := context.WithoutCancel(x.request.Context())
	switch status := x.response.status; {
	case status < 400:
		return
	case status == http.StatusGone:
		x.follow(ctx, x.Uploads.Advance(ctx, x.id)) // ends it
	case x.begun != "":
		// A creation that failed leaves nothing: its client does not know the URL, and
		// starts again.
		x.follow(ctx, x.Uploads.Abort(ctx, x.principal, x.begun))
	}
	x.body.drain(x.request)
}

func (x *exchange) follow(ctx context.Context, err error) {
	if kind := pawl.KindOf(err); err != nil && kind != pawl.NotFound && kind != pawl.Gone {
		x.Log.WarnContext(ctx, "cleaning up after a failed request failed", "error", err)
	}
}
