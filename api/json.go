package api

import (
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// instant is a time as the API writes it: RFC 3339, UTC, always six digits of
// microseconds, so that it also sorts as text.
type instant time.Time

const instantLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes the time in [instantLayout].
func (t instant) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(t).UTC().Format(instantLayout) + `"`), nil
}

// Schema describes the time in the OpenAPI document.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: "RFC 3339, UTC, microseconds"}
}

// body is an answer that is nothing but JSON.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{v} }

// page is one page of a list. Without more pages the cursor is null.
type page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"Give it back as cursor to get the next page; null on the last one"`
}

// pageOf makes a page of at most limit rows. The caller asked the store for one
// row more than that, which only tells that there is a next page.
func pageOf[Row, Item any](rows []Row, limit int, item func(Row) Item, cursorAt func(Row) string) page[Item] {
	p := page[Item]{Items: make([]Item, 0, min(len(rows), limit))}
	for i, row := range rows {
		if i == limit {
			next := cursorAt(rows[limit-1])
			p.NextCursor = &next
			break
		}
		p.Items = append(p.Items, item(row))
	}
	return p
}

// schemaName names the types in the OpenAPI document: File for fileJSON, FilePage for page[fileJSON].
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if of, ok := strings.CutPrefix(name, "Page"); ok && of != "" {
		name = of + "Page"
	}
	name = strings.ReplaceAll(name, "JSON", "")
	return strings.ToUpper(name[:1]) + name[1:]
}
