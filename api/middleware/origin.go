package middleware

import (
	"fmt"
	"net/http"

	"pawl"
	"pawl/api/problem"
)

// SameOrigin refuses requests that change something and come from a page of
// another origin, save the trusted ones (Fetch metadata, see
// [http.CrossOriginProtection]). An origin that makes no sense is an error.
func SameOrigin(trusted []string) (func(http.Handler) http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("api: allowed origin %q: %w", origin, err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problem.Write(w, r, pawl.Errorf(pawl.Forbidden, "pages of other sites cannot do this"))
	}))
	return guard.Handler, nil
}
