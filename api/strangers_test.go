package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"pawl"
)

// requestID matches the part in which equal responses differ.
var requestID = regexp.MustCompile(`"request_id":"[^"]*"|Request [0-9a-v]+`)

// TestStrangersLearnNothing checks that requests for the files of other users get the same
// responses as those for files that do not exist, and that the zero principal is always
// rejected.
func TestStrangersLearnNothing(t *testing.T) {
	h := newHarness(t, byHeader)
	ann := pawl.Principal{ID: "ann"}
	file, upload := h.putFor(ann, "a", "", "12345").ID, string(h.begin(ann, "b", "", 10))
	missing := string(pawl.NewID(h.files.Now()))
	for _, c := range []struct{ method, path, there, body string }{
		{"GET", "/api/v1/files/{id}", file, ""},
		{"PATCH", "/api/v1/files/{id}", file, `{"name":"x"}`},
		{"DELETE", "/api/v1/files/{id}", file, ""},
		{"GET", "/api/v1/files/{id}/content", file, ""},
		{"GET", "/files/{id}", file, ""},
		{"POST", "/api/v1/files/delete", file, `{"ids":["{id}"]}`},
		{"GET", "/api/v1/uploads/{id}", upload, ""},
		{"DELETE", "/api/v1/uploads/{id}", upload, ""},
		{"DELETE", "/api/v1/uploads/{id}/token", upload, ""},
	} {
		for _, who := range []string{"bob", ""} {
			for _, accept := range []string{"*/*", "text/html"} {
				answer := func(id string) (int, string) {
					headers := []string{"X-Principal", who, "Accept", accept}
					if c.body != "" {
						headers = append(headers, "Content-Type", "application/json")
					}
					resp, text := h.do(c.method, strings.ReplaceAll(c.path, "{id}", id), strings.ReplaceAll(c.body, "{id}", id), headers...)
					return resp.StatusCode, strings.ReplaceAll(requestID.ReplaceAllString(text, ""), id, "{id}")
				}
				status, text := answer(c.there)
				statusOfNothing, textOfNothing := answer(missing)
				if status != statusOfNothing || text != textOfNothing {
					t.Errorf("%s %s as %q: %d %s, but of nothing %d %s", c.method, c.path, who, status, text, statusOfNothing, textOfNothing)
				}
				if who == "" && status != http.StatusForbidden {
					t.Errorf("%s %s as nobody: %d", c.method, c.path, status)
				}
			}
		}
	}
	for _, path := range []string{"/api/v1/files", "/api/v1/uploads", "/api/v1/stats", eventsPath} {
		if resp, text := h.do("GET", path, "", "X-Principal", ""); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s as nobody: %s %s", path, resp.Status, text)
		}
	}
	if _, err := h.files.Get(t.Context(), ann, pawl.ID(file)); err != nil {
		t.Error(err)
	}
}
