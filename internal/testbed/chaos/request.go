package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// answer is a response whose body has been read.
type answer struct {
	status int
	http.Header
	body []byte
}

var (
	errOutage  = errors.New("an error status in an outage")
	errStalled = errors.New("nothing moved any more")
)

// request sends a request. An error means that no whole response came. The request is
// canceled when nothing has moved for as long as patience.
func (r *Rig) request(ctx context.Context, patience time.Duration, method, path string, body *body, header ...string) (answer, error) {
	return r.requestURL(ctx, patience, method, r.URL+path, body, header...)
}

func (r *Rig) requestURL(ctx context.Context, patience time.Duration, method, url string, body *body, header ...string) (answer, error) {
	before := r.outage.Load()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(patience, func() { cancel(errStalled) })
	defer stalled.Stop()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return answer{}, err
	}
	if body != nil && body.size > 0 {
		body.moved = func() { stalled.Reset(patience) }
		req.Body, req.ContentLength = io.NopCloser(body), body.size
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := r.http.Do(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), errStalled) && r.Hung != nil {
			r.Hung(method + " " + url)
		}
		return answer{}, errors.Join(err, context.Cause(ctx))
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode >= 400 && r.inOutageSince(before) {
		err = errOutage
	}
	return answer{res.StatusCode, res.Header, text}, err
}

// Get reads a response of the REST API into a value.
func (r *Rig) Get(path string, into any) error { return r.get(r.Ctx, path, into) }

func (r *Rig) get(ctx context.Context, path string, into any) error {
	a, err := r.request(ctx, time.Minute, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("GET %s: status %d: %s", path, a.status, a.body)
	}
	return json.Unmarshal(a.body, into)
}
