package tus

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tus/tusd/v2/pkg/handler"
)

// TestRefusalOfTusd has tusd's handler refuse by itself, in the words of its code.
func TestRefusalOfTusd(t *testing.T) {
	for _, refusal := range []handler.Error{handler.ErrReadTimeout, handler.ErrSizeExceeded, handler.ErrMismatchOffset} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPatch, "/files/x", nil)
		a := &response{ResponseWriter: w, x: &exchange{request: r, body: &body{}}}
		a.Header().Set("Upload-Offset", "5")
		a.WriteHeader(refusal.HTTPResponse.StatusCode)
		if n, err := io.WriteString(a, refusal.HTTPResponse.Body); n != len(refusal.HTTPResponse.Body) || err != nil {
			t.Errorf("%s: wrote %d, %v", refusal.ErrorCode, n, err)
		}
		want := "bad request: "
		got := w.Body.String()
		if len(got) <= len(want) || got[:len(want)] != want || w.Header().Get("Upload-Offset") != "" || w.Code != refusal.HTTPResponse.StatusCode {
			t.Errorf("%s: %d %v %q", refusal.ErrorCode, w.Code, w.Header(), got)
		}
	}
}
