// Package redact removes secrets from settings and URLs before they are printed.
package redact

import (
	"net/url"
	"regexp"
	"strings"
)

// Hidden replaces redacted text.
const Hidden = "xxxxx"

// Address returns text with secrets replaced by [Hidden]:
//
//   - in URLs user and password, and query options except those that locate something;
//   - in URLs other than those of databases, buckets and files also the path: that of a
//     webhook is often its only secret;
//   - malformed URLs, and connection strings such as "host=db password=…", completely.
//
// Other text is returned unchanged.
func Address(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case ok && schemeName.MatchString(scheme):
		return scheme + "://" + afterScheme(scheme, rest, text)
	case ok || credentials.MatchString(text):
		return Hidden
	}
	scheme, rest, _ = strings.Cut(text, ":")
	if rest != "" && networkSchemes[strings.ToLower(scheme)] {
		return scheme + ":" + Hidden
	}
	return text
}

var (
	schemeName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*$`)
	// credentials matches "password=…" with any of the usual names, and "user:password@".
	credentials = regexp.MustCompile(`(?i)(pass|pwd|secret|token|key|auth|user)\w*\s*[=:]|:[^/\s]*@|^[^/\s]+@`)
)

// networkSchemes are the schemes of URLs that require // after the colon. In other text a
// colon precedes a port or a path.
var networkSchemes = map[string]bool{"postgres": true, "postgresql": true, "mysql": true, "s3": true, "http": true, "https": true}

// pathSchemes are the schemes of URLs whose path is a database, a prefix or a file.
var pathSchemes = map[string]bool{"postgres": true, "postgresql": true, "s3": true, "sqlite": true, "file": true}

// afterScheme returns the redacted part of a URL after "://".
func afterScheme(scheme, rest, text string) string {
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	u, err := url.Parse(text)
	// An unescaped / or ? in a password ends the authority early.
	if err != nil || strings.Contains(rest[end:], "@") {
		return Hidden
	}
	shown := u.Host
	if u.User != nil {
		shown = Hidden + "@" + shown
	}
	if !pathSchemes[strings.ToLower(scheme)] {
		if strings.Trim(rest[end:], "/") != "" {
			return shown + "/" + Hidden
		}
		return shown + rest[end:]
	}
	shown += u.EscapedPath()
	if u.RawQuery != "" {
		shown += "?" + query(u.RawQuery)
	}
	if u.Fragment != "" {
		shown += "#" + Hidden
	}
	return shown
}

// harmless are query options that are not secret.
var harmless = map[string]bool{
	"endpoint": true, "region": true, "path-style": true, "equal-parts": true, "checksums": true,
	"host": true, "port": true, "dbname": true, "sslmode": true, "sslrootcert": true, "target_session_attrs": true,
	"connect_timeout": true, "pool_max_conns": true,
}

// query redacts the values of all options that are not harmless.
func query(raw string) string {
	options := strings.Split(raw, "&")
	for i, option := range options {
		name, value, ok := strings.Cut(option, "=")
		text, err := url.QueryUnescape(value)
		switch {
		case !ok:
			options[i] = Hidden
		case !harmless[name] || err != nil:
			options[i] = name + "=" + Hidden
		case Address(text) != text:
			options[i] = name + "=" + url.QueryEscape(Address(text))
		}
	}
	return strings.Join(options, "&")
}
