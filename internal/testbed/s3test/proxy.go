package s3test

import (
	"io"
	"net/http"
	"testing"

	"pawl/internal/testbed/faultproxy"
)

type (
	// Op is an operation of S3.
	Op = faultproxy.Op
	// Fault is what happens to a call.
	Fault = faultproxy.Fault
	// Proxy is a proxy in front of the S3 server.
	Proxy = faultproxy.Proxy
)

// Faults of any server; see package faultproxy.
var (
	LostAnswer   Fault = faultproxy.LostAnswer
	BrokenBody   Fault = faultproxy.BrokenBody
	BrokenAnswer Fault = faultproxy.BrokenAnswer
)

// The operations of S3 that tests distinguish.
const (
	PutObject  Op = "PutObject"
	GetObject  Op = "GetObject"
	HeadObject Op = "HeadObject"
	Delete     Op = "Delete"
	Create     Op = "CreateMultipartUpload"
	UploadPart Op = "UploadPart"
	CopyPart   Op = "UploadPartCopy"
	Complete   Op = "CompleteMultipartUpload"
	Abort      Op = "AbortMultipartUpload"
	Other      Op = "other"
)

// Operation returns the operation of S3 that a request asks for.
func Operation(r *http.Request) Op {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		return Create
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return Complete
	case r.Method == http.MethodPost && q.Has("delete"), r.Method == http.MethodDelete && !q.Has("uploadId"):
		return Delete
	case r.Method == http.MethodDelete:
		return Abort
	case r.Method == http.MethodPut && q.Has("partNumber") && r.Header.Get("X-Amz-Copy-Source") != "":
		return CopyPart
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return UploadPart
	case r.Method == http.MethodPut:
		return PutObject
	case r.Method == http.MethodHead:
		return HeadObject
	case r.Method == http.MethodGet && !q.Has("list-type") && !q.Has("uploads") && !q.Has("uploadId"):
		return GetObject
	}
	return Other
}

// NewProxy starts a proxy in front of a server, which ends with the test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	return faultproxy.Start(t, s.Address, Operation)
}

// Status responds with an error as S3 does.
func Status(status int, code string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, errorBody(code))
	}
}

func errorBody(code string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>as the test demands</Message></Error>`
}

// ErrorIn200 responds to a completion as S3 does if it fails after it has begun to
// respond.
func ErrorIn200(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, errorBody("InternalError"))
}
