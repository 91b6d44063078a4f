package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pawl"
	"pawl/api"
	"pawl/storage/s3"
)

// linkValidity is how long a download link is valid: long enough to start a download
// over a slow connection, short enough to be of little use in a leaked log.
const linkValidity = 10 * time.Minute

// downloads sets how c serves downloads.
func (p *parser) downloads(c *config) {
	s := p.settings
	c.redirect = p.oneOf("downloads", s.Downloads, "proxy", "redirect") == "redirect"
	c.cdn = p.cdn()
	c.cdnSecret = string(s.CDNSecret)
	const requiresS3 = "requires S3: set PAWL_STORAGE_URL to s3://…"
	if c.redirect && c.blobs != "" {
		p.fault("downloads", "redirect %s", requiresS3)
	}
	if s.CDNURL != "" && c.blobs != "" {
		p.fault("cdn-url", requiresS3)
	}
	if c.cdnSecret != "" && s.CDNURL == "" {
		p.fault("cdn-secret", "requires PAWL_CDN_URL")
	}
}

func (p *parser) cdn() *url.URL {
	if p.settings.CDNURL == "" {
		return nil
	}
	u, err := url.Parse(p.settings.CDNURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		p.fault("cdn-url", "must consist of scheme, host and optionally a path, such as https://cdn.example.org/files")
		return nil
	}
	return u
}

// newRedirects returns the redirects of downloads to the bucket, or to the CDN in front
// of it. It returns nil without a bucket.
func newRedirects(c config, bucket *s3.Bucket, key func(pawl.ID) string) *api.Redirects {
	if bucket == nil {
		return nil
	}
	link := func(ctx context.Context, f pawl.File, contentType, disposition string) (string, error) {
		return bucket.Link(ctx, key(f.ID), linkValidity, contentType, disposition)
	}
	if c.cdn != nil {
		link = func(_ context.Context, f pawl.File, _, _ string) (string, error) {
			return cdnLink(c.cdn, c.cdnSecret, key(f.ID), time.Now().Add(linkValidity)), nil
		}
	}
	return &api.Redirects{Link: link, Always: c.redirect}
}

// cdnLink returns the URL of a key at the CDN. With a secret it has an expiry in Unix
// seconds and a signature, which the CDN must verify.
func cdnLink(cdn *url.URL, secret, key string, until time.Time) string {
	var path []string
	for name := range strings.SplitSeq(key, "/") {
		path = append(path, url.PathEscape(name))
	}
	to := cdn.JoinPath(path...)
	if secret != "" {
		expires := strconv.FormatInt(until.Unix(), 10)
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s\n%s", key, expires)
		to.RawQuery = url.Values{"expires": {expires}, "signature": {hex.EncodeToString(mac.Sum(nil))}}.Encode()
	}
	return to.String()
}
