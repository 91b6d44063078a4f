package middleware

import (
	"net/http"
	"slices"
	"strings"
)

// The methods, request headers and response headers allowed for pages of other origins
// (Fetch standard, "CORS protocol"): those that tus-js-client, Uppy, Companion and the
// REST API use.
var (
	corsMethods = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"

	corsRequestHeaders = strings.Join([]string{
		"Authorization", "Content-Type", "If-Match", "If-None-Match", "If-Range", "Last-Event-ID",
		"Origin", "Range", "Tus-Resumable", "Upload-Checksum", "Upload-Concat", "Upload-Defer-Length",
		"Upload-Length", "Upload-Metadata", "Upload-Offset", "Uppy-Auth-Token", "Uppy-Versions",
		"X-HTTP-Method-Override", "X-Request-ID", "X-Requested-With",
		"*", // custom headers, for proxies in front of Pawl
	}, ", ")

	corsResponseHeaders = strings.Join([]string{
		"Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Location", "Repr-Digest", "Retry-After",
		"Tus-Checksum-Algorithm", "Tus-Extension", "Tus-Max-Size", "Tus-Resumable", "Tus-Version",
		"Upload-Concat", "Upload-Defer-Length", "Upload-Expires", "Upload-Length", "Upload-Limit",
		"Upload-Metadata", "Upload-Offset", "X-Request-Id",
	}, ", ")
)

// CORS allows pages of the given origins to use the server, and answers their preflight
// requests. It does not allow credentials such as cookies.
func CORS(origins []string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(origins) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Add("Vary", "Origin")
			origin := r.Header.Get("Origin")
			if !slices.Contains(origins, origin) {
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
			if isPreflight(r) {
				preflight(w)
				return
			}
			h.Set("Access-Control-Expose-Headers", corsResponseHeaders)
			next.ServeHTTP(w, r)
		})
	}
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsRequestHeaders)
	h.Set("Access-Control-Max-Age", "7200") // the maximum in Chromium
	w.WriteHeader(http.StatusNoContent)
}
