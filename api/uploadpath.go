package api

import (
	"net/http"
	"strings"

	"pawl"
	"pawl/api/middleware"
)

// uploadPath serves /files/: a plain GET or HEAD of a file is a download, everything
// else is tus. A GET that says it is another method (X-HTTP-Method-Override) is not
// plain; the tus handler judges that, and has a download handler of its own for
// what turns out to be a GET. It finds out who asks by itself: uploads have secrets.
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

// isDownload reports whether a request below /files/ is for a file's bytes. A HEAD
// without Tus-Resumable is for those of a file; for an upload it is an error of the
// protocol (tus 1.0, "Tus-Resumable").
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

// mayBeFile reports whether the file named by the path is there, for all that can be
// said: a download tells what went wrong.
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

// wantsBody reports whether a request's handler may read its body: of one whose
// method gives bodies no meaning, only if the tus handler is told of another method.
func wantsBody(r *http.Request) bool {
	switch r.Method {
	case http.MethodPost, http.MethodPatch:
		return true
	}
	return strings.HasPrefix(r.URL.Path, "/files") && r.Header.Get("X-HTTP-Method-Override") != ""
}

func (c Config) download() http.Handler {
	return Download(DownloadConfig{Files: c.Files, Metrics: c.Metrics, Redirects: c.Redirects, Stall: c.Stall})
}
