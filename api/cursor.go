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

// cursor is the place in a list where a page ended. To clients it is opaque; it
// is not secret, and not trusted: every field is checked, and it only ever moves
// within what the client may see anyway.
type cursor struct {
	Query string `json:"q"`           // of which query; see fingerprint
	Time  int64  `json:"t,omitempty"` // microseconds
	Name  string `json:"n,omitempty"`
	Size  int64  `json:"s,omitempty"`
	ID    string `json:"i"`
}

// maxCursor is how long a cursor can be that the server gives out: a name of MaxNameBytes
// takes at most twice as many in JSON, everything else less than 256, and Base64 makes
// four bytes of three. TestCursorsOfLongNames holds it to that.
const maxCursor = (2*pawl.MaxNameBytes + 256) / 3 * 4

var errCursor = pawl.Errorf(pawl.Invalid, "this cursor is not one of this list; begin again without it")

func (c cursor) String() string {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false) // would take six bytes for one
	_ = enc.Encode(c)        // strings and integers
	return base64.RawURLEncoding.EncodeToString(raw.Bytes())
}

// parseCursor reads a cursor that the same query gave out. The error is of kind Invalid.
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

// fingerprint names a query in its cursors, so that one query's cursor is no
// good in another, where it would skip rows or repeat them.
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
