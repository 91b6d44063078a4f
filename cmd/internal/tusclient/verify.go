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
	// ErrDiffers says that the server has other bytes than were read here.
	ErrDiffers = errors.New("what the server has stored differs from what was read here")
	// ErrNotVerified says that the server could not be asked for its digest.
	ErrNotVerified = errors.New("the server did not say what the SHA-256 of the file is")
)

const (
	// digestWait is how long a joined file may take to be read once more.
	digestWait  = 60 * time.Second
	digestPause = 250 * time.Millisecond
)

// IsPawl reports whether the server is one whose digests can be asked for.
func (c *Client) IsPawl(ctx context.Context) bool {
	var server struct {
		Endpoint string `json:"tus_endpoint"`
	}
	api, ok := c.restOf()
	return ok && c.getJSON(ctx, api+"server", &server) == nil && server.Endpoint != ""
}

// Verify compares the digest of what was read with the one that Pawl keeps of a
// file. It returns [ErrDiffers], or [ErrNotVerified] if Pawl cannot be asked or
// does not know it in time.
func (c *Client) Verify(ctx context.Context, s Stored) error {
	api, ok := c.restOf()
	if !ok {
		return ErrNotVerified
	}
	at, _, _ := strings.Cut(s.URL, "?") // what follows is the upload's secret
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
		if err != nil && !gone(err) && !passes(err) { // not there yet, while it is finished
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

// restOf is where Pawl's REST API is: beside the uploads.
func (c *Client) restOf() (string, bool) {
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
