package tus

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pawl"
	"pawl/api/problem"
	"pawl/uploads"
)

// check reads the headers into the exchange, and returns an error for what the protocol
// does not allow.
func (x *exchange) check() error {
	r := x.request
	if r.Header.Get("Tus-Resumable") != version {
		return withHeader(problem.New(http.StatusPreconditionFailed, pawl.Invalid,
			"the header Tus-Resumable: 1.0.0 is missing, or another version is asked for"), "Tus-Version", version)
	}
	rest, ok := strings.CutPrefix(r.URL.Path, Path)
	if !ok { // the path without its slash
		rest = ""
	}
	if rest == "" {
		return x.checkCollection()
	}
	return x.checkUpload(rest)
}

func (x *exchange) checkCollection() error {
	if x.request.Method != http.MethodPost {
		return methodNotAllowed("OPTIONS, POST")
	}
	return x.checkCreation()
}

func (x *exchange) checkUpload(rest string) (err error) {
	if x.id, err = pawl.ParseID(rest); err != nil {
		return err
	}
	// tusd's handler takes the id from the path, without the base. The log uses the URL as
	// it came.
	x.request.URL = &url.URL{Path: "/" + rest}
	switch x.request.Method {
	case http.MethodHead, http.MethodDelete:
		return nil
	case http.MethodPatch:
		return x.checkPatch()
	}
	return methodNotAllowed("DELETE, GET, HEAD, OPTIONS, PATCH")
}

// checkPatch reads the headers of a PATCH (tus 1.0, "PATCH").
func (x *exchange) checkPatch() (err error) {
	h := x.request.Header
	if !isOffsetStream(h.Get("Content-Type")) {
		return problem.New(http.StatusUnsupportedMediaType, pawl.Invalid, "the Content-Type of a PATCH must be "+offsetStream)
	}
	h.Set("Content-Type", offsetStream) // tusd's handler accepts it only without parameters
	if x.offset, err = number(h, "Upload-Offset"); err != nil {
		return err
	}
	x.carries = true
	if err := x.checkChecksum(); err != nil {
		return err
	}
	x.length = pawl.UnknownLength
	if len(h.Values("Upload-Length")) > 0 {
		x.length, err = number(h, "Upload-Length")
	}
	return err
}

// checkCreation reads the headers of a POST (tus 1.0, "Creation" and
// "Concatenation").
func (x *exchange) checkCreation() error {
	h := x.request.Header
	if err := x.checkBodyOfCreation(); err != nil {
		return err
	}
	spec, err := parseMetadata(h)
	if err != nil {
		return err
	}
	x.spec = spec
	if err := x.checkConcat(h); err != nil {
		return err
	}
	if x.spec.Kind == pawl.Final {
		return x.checkFinal(h)
	}
	x.spec.Length, err = creationLength(h)
	if err == nil && x.carries && x.spec.Length != pawl.UnknownLength && x.body.known > x.spec.Length {
		err = uploads.ErrTooLong
	}
	return err
}

// checkBodyOfCreation returns an error for bytes that would not be appended: tusd's handler
// ignores them and answers as if they were.
func (x *exchange) checkBodyOfCreation() error {
	if isOffsetStream(x.request.Header.Get("Content-Type")) {
		x.request.Header.Set("Content-Type", offsetStream)
		x.carries = true
		return x.checkChecksum()
	}
	more, err := x.body.peek()
	if err == nil && more {
		err = problem.New(http.StatusUnsupportedMediaType, pawl.Invalid,
			"a creation that brings bytes along must have the Content-Type "+offsetStream)
	}
	return err
}

func creationLength(h http.Header) (int64, error) {
	deferred := h.Values("Upload-Defer-Length")
	switch {
	case len(deferred) == 0:
		return number(h, "Upload-Length")
	case len(h.Values("Upload-Length")) > 0:
		return 0, pawl.Errorf(pawl.Invalid, "Upload-Length and Upload-Defer-Length are mutually exclusive")
	case len(deferred) > 1 || deferred[0] != "1":
		return 0, pawl.Errorf(pawl.Invalid, "Upload-Defer-Length must be 1")
	}
	return pawl.UnknownLength, nil
}

const offsetStream = "application/offset+octet-stream"

func isOffsetStream(contentType string) bool {
	base, _, err := mime.ParseMediaType(contentType)
	return isASCII(contentType) && (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) && base == offsetStream
}

// isASCII reports whether a text is of plain printable characters and blanks.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' || r < ' ' && r != '\t' })
}

// number returns the value of a header that must be there once, in plain digits.
func number(h http.Header, key string) (int64, error) {
	values := h.Values(key)
	if len(values) == 0 {
		return 0, pawl.Errorf(pawl.Invalid, "the header %s is missing", key)
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || len(values) > 1 || values[0][0] < '0' || values[0][0] > '9' {
		return 0, pawl.Errorf(pawl.Invalid, "the header %s must be a non-negative integer", key)
	}
	return n, nil
}

func methodNotAllowed(allow string) error {
	return withHeader(problem.New(http.StatusMethodNotAllowed, pawl.Invalid, "the method is not allowed for this path"), "Allow", allow)
}

// headed is an error whose response has additional headers.
type headed struct {
	error
	header map[string]string
}

func (e headed) Unwrap() error { return e.error }

func withHeader(err error, key, value string) error {
	return headed{err, map[string]string{key: value}}
}

func headersOf(err error) map[string]string {
	if e, ok := errors.AsType[headed](err); ok {
		return maps.Clone(e.header)
	}
	return nil
}
