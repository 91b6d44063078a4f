package tusclient

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// StatusError is a response with a status other than 2xx.
type StatusError struct {
	Method     string
	Code       int
	Text       string        // message of the server in one line; may be empty
	RetryAfter time.Duration // 0 if not sent
}

func (e *StatusError) Error() string {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", e.Code, http.StatusText(e.Code)))
	if e.Text == "" {
		return fmt.Sprintf("the response to %s is %s", e.Method, status)
	}
	return fmt.Sprintf("%s (%s)", e.Text, status)
}

const statusChecksumMismatch = 460 // tus 1.0, "Checksum"

var errSilent = errors.New("timeout: the server neither read the request nor responded")

// unusable is a permanent error: a local one, or a violation of the protocol by the
// server.
type unusable struct{ error }

func (e unusable) Unwrap() error { return e.error }

func unusablef(format string, args ...any) error { return unusable{fmt.Errorf(format, args...)} }

func statusError(method string, answer *http.Response, text []byte) error {
	e := &StatusError{Method: method, Code: answer.StatusCode, RetryAfter: retryAfter(answer.Header)}
	if to := answer.Header.Get("Location"); answer.StatusCode/100 == 3 {
		e.Text = fmt.Sprintf("the server redirects to %s", to)
		return e
	}
	e.Text = explanation(answer.Header.Get("Content-Type"), text)
	return e
}

// explanation returns the message in an error response: plain text, or the detail of a
// problem (RFC 9457). It returns "" if there is none for users.
func explanation(contentType string, body []byte) string {
	var problem struct{ Detail string }
	switch {
	case strings.Contains(contentType, "html"):
		return ""
	case strings.Contains(contentType, "json"):
		if json.Unmarshal(body, &problem) != nil {
			return ""
		}
		return problem.Detail
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "")), " ")
}

// retryAfter returns the value of Retry-After in either form (RFC 9110 section 10.2.3), 0
// if it is missing.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// gone reports whether the upload no longer exists and must be started again.
func gone(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return errors.Is(err, errOther) || ok && (e.Code == http.StatusNotFound || e.Code == http.StatusGone)
}

// isTemporary reports whether a retry may succeed.
func isTemporary(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		switch e.Code {
		case http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests, http.StatusRequestTimeout,
			http.StatusTooEarly, statusChecksumMismatch:
			return true
		case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
			return false
		}
		return e.Code >= 500
	}
	if _, ok := errors.AsType[unusable](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	return !errors.Is(err, context.Canceled)
}

// plain removes method and URL from an error of net/http.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
