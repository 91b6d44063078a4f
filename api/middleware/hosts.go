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

// Hosts refuses requests for host names that are not ours, wherever the server
// listens. A page elsewhere can point its own name at this machine (DNS rebinding);
// the browser then takes Pawl for a part of that page, but still sends the page's
// name in Host. Nobody can do so with a name of loopback, or an IP address: those
// are always ours. A browser never leaves the name out.
func Hosts(names []string) func(http.Handler) http.Handler {
	own := make(map[string]bool, len(names))
	for _, name := range names {
		own[hostname(name)] = true
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := hostname(r.Host); !isNobodysName(name) && !own[name] {
				problem.Write(w, r, misdirected(name))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// misdirected tells the operator what to set (RFC 9110 section 15.5.20).
func misdirected(name string) error {
	return problem.New(http.StatusMisdirectedRequest, pawl.Forbidden, "this server does not answer to the host name "+
		strconv.Quote(name)+"; add it to PAWL_HOSTS, or set PAWL_PUBLIC_URL to the address people use")
}

// isNobodysName reports whether no site can have a name: it is empty, an IP address,
// or of loopback (RFC 6761 section 6.3).
func isNobodysName(name string) bool {
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// hostname returns a Host without its port, brackets and final dot, in lower case.
func hostname(hostport string) string {
	name := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
