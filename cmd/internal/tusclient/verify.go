package tusclient

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

var (
	// ErrDiffers is returned if the server's SHA-256 differs from that of the source.
	ErrDiffers = errors.New("the SHA-256 of the stored file does not match")
	// ErrNotVerified is returned if the server's SHA-256 is not available.
	ErrNotVerified = errors.New("not verified: the server returned no SHA-256")
)

const (
	// digestWait is how long to wait for the digest of a concatenated file.
	digestWait  = 60 * time.Second
	digestPause = 250 * time.Millisecond
)

// IsPawl reports whether the server is Pawl, which provides digests.
func (c *Client) IsPawl(ctx context.Context) bool {
	var server struct {
		Endpoint string `json:"tus_endpoint"`
	}
	api, ok := c.apiURL()
	return ok && c.getJSON(ctx, api+"server", &server) == nil && server.Endpoint != ""
}

// Verify compares the digest of the source with that of the stored file, for which it
// waits up to a minute. It returns [ErrDiffers] if they differ, or [ErrNotVerified] if
// the server does not provide one.
func (c *Client) Verify(ctx context.Context, s Stored) error {
	api, ok := c.apiURL()
	if !ok {
		return ErrNotVerified
	}
	at, _, _ := strings.Cut(s.URL, "?") // without the upload token
	id := path.Base(at)
	for waited := time.Duration(0); waited <= digestWait; waited += digestPause {
		var file struct {
			Size   int64   `json:"size"`
			SHA256 *string `json:"sha256"`
		}
		err := c.getJSON(ctx, api+"files/"+id, &file)
		if err == nil && file.SHA256 != nil {
			return s.compare(file.Size, *file.SHA256)
		}
		if err != nil && !gone(err) && !isTemporary(err) { // not found until it is finished
			return fmt.Errorf("%w: %w", ErrNotVerified, err)
		}
		if err := c.pause(ctx, digestPause); err != nil {
			return err
		}
	}
	return ErrNotVerified
}

func (s Stored) compare(size int64, digest string) error {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != sha256.Size {
		return ErrNotVerified
	}
	if size != s.Size || [sha256.Size]byte(sum) != s.SHA256 {
		return ErrDiffers
	}
	return nil
}

// apiURL returns the URL of Pawl's REST API, and whether the endpoint can be Pawl's.
func (c *Client) apiURL() (string, bool) {
	u := *c.Endpoint
	base, ok := strings.CutSuffix(strings.TrimSuffix(u.Path, "/"), "/files")
	u.Path, u.RawPath, u.RawQuery = base+"/api/v1/", "", ""
	return u.String(), ok
}

func (c *Client) getJSON(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	req, err := c.request(ctx, call{method: http.MethodGet, url: url}, nil)
	if err != nil {
		return err
	}
	req.Header.Del("Tus-Resumable")
	answer, err := c.HTTP.Do(req)
	if err != nil {
		return plain(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return statusError(req.Method, answer, nil)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(into); err != nil {
		return unusable{err}
	}
	return nil
}
