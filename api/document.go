package api

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"pawl/api/problem"
)

// OpenAPI is the document of the REST API (OpenAPI 3.1) as indented JSON with
// sorted keys, so that the same code always gives the same bytes.
func OpenAPI() ([]byte, error) {
	rest := Config{}.register(chi.NewRouter())
	return marshalDocument(rest.OpenAPI())
}

func marshalDocument(doc *huma.OpenAPI) ([]byte, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var sorted any // maps are written in the order of their keys
	if err := json.Unmarshal(raw, &sorted); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(sorted)
	return out.Bytes(), err
}

// registerDocument serves the document, and a page that shows it.
func registerDocument(r chi.Router, doc *huma.OpenAPI) {
	text, err := marshalDocument(doc)
	if err != nil {
		panic(err) // it is made of our own types, and every start makes the same one
	}
	r.Get(restPath+"/openapi.json", static("application/openapi+json", text))
	r.Get(restPath+"/docs", docsPage(text))
	r.Get(restPath+"/docs.css", static("text/css; charset=utf-8", docsCSS))
}

func static(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(content)
	}
}

// describeStreams documents the two endpoints whose answers are not JSON.
func describeStreams(doc *huma.OpenAPI) {
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: text("36 characters of 0-9 and a-v")}
	content := operation(http.MethodGet, "get-content", restPath+"/files/{id}/content", "Download a file")
	content.Description = "Ranges, conditions and HEAD work as RFC 9110 has it. The ETag is the id: the bytes of a file never change."
	content.Parameters = []*huma.Param{
		id,
		{Name: "download", In: "query", Schema: text("1: never show it in place"), Example: "1"},
		{Name: "redirect", In: "query", Schema: text("true or false: whether to be sent to the storage, where it can be reached; the server's setting if it is not said")},
		{Name: "Range", In: "header", Schema: text("At most 16 ranges; with more, all of the file comes")},
	}
	content.Responses = answers(doc, "application/octet-stream", &huma.Schema{Type: huma.TypeString, Format: "binary"},
		"200", "The file", "206", "The ranges asked for", "304", "Not modified", "307", "The bytes are there, for some minutes")
	doc.AddOperation(&content)

	stream := operation(http.MethodGet, "stream-events", restPath+"/events", "Follow what happens")
	stream.Description = eventsDescription
	stream.Parameters = []*huma.Param{{Name: "Last-Event-ID", In: "header", Schema: text("Go on after this event")}}
	stream.Responses = answers(doc, "text/event-stream", text(""), "200", "Server-sent events, without an end")
	doc.AddOperation(&stream)
}

const eventsDescription = "Server-sent events: upload.started (an Upload), upload.progress {id, offset, length, name}, " +
	"upload.ended {id, outcome, reason}, file.created and file.changed (a File), file.deleted {id}, and reset {}: " +
	"the stream cannot go on from Last-Event-ID, load the lists again."

func text(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description}
}

// answers lists good answers by status and description, and the bad one.
func answers(doc *huma.OpenAPI, contentType string, schema *huma.Schema, good ...string) map[string]*huma.Response {
	out := map[string]*huma.Response{"default": {
		Description: "Error",
		Content:     map[string]*huma.MediaType{problem.ContentType: {Schema: problemSchema(doc)}},
	}}
	for i := 0; i < len(good); i += 2 {
		out[good[i]] = &huma.Response{Description: good[i+1]}
		if good[i] < "300" {
			out[good[i]].Content = map[string]*huma.MediaType{contentType: {Schema: schema}}
		}
	}
	return out
}
