package middleware

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

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

// Hosts refuses requests for host names that are not ours. A page elsewhere can
// point its own name at this machine (DNS rebinding); the browser then takes
// Pawl for a part of that page, but still says the page's name in Host. The
// loopback names are always ours. Without any names, every host passes.
func Hosts(names []string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(names) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !ownHost(r.Host, names) {
				problem.Write(w, r, pawl.Errorf(pawl.Forbidden,
					"this server does not go by that host name; set PAWL_PUBLIC_URL to the address it is reached at"))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func ownHost(hostport string, names []string) bool {
	name := hostname(hostport)
	if name == "localhost" {
		return true
	}
	if ip, err := netip.ParseAddr(name); err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	return slices.ContainsFunc(names, func(own string) bool { return hostname(own) == name })
}

// hostname is a Host without its port, brackets and final dot, in lower case.
func hostname(hostport string) string {
	name := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
