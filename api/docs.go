package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pawl/api/problem"
)

//go:embed docs.css
var docsCSS []byte

//go:embed docs.html
var docsHTML string

var docsTemplate = template.Must(template.New("docs").Funcs(template.FuncMap{
	"last": func(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] },
	"json": func(v any) (string, error) {
		out, err := json.MarshalIndent(v, "", "  ")
		return string(out), err
	},
	"upper": strings.ToUpper,
}).Parse(docsHTML))

// docsPolicy is a Content-Security-Policy that only allows the style sheet of this
// server.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPage returns a handler that serves the OpenAPI document as a page without scripts,
// rendered once.
func docsPage(document []byte) http.HandlerFunc {
	var doc map[string]any
	var page bytes.Buffer
	if err := json.Unmarshal(document, &doc); err != nil {
		panic(err) // see registerDocument
	}
	if err := docsTemplate.Execute(&page, doc); err != nil {
		panic(err)
	}
	serve := static("text/html; charset=utf-8", page.Bytes())
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", docsPolicy)
		serve(w, r)
	}
}

func problemSchema(doc *huma.OpenAPI) *huma.Schema {
	return doc.Components.Schemas.Schema(reflect.TypeFor[problem.Problem](), true, "Problem")
}
