package tus

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pawl/api/problem"
)

// response is tusd's handler's response, corrected just before it is sent.
type response struct {
	http.ResponseWriter
	x       *exchange
	status  int
	instead string // sent instead of the text of tusd's handler, unless it is empty
}

// Unwrap is for [http.ResponseController].
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *response) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
		r.finishHeader()
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *response) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	if r.instead == "" {
		return r.ResponseWriter.Write(p)
	}
	if _, err := io.WriteString(r.ResponseWriter, r.instead); err != nil {
		return 0, err
	}
	return len(p), nil
}

// inOurWords replaces the text of an error that is tusd's own. It has no Content-Type, and
// is written at once.
func (r *response) inOurWords(h http.Header) {
	if h.Get("Content-Type") != "" || r.x.request.Method == http.MethodHead {
		return
	}
	r.instead = "bad request: " + strings.ToLower(http.StatusText(r.status)) + "\n"
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(r.instead)))
}

func (r *response) finishHeader() {
	// tusd's deadline was set when the request came; a join may have taken longer.
	_ = http.NewResponseController(r.ResponseWriter).SetWriteDeadline(time.Now().Add(stallTimeout))
	h, x := r.Header(), r.x
	if x.request.ProtoMajor == 1 && (r.status >= 400 && x.body.unread() || x.body.isStopped()) {
		h.Set("Connection", "close") // it has some of the body in it still, or a deadline that has passed
	}
	if x.request.Method == http.MethodHead {
		h.Set("Cache-Control", "no-store")
	}
	if !x.expires.IsZero() && r.leavesUpload() {
		h.Set("Upload-Expires", x.expires.UTC().Format(http.TimeFormat)) // tus 1.0, "Expiration"
	}
	if r.status >= 400 {
		r.inOurWords(h)
		h.Del("Upload-Offset") // some clients take any response that has one for success
		h.Del("Location")
		return
	}
	if x.location != "" {
		h.Set("Location", x.url())
	}
	switch x.request.Method {
	case http.MethodHead:
		setIfAny(h, "Upload-Metadata", x.metadata)
		setIfAny(h, "Upload-Concat", x.concat)
		if x.joining {
			h.Del("Upload-Offset") // tus 1.0, "Concatenation": there is none before the join
		}
		h.Del("Content-Length") // no GET returns a body of that length
	case http.MethodPost:
		setIfAny(h, "Upload-Concat", x.concat)
		if x.spec.Length < 0 {
			h.Set("Upload-Defer-Length", "1")
		}
	}
}

// leavesUpload reports whether the upload still exists after this response.
func (r *response) leavesUpload() bool {
	switch r.status {
	case http.StatusConflict, http.StatusLocked, problem.StatusChecksumMismatch, http.StatusServiceUnavailable:
		return r.x.begun == ""
	}
	return r.status < 400
}

func setIfAny(h http.Header, key, value string) {
	if value != "" {
		h.Set(key, value)
	}
}
