package api

import (
	"net/http"
	"strings"

	"pawl"
	"pawl/api/middleware"
)

// uploadPath returns the handler of /files/: downloads, and tus for everything else. A
// GET with X-HTTP-Method-Override goes to the tus handler, which has a download handler
// for those that are downloads after all. The tus handler authenticates requests itself,
// because of upload tokens.
func (c Config) uploadPath() http.Handler {
	download := middleware.Principal(c.principal())(c.download())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.isDownload(r) {
			download.ServeHTTP(w, r)
			return
		}
		c.Tus.ServeHTTP(w, r)
	})
}

// isDownload reports whether a request below /files/ is a download. A HEAD without
// Tus-Resumable is one if it is for a file; for an upload it violates the protocol (tus
// 1.0, "Tus-Resumable").
func (c Config) isDownload(r *http.Request) bool {
	if r.Header.Get("X-HTTP-Method-Override") != "" || len(r.URL.Path) <= len(tusPath) {
		return false
	}
	switch r.Method {
	case http.MethodGet:
		return true
	case http.MethodHead:
		return len(r.Header.Values("Tus-Resumable")) == 0 && c.mayBeFile(r)
	}
	return false
}

// mayBeFile reports whether the path is that of a file. If that cannot be determined, it
// returns true, so that the download handler reports the error.
func (c Config) mayBeFile(r *http.Request) bool {
	p, err := c.principal()(r)
	if err != nil {
		return true
	}
	id, err := fileID(idOf(r))
	if err == nil {
		_, err = c.Files.Get(r.Context(), p, id)
	}
	return pawl.KindOf(err) != pawl.NotFound
}

// readsBody reports whether a handler may read the body of a request: for methods other
// than POST and PATCH only if X-HTTP-Method-Override can change the method.
func readsBody(r *http.Request) bool {
	switch r.Method {
	case http.MethodPost, http.MethodPatch:
		return true
	}
	return strings.HasPrefix(r.URL.Path, "/files") && r.Header.Get("X-HTTP-Method-Override") != ""
}

func (c Config) download() http.Handler {
	return Download(DownloadConfig{Files: c.Files, Metrics: c.Metrics, Redirects: c.Redirects, Stall: c.Stall})
}
