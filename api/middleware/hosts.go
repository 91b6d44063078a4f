package middleware

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"pawl"
	"pawl/api/problem"
)

// Hosts rejects requests whose Host is not in names with 421. This prevents DNS
// rebinding: a web page whose host name resolves to this machine would have the same
// origin as Pawl, but the browser sends that name in Host. Loopback names, IP addresses
// and an empty Host, which browsers never send, are always accepted.
func Hosts(names []string) func(http.Handler) http.Handler {
	own := make(map[string]bool, len(names))
	for _, name := range names {
		own[hostname(name)] = true
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := hostname(r.Host); !isUnownable(name) && !own[name] {
				problem.Write(w, r, misdirected(name))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// misdirected returns a 421 problem (RFC 9110 section 15.5.20).
func misdirected(name string) error {
	return problem.New(http.StatusMisdirectedRequest, pawl.Forbidden, "the host name "+
		strconv.Quote(name)+" is not accepted; add it to PAWL_HOSTS, or set PAWL_PUBLIC_URL to the public address")
}

// isUnownable reports whether no site can own a name: it is empty, an IP address or a
// loopback name (RFC 6761 section 6.3).
func isUnownable(name string) bool {
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// hostname returns a Host header in lower case, without port, brackets and trailing dot.
func hostname(hostport string) string {
	name := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
