package tusclient

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Server describes the capabilities of a server.
type Server struct {
	Extensions []string
	Algorithms []string // checksum algorithms
	MaxSize    int64    // bytes, 0 if unknown
}

// Offers reports whether the server supports an extension.
func (s Server) Offers(extension string) bool { return slices.Contains(s.Extensions, extension) }

// Discover returns the capabilities of the server (tus 1.0, "OPTIONS"). The error is
// permanent if there is no tus server at the endpoint.
func (c *Client) Discover(ctx context.Context) (Server, error) {
	h, err := c.do(ctx, call{method: http.MethodOptions, url: c.Endpoint.String()})
	if e, ok := errors.AsType[*StatusError](err); ok && (e.Code == http.StatusNotFound || e.Code == http.StatusMethodNotAllowed) {
		return Server{}, unusablef("there is no tus server at %s: %w", c.Endpoint, err)
	}
	if err != nil {
		return Server{}, err
	}
	versions := list(h.Get("Tus-Version"))
	if len(versions) == 0 {
		return Server{}, unusablef("there is no tus server at %s", c.Endpoint)
	}
	if !slices.Contains(versions, version) {
		return Server{}, unusablef("the server supports tus %s, not %s", h.Get("Tus-Version"), version)
	}
	s := Server{Extensions: list(h.Get("Tus-Extension")), Algorithms: list(h.Get("Tus-Checksum-Algorithm"))}
	s.MaxSize, _ = strconv.ParseInt(h.Get("Tus-Max-Size"), 10, 64)
	return s, nil
}

func list(text string) (all []string) {
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

// UnknownLength is the length of an upload whose length is deferred.
const UnknownLength = -1

// Creation describes an upload to create.
type Creation struct {
	Length   int64 // bytes, or UnknownLength
	Metadata map[string]string
	Partial  bool   // to be concatenated later
	Content  []byte // all content, sent with the creation; may be nil
}

// Create creates an upload (tus 1.0, "Creation") and returns its URL and its offset.
func (c *Client) Create(ctx context.Context, n Creation) (url string, offset int64, err error) {
	header := map[string]string{}
	if n.Length == UnknownLength {
		header["Upload-Defer-Length"] = "1"
	} else {
		header["Upload-Length"] = strconv.FormatInt(n.Length, 10)
	}
	if n.Partial {
		header["Upload-Concat"] = "partial"
	}
	r := call{method: http.MethodPost, url: c.Endpoint.String(), header: header}
	if n.Content != nil {
		header["Content-Type"] = offsetStream
		r.body, r.length = strings.NewReader(string(n.Content)), int64(len(n.Content))
	}
	h, err := c.create(ctx, r, n.Metadata)
	if err != nil {
		return "", 0, err
	}
	if n.Content != nil {
		if offset, err = offsetOf(h); err != nil {
			return "", 0, err
		}
	}
	url, err = c.resolve(h.Get("Location"))
	return url, offset, unusableIf(err)
}

// Join concatenates complete partial uploads (tus 1.0, "Concatenation") and returns the
// URL of the result.
func (c *Client) Join(ctx context.Context, parts []string, metadata map[string]string) (url string, err error) {
	r := call{method: http.MethodPost, url: c.Endpoint.String(), header: map[string]string{
		"Upload-Concat": "final;" + strings.Join(parts, " "),
	}}
	h, err := c.create(ctx, r, metadata)
	if err != nil {
		return "", err
	}
	url, err = c.resolve(h.Get("Location"))
	return url, unusableIf(err)
}

func (c *Client) create(ctx context.Context, r call, metadata map[string]string) (http.Header, error) {
	encoded, err := encodeMetadata(metadata)
	if err != nil {
		return nil, err
	}
	if encoded != "" {
		r.header["Upload-Metadata"] = encoded
	}
	return c.do(ctx, r)
}

func unusableIf(err error) error {
	if err != nil {
		return unusable{err}
	}
	return nil
}

// encodeMetadata returns the value of Upload-Metadata (tus 1.0, "Upload-Metadata").
func encodeMetadata(pairs map[string]string) (string, error) {
	words := make([]string, 0, len(pairs))
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) {
			return "", unusablef("invalid metadata key %q: keys are ASCII without spaces and commas", key)
		}
		words = append(words, strings.TrimSpace(key+" "+base64.StdEncoding.EncodeToString([]byte(pairs[key]))))
	}
	return strings.Join(words, ","), nil
}

// Status is the state of an upload on the server.
type Status struct {
	Offset int64 // bytes received
	Length int64 // bytes, or UnknownLength
}

// Head returns offset and length of an upload (tus 1.0, "HEAD").
func (c *Client) Head(ctx context.Context, url string) (Status, error) {
	h, err := c.do(ctx, call{method: http.MethodHead, url: url})
	if err != nil {
		return Status{}, err
	}
	s := Status{Length: UnknownLength}
	if s.Offset, err = offsetOf(h); err != nil {
		return Status{}, err
	}
	if text := h.Get("Upload-Length"); text != "" {
		if s.Length, err = strconv.ParseInt(text, 10, 64); err != nil || s.Length < s.Offset {
			return Status{}, unusablef("the server reports an offset of %d for a length of %q", s.Offset, text)
		}
	}
	return s, nil
}

func offsetOf(h http.Header) (int64, error) {
	offset, err := strconv.ParseInt(h.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return 0, unusablef("the server returned no valid Upload-Offset (%q): a proxy may have removed the header", h.Get("Upload-Offset"))
	}
	return offset, nil
}

// Piece is a range of bytes of an upload.
type Piece struct {
	Offset   int64
	Content  io.Reader
	Length   int64  // of Content
	Whole    int64  // length of the upload, to be declared with this piece; 0 if not
	Checksum string // value of Upload-Checksum; may be empty
}

// Patch sends a piece (tus 1.0, "PATCH") and returns the new offset.
func (c *Client) Patch(ctx context.Context, url string, p Piece) (int64, error) {
	header := map[string]string{"Content-Type": offsetStream, "Upload-Offset": strconv.FormatInt(p.Offset, 10)}
	if p.Checksum != "" {
		header["Upload-Checksum"] = p.Checksum
	}
	if p.Whole > 0 {
		header["Upload-Length"] = strconv.FormatInt(p.Whole, 10)
	}
	h, err := c.do(ctx, call{method: http.MethodPatch, url: url, header: header, body: p.Content, length: p.Length})
	if err != nil {
		return p.Offset, err
	}
	offset, err := offsetOf(h)
	if err == nil && (offset < p.Offset || offset > p.Offset+p.Length) {
		err = unusablef("after bytes %d to %d the server reports an offset of %d", p.Offset, p.Offset+p.Length, offset)
	}
	return offset, err
}

// Terminate deletes an unfinished upload (tus 1.0, "Termination"). It returns nil if the
// upload does not exist.
func (c *Client) Terminate(ctx context.Context, url string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, url: url})
	if gone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("terminate the upload: %w", err)
	}
	return nil
}

// DiscoverFor returns the capabilities of the server, and retries temporary failures.
func (c *Client) DiscoverFor(ctx context.Context) (s Server, err error) {
	err = c.persist(ctx, func() (err error) {
		s, err = c.Discover(ctx)
		return err
	})
	return s, err
}
