package main

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// publicURL returns the public address, scheme and host only, or nil if it is not set.
func (p *parser) publicURL() *url.URL {
	text := p.settings.PublicURL
	if text == "" {
		return nil
	}
	u, err := parseOrigin(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		p.fault("public-url", "%q must consist of scheme and host, such as https://files.example.org: Pawl cannot be served below a path", text)
		return nil
	}
	return u
}

// origins returns the allowed origins, each in the form that browsers send.
func (p *parser) origins() (origins []string) {
	for _, text := range p.settings.CORSOrigins {
		u, err := parseOrigin(text)
		if err != nil {
			p.fault("cors-origins", "%q is not an origin: use scheme, host and port, such as https://app.example.org", text)
			continue
		}
		origins = append(origins, u.String())
	}
	return origins
}

// hosts returns the host names to accept, including that of the listen address.
func (p *parser) hosts() (hosts []string) {
	for _, text := range p.settings.Hosts {
		name, err := asciiHost(text)
		if err != nil {
			p.fault("hosts", "%q is not a host name: use a name without scheme and port, such as files.example.org", text)
			continue
		}
		hosts = append(hosts, name)
	}
	if name, _, err := net.SplitHostPort(p.settings.Listen); err == nil && name != "" {
		hosts = append(hosts, name)
	}
	return hosts
}

// public returns the public address, or "" if it is not set.
func (c config) public() string {
	if c.publicURL == nil {
		return ""
	}
	return c.publicURL.String()
}

var (
	errNoOrigin = errors.New("not an origin")
	errNoHost   = errors.New("not a host name")
)

// defaultPorts maps schemes to the ports that an origin omits (RFC 6454 section 6.1).
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// parseOrigin parses scheme, host and optional port, and returns them as browsers send
// them: in lower-case ASCII and without the default port of the scheme. A trailing
// slash is ignored; a path, a query or user information is an error.
func parseOrigin(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return nil, errNoOrigin
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != defaultPorts[u.Scheme] {
		host += ":" + port
	}
	return &url.URL{Scheme: u.Scheme, Host: host}, nil
}

// lookup maps internationalized names to ASCII as browsers do (UTS 46). It allows
// underscores, which occur in the names of containers.
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// asciiHost returns a host name or an IP address in the form of a browser's Host
// header, without brackets.
func asciiHost(text string) (string, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.String(), nil
	}
	name, err := lookup.ToASCII(text)
	if err == nil && (strings.Trim(name, ".") == "" || len(name) > 253 || strings.ContainsFunc(name, isNotHostRune)) {
		err = errNoHost
	}
	return name, err
}

func isNotHostRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
}
