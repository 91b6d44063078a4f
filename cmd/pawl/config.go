package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pawl/cmd/internal/redact"
	"pawl/hooks/filetype"
	"pawl/hooks/httphook"
	"pawl/storage/s3"
)

// config is the validated configuration.
type config struct {
	listen      string
	publicURL   *url.URL // nil if not set
	hosts       []string // accepted in Host headers, beside those that always are
	corsOrigins []string
	shutdown    time.Duration

	dataDir  string
	sqlite   string    // path of the SQLite file; empty with PostgreSQL
	postgres string    // URL of the PostgreSQL database
	blobs    string    // parent directory of the blobs; empty with S3
	bucket   s3.Config // if blobs is empty
	s3Memory int64     // bytes of memory for uploads that are not in the bucket yet

	redirect  bool     // redirect downloads to the bucket
	cdn       *url.URL // CDN in front of the bucket; nil if none
	cdnSecret string   // key that signs links to the CDN; empty for none

	maxSize int64         // bytes, 0 for no limit
	expiry  time.Duration // idle time after which uploads expire, 0 for never
	h2c     bool          // accept HTTP/2 without TLS
	window  int           // HTTP/2 receive window in bytes
	types   filetype.Config
	hook    httphook.Config // no hook if its URL is empty

	logFormat string
	logLevel  slog.Level
}

// configError lists everything that is wrong with the settings.
type configError []string

func (e configError) Error() string {
	if len(e) == 1 {
		return "invalid configuration:\n  " + e[0]
	}
	return fmt.Sprintf("invalid configuration, %d problems:\n  %s", len(e), strings.Join(e, "\n  "))
}

// parser converts settings to a config and collects faults.
type parser struct {
	settings *settings
	faults   configError
}

// fault records a fault in the setting of the given flag. Quoted values of settings are
// redacted, as by [setting.shown].
func (p *parser) fault(flag, format string, args ...any) {
	env := "PAWL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
	text := fmt.Sprintf(format, args...)
	for _, s := range p.settings.each() {
		for _, value := range s.texts() {
			if shown := redact.Address(value); shown != value {
				text = strings.ReplaceAll(text, fmt.Sprintf("%q", value), fmt.Sprintf("%q", shown))
			}
		}
	}
	p.faults = append(p.faults, fmt.Sprintf("%s (--%s): %s", env, flag, text))
}

// parse returns the config for the settings, and all faults.
func (s *settings) parse() (config, configError) {
	p := parser{settings: s}
	c := config{
		listen:      p.listen(),
		publicURL:   p.publicURL(),
		hosts:       p.hosts(),
		corsOrigins: p.origins(),
		shutdown:    p.duration("shutdown-timeout", s.ShutdownTime),
		dataDir:     filepath.Clean(s.DataDir),
		maxSize:     p.maxSize(),
		expiry:      p.expiry(),
		h2c:         p.toggle("h2c", s.H2C),
		window:      p.window(),
		types:       p.types(),
		hook:        p.hook(),
		logFormat:   p.oneOf("log-format", s.LogFormat, "auto", "text", "json"),
		logLevel:    p.logLevel(),
	}
	p.database(&c)
	p.storage(&c)
	p.downloads(&c)
	return c, p.faults
}

func (p *parser) listen() string {
	address := p.settings.Listen
	insecure := p.toggle("insecure-listen", p.settings.InsecureListen)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		p.fault("listen", "%q is not an address: use HOST:PORT, such as 127.0.0.1:8080", address)
		return ""
	}
	if _, err := net.LookupPort("tcp", port); err != nil || port == "" {
		p.fault("listen", "%q has no valid port: use a number from 0 to 65535", address)
		return ""
	}
	if !isLoopback(host) && !insecure {
		p.fault("listen", "%q can be reached from other machines, and this version of Pawl has no login: everybody who can connect "+
			"could read and delete everything. Listen on 127.0.0.1 behind an authenticating proxy, or set "+
			"PAWL_INSECURE_LISTEN=true (--insecure-listen) to accept the risk", address)
	}
	return address
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (p *parser) maxSize() int64 {
	size, err := parseSize(p.settings.MaxSize)
	if err != nil {
		p.fault("max-size", "%v", err)
	}
	return size
}

