package problem

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pawl"
)

func TestStatus(t *testing.T) {
	for err, want := range map[error]int{
		nil:                                                       200,
		pawl.Errorf(pawl.Invalid, "x"):                            400,
		pawl.Errorf(pawl.Interrupted, "x"):                        400,
		pawl.Errorf(pawl.Forbidden, "x"):                          403,
		pawl.Errorf(pawl.NotFound, "x"):                           404,
		pawl.Errorf(pawl.Conflict, "x"):                           409,
		pawl.Errorf(pawl.Gone, "x"):                               410,
		pawl.Errorf(pawl.TooLarge, "x"):                           413,
		pawl.Errorf(pawl.UnsupportedType, "x"):                    415,
		pawl.Errorf(pawl.Refused, "x"):                            422,
		pawl.Errorf(pawl.Locked, "x"):                             423,
		pawl.Errorf(pawl.Unavailable, "x"):                        503,
		pawl.Errorf(pawl.NoSpace, "x"):                            507,
		pawl.Errorf(pawl.Internal, "x"):                           500,
		pawl.Errorf(pawl.Kind("new kind"), "x"):                   500,
		errors.New("x"):                                           500,
		context.Canceled:                                          400,
		context.DeadlineExceeded:                                  503,
		&http.MaxBytesError{}:                                     413,
		New(416, pawl.Invalid, "x"):                               416,
		pawl.Because(context.Canceled, pawl.Unavailable, "x"):     503,
		fmt.Errorf("around: %w", pawl.Errorf(pawl.NotFound, "x")): 404,
	} {
		if got := Status(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

func TestWriteHidesCauses(t *testing.T) {
	for _, err := range []error{
		errors.New("open /var/lib/pawl/x: EIO"),
		pawl.Because(errors.New("/var/lib/pawl/x"), pawl.NotFound, "no such file"),
		pawl.Errorf(pawl.Internal, "/var/lib/pawl/x"),
		fmt.Errorf("/var/lib/pawl: %w", context.Canceled),
	} {
		var note error
		r := httptest.NewRequest("GET", "/", nil)
		r = r.WithContext(WithNote(r.Context(), &note))
		w := httptest.NewRecorder()
		w.Header().Set(RequestIDHeader, "r-1")
		w.Header().Set("Etag", `"x"`)
		Write(w, r, err)
		if body := w.Body.String(); strings.Contains(body, "/var") || !strings.Contains(body, `"request_id":"r-1"`) {
			t.Errorf("%v: %s", err, body)
		}
		if w.Header().Get("Etag") != "" || w.Header().Get("Content-Type") != ContentType {
			t.Errorf("%v: %v", err, w.Header())
		}
		if !errors.Is(note, err) {
			t.Errorf("%v is not noted: %v", err, note)
		}
	}
}
