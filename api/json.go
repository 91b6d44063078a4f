package api

import (
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// instant is a time that marshals as RFC 3339 in UTC with six digits of microseconds, so
// that it sorts as text.
type instant time.Time

const instantLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON returns the time in [instantLayout].
func (t instant) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(t).UTC().Format(instantLayout) + `"`), nil
}

// Schema returns the schema for the OpenAPI document.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: "RFC 3339, UTC, microseconds"}
}

// body is a JSON response.
type body[T any] struct{ Body T }

// respond returns v as a JSON response.
func respond[T any](v T) *body[T] { return &body[T]{v} }

// page is one page of a list.
type page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"Pass it as cursor to get the next page; null on the last page"`
}

// pageOf returns a page of at most limit rows. The caller queries one row more, which
// only shows that there is a next page.
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

// schemaName returns the name of a type in the OpenAPI document: File for fileJSON,
// FilePage for page[fileJSON].
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if of, ok := strings.CutPrefix(name, "Page"); ok && of != "" {
		name = of + "Page"
	}
	name = strings.ReplaceAll(name, "JSON", "")
	return strings.ToUpper(name[:1]) + name[1:]
}
