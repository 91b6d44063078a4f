package tus_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"pawl"
	"pawl/api/middleware"
	"pawl/api/tus/conformance"
	"pawl/uploads"
)

// outage is a store that can be taken away.
type outage struct {
	pawl.Store
	away *atomic.Bool
}

var errAway = pawl.Because(errors.New("connection refused"), pawl.Unavailable, "the database is away")

func (o outage) Upload(ctx context.Context, id pawl.ID) (pawl.Upload, error) {
	if o.away.Load() {
		return pawl.Upload{}, errAway
	}
	return o.Store.Upload(ctx, id)
}

// TestConformance walks the tus 1.0 text, on SQLite and a disk.
func TestConformance(t *testing.T) {
	const limit = 8 << 20
	now, away := &clock{}, &atomic.Bool{}
	s := start(t, maxSize(limit), now.option(week), func(c *uploads.Config) { c.Store = outage{c.Store, away} })
	const origin = "https://page.example"
	speaking := httptest.NewUnstartedServer(middleware.CORS([]string{origin})(s.Config.Handler))
	speaking.Config.Protocols = new(http.Protocols)
	speaking.Config.Protocols.SetHTTP1(true)
	speaking.Config.Protocols.SetUnencryptedHTTP2(true)
	speaking.Start()
	t.Cleanup(speaking.Close)
	// closed lets go of what is held in memory, so that the database has to be asked.
	closed := func(t testing.TB) {
		s.uploads.SaveProgress(t.Context())
		now.advance(time.Hour)
		s.uploads.SaveProgress(t.Context())
	}
	conformance.Run(t, conformance.Server{
		URL: speaking.URL + "/files/",
		Want: []string{
			"creation", "creation-with-upload", "creation-defer-length", "expiration", "checksum", "checksum-trailer", "termination", "concatenation",
		},
		MaxSize: limit, H2C: true, Origin: origin,
		Content: func(t testing.TB, url string) []byte {
			_, r, err := s.files.Open(t.Context(), pawl.Local, idOf(url))
			check(t, err)
			defer r.Close()
			content, err := io.ReadAll(r)
			check(t, err)
			return content
		},
		Expire: func(t testing.TB, _ string) {
			closed(t)
			now.advance(2 * week)
		},
		Outage: func(t testing.TB, _ string) func() {
			closed(t)
			away.Store(true)
			return func() { away.Store(false) }
		},
	})
}
