package middleware

import (
	"fmt"
	"net/http"

	"pawl"
	"pawl/api/problem"
)

// SameOrigin rejects requests with unsafe methods from pages of other origins, except the
// trusted ones: see [http.CrossOriginProtection]. It returns an error if an origin is
// invalid.
func SameOrigin(trusted []string) (func(http.Handler) http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("api: allowed origin %q: %w", origin, err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problem.Write(w, r, pawl.Errorf(pawl.Forbidden, "cross-origin requests are not allowed"))
	}))
	return guard.Handler, nil
}
