package main

import (
	"net/url"
	"path/filepath"
	"strings"

	"pawl/storage/s3"
)

// database sets the database of c from PAWL_DATABASE_URL.
func (p *parser) database(c *config) {
	const flag = "database-url"
	text := p.settings.DatabaseURL
	switch scheme, _, _ := strings.Cut(text, ":"); scheme {
	case "":
		c.sqlite = filepath.Join(c.dataDir, "pawl.db")
	case "sqlite":
		c.sqlite = p.path(flag, text, filepath.Join(c.dataDir, "pawl.db"))
	case "postgres", "postgresql":
		c.postgres = p.postgres(flag, text)
	default:
		p.fault(flag, "must begin with sqlite: or postgres:, as in sqlite:%s or postgres://pawl@db.example.org/pawl",
			filepath.Join(c.dataDir, "pawl.db"))
	}
}

// storage sets the storage of c from PAWL_STORAGE_URL, and limits its maximum size to
// that of the storage.
func (p *parser) storage(c *config) {
	const flag = "storage-url"
	text := p.settings.StorageURL
	switch scheme, _, _ := strings.Cut(text, ":"); scheme {
	case "":
		c.blobs = c.dataDir
	case "file":
		c.blobs = p.path(flag, text, c.dataDir)
	case "s3":
		c.bucket, c.s3Memory = p.s3(flag, text)
		if c.maxSize == 0 || c.maxSize > s3.MaxSize {
			c.maxSize = s3.MaxSize
		}
	default:
		p.fault(flag, "must begin with file: or s3:, as in file:%s or s3://bucket/prefix?region=eu-central-1", c.dataDir)
	}
}

// s3 returns the bucket for a URL, and how much memory its uploads may take.
func (p *parser) s3(flag, text string) (c s3.Config, memory int64) {
	c, err := s3.ParseURL(text)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			p.fault(flag, "%s", strings.TrimSpace(line))
		}
	}
	memory, err = parseSize(p.settings.S3Memory)
	if err != nil || memory < 32<<20 {
		p.fault("s3-memory", "must be a size of at least 32MiB, such as 256MiB")
	}
	return c, memory
}

// path returns the path of a URL such as sqlite:/var/lib/pawl.db.
func (p *parser) path(flag, text, example string) string {
	scheme, path, _ := strings.Cut(text, ":")
	if strings.Trim(path, "/") == "" {
		p.fault(flag, "has no path: use a URL such as %s:%s", scheme, example)
		return ""
	}
	return filepath.Clean(strings.TrimPrefix(path, "//"))
}

// postgres validates the URL of a PostgreSQL database. Faults do not quote any part of
// it, since a malformed URL can have a password anywhere.
func (p *parser) postgres(flag, text string) string {
	u, err := url.Parse(oneHost(text))
	switch {
	case err != nil:
		p.fault(flag, "is not a URL: use the form postgres://user:password@host:5432/database, with %%40 for @ in the password")
	case u.Opaque != "" || u.Host == "" && u.Query().Get("host") == "":
		p.fault(flag, "has no host: use the form postgres://user:password@host:5432/database")
	}
	return text
}

// oneHost returns the URL with only the first of its hosts: PostgreSQL allows several,
// separated by commas, which [url.Parse] does not.
func oneHost(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return text
	}
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	hosts := strings.LastIndex(rest[:end], "@") + 1
	first, _, _ := strings.Cut(rest[hosts:end], ",")
	return scheme + "://" + rest[:hosts] + first + rest[end:]
}

// ownDir returns the directory that this process uses exclusively, or "" if database
// and storage are remote and nothing is written to disk.
func (c config) ownDir() string {
	if c.sqlite != "" {
		return c.dataDir
	}
	return c.blobs
}
