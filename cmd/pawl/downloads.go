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

// linkFor is how long a link can be begun with: long enough to start a download
// over a slow line, short enough to be of little use to who finds it in a log.
const linkFor = 10 * time.Minute

// downloads finds out where downloads are to come from.
func (p *parser) downloads(c *config) {
	s := p.settings
	c.redirect = p.oneOf("downloads", s.Downloads, "proxy", "redirect") == "redirect"
	c.cdn = p.cdn()
	c.cdnSecret = string(s.CDNSecret)
	const wantsS3 = "wants files to be in S3: set PAWL_STORAGE_URL to s3://…"
	if c.redirect && c.blobs != "" {
		p.fault("downloads", "redirect %s", wantsS3)
	}
	if s.CDNURL != "" && c.blobs != "" {
		p.fault("cdn-url", wantsS3)
	}
	if c.cdnSecret != "" && s.CDNURL == "" {
		p.fault("cdn-secret", "there are no links to sign: set PAWL_CDN_URL too")
	}
}

func (p *parser) cdn() *url.URL {
	if p.settings.CDNURL == "" {
		return nil
	}
	u, err := url.Parse(p.settings.CDNURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		p.fault("cdn-url", "must be scheme, host and at most a path, such as https://cdn.example.org/files")
		return nil
	}
	return u
}

// newRedirects has downloads come from the bucket, or from what stands in front
// of it; nil where there is no bucket.
func newRedirects(c config, bucket *s3.Bucket, key func(pawl.ID) string) *api.Redirects {
	if bucket == nil {
		return nil
	}
	link := func(ctx context.Context, f pawl.File, contentType, disposition string) (string, error) {
		return bucket.Link(ctx, key(f.ID), linkFor, contentType, disposition)
	}
	if c.cdn != nil {
		link = func(_ context.Context, f pawl.File, _, _ string) (string, error) {
			return cdnLink(c.cdn, c.cdnSecret, key(f.ID), time.Now().Add(linkFor)), nil
		}
	}
	return &api.Redirects{Link: link, Always: c.redirect}
}

// cdnLink is a key's place at the CDN. With a secret it says until when it is good,
// in seconds since 1970, and is signed: whoever stands there checks both.
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
