package tus_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest gives whole requests to a whole server: no header that a client can
// think of brings it to fall, or comes back as two.
func FuzzRequest(f *testing.F) {
	type request struct{ method, override, path, offset, length, metadata, concat, checksum, body string }
	for _, r := range []request{
		{"POST", "", "", "", "5", "filename YQ==", "", "", ""},
		{"POST", "", "", "", "5", "a,b", "partial", "", "hello"},
		{"POST", "", "", "", "", "", "final;/files/0123456789abcdefghijklmnopqrstuv0123", "", ""},
		{"PATCH", "", "known", "0", "", "", "", "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=", "hello"},
		{"PATCH", "", "known", "3", "9", "", "", "", "lo"},
		{"POST", "DELETE", "known", "", "", "", "", "", ""},
		{"HEAD", "PATCH", "../../x", "0", "", "", "", "", ""},
		{"OPTIONS", "", "", "", "", "", "", "", ""},
	} {
		f.Add(r.method, r.override, r.path, r.offset, r.length, r.metadata, r.concat, r.checksum, r.body)
	}
	s := start(f, maxSize(1000))
	f.Fuzz(func(t *testing.T, method, override, path, offset, length, metadata, concat, checksum, body string) {
		here := *s
		here.t = t
		known := here.create(5)
		path = strings.ReplaceAll(path, "known", string(idOf(known)))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).WithContext(t.Context())
		r.Method, r.URL = method, &url.URL{Path: "/files/" + path}
		for key, value := range map[string]string{
			"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "X-HTTP-Method-Override": override, "Upload-Offset": offset,
			"Upload-Length": length, "Upload-Metadata": metadata, "Upload-Concat": strings.ReplaceAll(concat, "known", known), "Upload-Checksum": checksum,
		} {
			if value != "" {
				r.Header.Set(key, value)
			}
		}
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if w.Code >= 400 && (w.Header().Get("Upload-Offset") != "" || w.Header().Get("Location") != "") {
			t.Errorf("an error has the header %v", w.Header())
		}
		for key, values := range w.Header() {
			if len(values) != 1 || strings.ContainsAny(key+values[0], "\r\n\x00") && !strings.ContainsAny(metadata+concat, "\r\n\x00") {
				t.Errorf("%s is %q", key, values)
			}
		}
	})
}
