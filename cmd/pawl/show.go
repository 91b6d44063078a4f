package main

import (
	"fmt"
	"net/url"
	"strings"
)

// configCommand prints the settings in effect, as a file that --config takes.
type configCommand struct{}

func (configCommand) Run(a *app) error {
	for _, s := range a.settings.each() {
		if s.flag == "config" {
			continue
		}
		if _, err := fmt.Fprintf(a.stdout, "%s: %s\n", s.flag, s.shown()); err != nil {
			return err
		}
	}
	_, err := a.config()
	return err
}

// shown is the value as YAML, without what is secret in it.
func (s setting) shown() string {
	switch value := s.value.Interface().(type) {
	case list:
		entries := make([]string, len(value))
		for i, entry := range value {
			entries[i] = quoted(entry)
		}
		return "[" + strings.Join(entries, ", ") + "]"
	case toggle:
		if value == "" {
			return "false"
		}
		return quoted(string(value))
	case secret:
		return quoted(value.String())
	case string:
		return quoted(withoutPassword(value))
	default:
		return quoted(fmt.Sprint(value))
	}
}

// quoted leaves plain words as they are: YAML takes only some of them for
// something else.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("./-_:", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasSuffix(text, ":") {
		return text
	}
	return fmt.Sprintf("%q", text)
}

// harmless are the parts of a query that say where something is. Everything else
// may be secret.
var harmless = map[string]bool{
	"endpoint": true, "region": true, "path-style": true,
	"host": true, "port": true, "dbname": true, "sslmode": true, "sslrootcert": true, "pool_max_conns": true,
}

// withoutPassword hides what of a URL can be secret: a password, and the values of
// its query.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		if scheme, _, ok := strings.Cut(text, "://"); ok {
			return scheme + "://xxxxx"
		}
		return text
	}
	if u.User == nil && u.RawQuery == "" {
		return text
	}
	query := u.Query()
	for key := range query {
		if !harmless[key] {
			query.Set(key, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}