// never is the value of PAWL_UPLOAD_EXPIRY that disables expiry.
const never = "never"

func (p *parser) expiry() time.Duration {
	if p.settings.UploadExpiry == never {
		return 0
	}
	return p.duration("upload-expiry", p.settings.UploadExpiry)
}

// Limits of the HTTP/2 receive window in bytes: at least the initial window of the
// protocol, at most what Go's server accepts.
const (
	minWindow = 64 << 10
	maxWindow = 1 << 30
)

func (p *parser) window() int {
	size, err := parseSize(p.settings.HTTP2Window)
	if err != nil || size < minWindow || size > maxWindow {
		p.fault("http2-window", "must be a size from 64KiB to 1GiB, such as 16MiB")
	}
	return int(size)
}

func (p *parser) types() filetype.Config {
	s := p.settings
	c := filetype.Config{RefuseMismatch: p.toggle("refuse-mismatch", s.RefuseMismatch)}
	for _, part := range []struct {
		flag    string
		entries list
		only    filetype.Config // to find the faults of this list
		put     *[]string
	}{
		{"allow-types", s.AllowTypes, filetype.Config{AllowTypes: s.AllowTypes}, &c.AllowTypes},
		{"deny-types", s.DenyTypes, filetype.Config{DenyTypes: s.DenyTypes}, &c.DenyTypes},
		{"allow-extensions", s.AllowExtensions, filetype.Config{AllowExtensions: s.AllowExtensions}, &c.AllowExtensions},
		{"deny-extensions", s.DenyExtensions, filetype.Config{DenyExtensions: s.DenyExtensions}, &c.DenyExtensions},
	} {
		if _, err := filetype.New(part.only); err != nil {
			for line := range strings.Lines(err.Error()) {
				p.fault(part.flag, "%s", strings.TrimSpace(line))
			}
		}
		*part.put = part.entries
	}
	return c
}

func (p *parser) hook() httphook.Config {
	s := p.settings
	c := httphook.Config{
		URL:      s.HookURL,
		Secret:   string(s.HookSecret),
		Timeout:  p.duration("hook-timeout", s.HookTimeout),
		FailOpen: p.oneOf("hook-when-down", s.HookWhenDown, "refuse", "allow") == "allow",
	}
	if c.URL == "" {
		if c.Secret != "" {
			p.fault("hook-secret", "requires PAWL_HOOK_URL")
		}
		return c
	}
	if _, err := httphook.CheckURL(c.URL); err != nil {
		p.fault("hook-url", "%v", err) // without the URL, which may hold a password
	}
	return c
}

func (p *parser) duration(flag, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		p.fault(flag, "%q is not a valid duration: use a value such as 500ms, 20s or 5m", text)
	}
	return d
}

func (p *parser) toggle(flag string, t toggle) bool {
	switch strings.ToLower(string(t)) {
	case "true", "1", "yes", "on":
		return true
	case "", "false", "0", "no", "off":
		return false
	}
	p.fault(flag, "%q is not a boolean: use true or false", string(t))
	return false
}

func (p *parser) oneOf(flag, text string, words ...string) string {
	for _, word := range words {
		if text == word {
			return word
		}
	}
	p.fault(flag, "%q is not one of %s", text, strings.Join(words, ", "))
	return ""
}

func (p *parser) logLevel() slog.Level {
	var level slog.Level
	text := p.oneOf("log-level", p.settings.LogLevel, "debug", "info", "warn", "error")
	if text != "" {
		_ = level.UnmarshalText([]byte(text)) // one of the four
	}
	return level
}

// load returns the config for the settings from all sources. Its error is a
// [configError].
func (s *settings) load(file *settingsFile) (config, error) {
	faults := misspeltVariables(os.Environ(), s.each())
	if file != nil {
		faults = append(faults, file.faults...)
	}
	c, more := s.parse()
	if faults = append(faults, more...); len(faults) > 0 {
		return config{}, configError(faults)
	}
	return c, nil
}
