package main

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// publicURL reads the address people use: scheme and host.
func (p *parser) publicURL() *url.URL {
	text := p.settings.PublicURL
	if text == "" {
		return nil
	}
	u, err := parseOrigin(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		p.fault("public-url", "%q must be the scheme and host of a site alone, such as https://files.example.org: Pawl's paths begin at /", text)
		return nil
	}
	return u
}

// origins reads the origins of other sites, each as browsers send it.
func (p *parser) origins() (origins []string) {
	for _, text := range p.settings.CORSOrigins {
		u, err := parseOrigin(text)
		if err != nil {
			p.fault("cors-origins", "%q is no origin: write scheme, host and port alone, such as https://app.example.org", text)
			continue
		}
		origins = append(origins, u.String())
	}
	return origins
}

// hosts reads the names this server answers to. That of the address it listens on
// is one of them.
func (p *parser) hosts() (hosts []string) {
	for _, text := range p.settings.Hosts {
		name, err := asciiHost(text)
		if err != nil {
			p.fault("hosts", "%q is no host name: write names without scheme and port, such as files.example.org", text)
			continue
		}
		hosts = append(hosts, name)
	}
	if name, _, err := net.SplitHostPort(p.settings.Listen); err == nil && name != "" {
		hosts = append(hosts, name)
	}
	return hosts
}

// public returns the address people use, empty if it is not set.
func (c config) public() string {
	if c.publicURL == nil {
		return ""
	}
	return c.publicURL.String()
}

var (
	errNoOrigin = errors.New("no origin")
	errNoHost   = errors.New("no host name")
)

// defaultPorts are left out of an origin (RFC 6454 section 6.1).
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// parseOrigin reads a scheme and a host, and a port if need be, in the form in which
// browsers send them: in lower case, in ASCII, and without the scheme's default
// port. A slash at the end does no harm; a path, a query or a login is an error.
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

// lookup turns international names into those that browsers look up (UTS 46). It
// passes underscores, which containers have in their names.
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// asciiHost returns a host name or an IP address as it stands in the Host header of a
// browser, without brackets.
func asciiHost(text string) (string, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.String(), nil
	}
	name, err := lookup.ToASCII(text)
	if err == nil && (strings.Trim(name, ".") == "" || len(name) > 253 || strings.ContainsFunc(name, isNotOfHost)) {
		err = errNoHost
	}
	return name, err
}

func isNotOfHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
}
