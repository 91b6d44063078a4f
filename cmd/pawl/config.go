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
	"pawl/hooks/callout"
	"pawl/hooks/filetype"
	"pawl/storage/s3"
)

// config is settings that make sense.
type config struct {
	listen      string
	publicURL   *url.URL // nil: not set
	hosts       []string // names this server answers to, beside those it always answers to
	corsOrigins []string
	shutdown    time.Duration

	dataDir  string
	sqlite   string    // path of the SQLite file; empty: PostgreSQL
	postgres string    // URL of the PostgreSQL database
	blobs    string    // directory that holds the directory of blobs; empty: S3
	bucket   s3.Config // where there is no directory
	s3Memory int64     // bytes of uploads that are not in the bucket yet

	redirect  bool     // downloads go to the bucket
	cdn       *url.URL // what stands in front of the bucket; nil: nothing
	cdnSecret string   // signs links to it; empty: they are not signed

	maxSize int64         // bytes, 0 for no limit
	expiry  time.Duration // of uploads that nothing arrives for, 0 for never
	h2c     bool          // whether HTTP/2 without TLS is spoken
	window  int           // bytes that may be under way to an upload over HTTP/2
	types   filetype.Config
	hook    callout.Config // URL empty: no call-out

	logFormat string
	logLevel  slog.Level
}

// configError is what is wrong with the settings, all of it.
type configError []string

func (e configError) Error() string {
	if len(e) == 1 {
		return "there is a fault in the configuration:\n  " + e[0]
	}
	return fmt.Sprintf("there are %d faults in the configuration:\n  %s", len(e), strings.Join(e, "\n  "))
}

// parser collects faults while settings become a config.
type parser struct {
	settings *settings
	faults   configError
}

// fault notes what is wrong with the setting of this flag, and what to do. Where it
// quotes the value of a setting, that is redacted as [setting.shown] does.
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

// parse makes a config of the settings, or an error that names every fault.
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
		p.fault("listen", "%q is no address: write HOST:PORT, such as 127.0.0.1:8080", address)
		return ""
	}
	if _, err := net.LookupPort("tcp", port); err != nil || port == "" {
		p.fault("listen", "%q has no valid port: write a number from 0 to 65535", address)
		return ""
	}
	if !isLoopback(host) && !insecure {
		p.fault("listen", "%q can be reached from other machines, and this version of Pawl has no login: everybody there could "+
			"read and delete everything. Listen on 127.0.0.1 behind a proxy that asks who is there, or, if you "+
			"trust everybody who can connect, set PAWL_INSECURE_LISTEN=true (--insecure-listen)", address)
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

// never is what is said where a time could be.
const never = "never"

func (p *parser) expiry() time.Duration {
	if p.settings.UploadExpiry == never {
		return 0
	}
	return p.duration("upload-expiry", p.settings.UploadExpiry)
}

// The window is what Go's HTTP/2 server takes: whole bytes in 31 bits, and no less than the protocol begins with.
const (
	leastWindow = 64 << 10
	mostWindow  = 1 << 30
)

func (p *parser) window() int {
	size, err := parseSize(p.settings.HTTP2Window)
	if err != nil || size < leastWindow || size > mostWindow {
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
		only    filetype.Config // to be judged alone
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

func (p *parser) hook() callout.Config {
	s := p.settings
	c := callout.Config{
		URL:      s.HookURL,
		Secret:   string(s.HookSecret),
		Timeout:  p.duration("hook-timeout", s.HookTimeout),
		FailOpen: p.oneOf("hook-when-down", s.HookWhenDown, "refuse", "allow") == "allow",
	}
	if c.URL == "" {
		if c.Secret != "" {
			p.fault("hook-secret", "there is nobody to sign for: set PAWL_HOOK_URL too")
		}
		return c
	}
	if _, err := callout.CheckURL(c.URL); err != nil {
		p.fault("hook-url", "%v", err) // without the URL, which may hold a password
	}
	return c
}

func (p *parser) duration(flag, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		p.fault(flag, "%q is no time: write one like 500ms, 20s or 5m", text)
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
	p.fault(flag, "%q is neither true nor false", string(t))
	return false
}

func (p *parser) oneOf(flag, text string, words ...string) string {
	for _, word := range words {
		if text == word {
			return word
		}
	}
	p.fault(flag, "%q is none of %s", text, strings.Join(words, ", "))
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

// load makes a config of everything that was set anywhere.
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
