package api

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"pawl/api/problem"
)

// OpenAPI returns the OpenAPI 3.1 document of the REST API as indented JSON with sorted
// keys, so that the output is reproducible.
func OpenAPI() ([]byte, error) {
	rest := Config{}.register(chi.NewRouter())
	return marshalDocument(rest.OpenAPI())
}

func marshalDocument(doc *huma.OpenAPI) ([]byte, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var sorted any // json.Encoder sorts the keys of maps
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

// registerDocument adds routes for the OpenAPI document and the page that shows it.
func registerDocument(r chi.Router, doc *huma.OpenAPI) {
	text, err := marshalDocument(doc)
	if err != nil {
		panic(err) // it depends only on the code
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

// describeStreams adds the two endpoints whose responses are not JSON to the document.
func describeStreams(doc *huma.OpenAPI) {
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: text("36 characters of 0-9 and a-v")}
	content := operation(http.MethodGet, "get-content", restPath+"/files/{id}/content", "Download a file")
	content.Description = contentDescription
	content.Parameters = []*huma.Param{
		id,
		{Name: "download", In: "query", Schema: text("1: always as an attachment"), Example: "1"},
		{Name: "preview", In: "query", Schema: text("1: a preview, which is not counted as a download"), Example: "1"},
		{Name: "redirect", In: "query", Schema: text("true or false: whether to redirect to the storage, if that is supported; the default is set by the server")},
		{Name: "Range", In: "header", Schema: text("At most 16 ranges; otherwise the whole file is sent")},
	}
	content.Responses = responses(doc, "application/octet-stream", &huma.Schema{Type: huma.TypeString, Format: "binary"},
		"200", "The file", "206", "The requested ranges", "304", "Not modified", "307", "Redirect to the storage, valid for some minutes")
	doc.AddOperation(&content)

	stream := operation(http.MethodGet, "stream-events", restPath+"/events", "Stream events")
	stream.Description = eventsDescription
	stream.Parameters = []*huma.Param{{Name: "Last-Event-ID", In: "header", Schema: text("Resume after this event")}}
	stream.Responses = responses(doc, "text/event-stream", text(""), "200", "Server-sent events")
	doc.AddOperation(&stream)
}

const contentDescription = "Ranges, conditional requests and HEAD work as in RFC 9110. The ETag is the file's id, because its bytes never " +
	"change; Repr-Digest is the SHA-256 once it has been computed. Text that browsers do not execute is sent as text/plain, with a charset " +
	"if it is known; JavaScript, WebAssembly and style sheets are sent as application/octet-stream. Requests for scripts, workers and " +
	"styles (Sec-Fetch-Dest) get 403."

const eventsDescription = "Server-sent events: upload.started (an Upload), upload.progress {id, offset, length, name}, " +
	"upload.ended {id, outcome, reason}, file.created and file.changed (a File), file.deleted {id}, and reset {}: " +
	"the stream cannot resume after Last-Event-ID, so clients should reload their lists."

func text(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description}
}

// responses returns the documented responses: pairs of status and description, and the
// error.
func responses(doc *huma.OpenAPI, contentType string, schema *huma.Schema, good ...string) map[string]*huma.Response {
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
