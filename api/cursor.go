package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"pawl"
)

// cursor is the position in a list at which a page ended. It is opaque to clients but
// neither secret nor trusted: every field is validated, and the query it continues is
// restricted to what the client may read.
type cursor struct {
	Query string `json:"q"`           // see fingerprint
	Time  int64  `json:"t,omitempty"` // microseconds
	Name  string `json:"n,omitempty"`
	Size  int64  `json:"s,omitempty"`
	ID    string `json:"i"`
}

// maxCursor is the maximum length of a cursor in bytes: a name of MaxNameBytes takes at
// most twice as many in JSON, the other fields less than 256, and Base64 encodes three
// bytes as four.
const maxCursor = (2*pawl.MaxNameBytes + 256) / 3 * 4

var errCursor = pawl.Errorf(pawl.Invalid, "the cursor does not belong to this query; start again without a cursor")

func (c cursor) String() string {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false) // escapes would take six bytes
	_ = enc.Encode(c)        // cannot fail: strings and integers
	return base64.RawURLEncoding.EncodeToString(raw.Bytes())
}

// parseCursor decodes a cursor of the query with the given fingerprint. The error is of
// kind Invalid.
func parseCursor(text, query string) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(text) > maxCursor {
		return c, errCursor
	}
	if err := json.Unmarshal(raw, &c); err != nil || c.Query != query {
		return c, errCursor
	}
	if _, err := pawl.ParseID(c.ID); err != nil || !pawl.IsText(c.Name) {
		return c, errCursor
	}
	return c, nil
}

// fingerprint returns a hash of a query for its cursors: the cursor of one query would
// skip or repeat rows in another.
func fingerprint(parts ...string) string {
	h := fnv.New64a()
	for _, part := range parts {
		_, _ = h.Write([]byte(strconv.Quote(part)))
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func cursorOf(f pawl.File, sort pawl.FileSort, query string) string {
	c := cursor{Query: query, ID: string(f.ID)}
	switch sort {
	case pawl.ByName:
		c.Name = pawl.SortKey(f.Name)
	case pawl.BySize:
		c.Size = f.Size
	default:
		c.Time = f.CreatedAt.UnixMicro()
	}
	return c.String()
}

func (c cursor) file() *pawl.FileCursor {
	return &pawl.FileCursor{Created: time.UnixMicro(c.Time).UTC(), Name: c.Name, Size: c.Size, ID: pawl.ID(c.ID)}
}
