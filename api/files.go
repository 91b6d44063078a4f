package api

import (
	"context"
	"encoding/hex"

	"github.com/danielgtaylor/huma/v2"

	"pawl"
	"pawl/api/auth"
	"pawl/files"
	"pawl/mediatype"
)

// fileRoutes serves /api/v1/files.
type fileRoutes struct{ *files.Service }

func (f fileRoutes) register(rest huma.API) {
	get(rest, "list-files", "/api/v1/files", "List files", f.list)
	get(rest, "get-file-totals", "/api/v1/files/totals", "Get the number and total size of files", f.totals)
	get(rest, "get-file", "/api/v1/files/{id}", "Get a file", f.get)
	edit(rest, "edit-file", "/api/v1/files/{id}", "Rename a file or replace its metadata", f.edit)
	remove(rest, "delete-file", "/api/v1/files/{id}", "Delete a file permanently", f.delete)
}

// fileJSON is the JSON representation of a file.
type fileJSON struct {
	ID           string            `json:"id" doc:"Also the last path segment of its upload URL" example:"06f1q3m0k8s4v2t10c5e9g7i3k1m5o8q2s4u"`
	Name         string            `json:"name"`
	Size         int64             `json:"size" doc:"In bytes"`
	MediaType    string            `json:"media_type" doc:"Detected from the content; for types that the content does not distinguish, such as kinds of text, from the name or the declared type" example:"image/png"`
	DeclaredType string            `json:"declared_type" doc:"Declared by the client; may be empty"`
	TypeMismatch bool              `json:"type_mismatch" doc:"Whether the content contradicts the declared type"`
	SHA256       *string           `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"null until it has been computed, shortly after a concatenation"`
	State        string            `json:"state" example:"ready"`
	Metadata     map[string]string `json:"metadata" nullable:"false"`
	Owner        string            `json:"owner"`
	CreatedAt    instant           `json:"created_at"`
	UpdatedAt    instant           `json:"updated_at"`
	Downloads    int64             `json:"downloads"`
}

func fileOf(f pawl.File) fileJSON {
	meta := f.Metadata
	if meta == nil {
		meta = map[string]string{}
	}
	return fileJSON{
		ID: string(f.ID), Name: f.Name, Size: f.Size, MediaType: f.MediaType, DeclaredType: f.DeclaredType,
		TypeMismatch: mediatype.Contradict(f.DeclaredType, f.MediaType), SHA256: digestOf(f), State: string(f.State),
		Metadata: meta, Owner: f.Owner, Downloads: f.Downloads,
		CreatedAt: instant(f.CreatedAt), UpdatedAt: instant(f.UpdatedAt),
	}
}

// digestOf returns the SHA-256 in hex, or nil if it has not been computed yet.
func digestOf(f pawl.File) *string {
	if !f.Digested() {
		return nil
	}
	digest := hex.EncodeToString(f.SHA256[:])
	return &digest
}

type fileList struct {
	FileFilter
	Sort   string `query:"sort" enum:"created_at,name,size" default:"created_at"`
	Order  string `query:"order" enum:"asc,desc" default:"desc"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
	Cursor string `query:"cursor" doc:"next_cursor of the previous page"`
}

func (f fileRoutes) list(ctx context.Context, in *fileList) (*body[page[fileJSON]], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	rows, err := f.List(ctx, auth.From(ctx), q)
	if err != nil {
		return nil, err
	}
	cursorAt := func(last pawl.File) string { return cursorOf(last, q.Sort, in.fingerprint()) }
	return respond(pageOf(rows, in.Limit, fileOf, cursorAt)), nil
}

func (in *fileList) query() (pawl.FileQuery, error) {
	q, err := in.filter()
	if err != nil {
		return q, err
	}
	q.Sort, q.Ascending = pawl.FileSort(in.Sort), in.Order == "asc"
	q.Limit = in.Limit + 1 // see pageOf
	if in.Cursor == "" {
		return q, nil
	}
	c, err := parseCursor(in.Cursor, in.fingerprint())
	q.After = c.file()
	return q, err
}

func (in *fileList) fingerprint() string {
	return fingerprint("files", in.Q, in.Type, in.State, in.CreatedAfter, in.CreatedBefore, in.Sort, in.Order)
}

// byID is the input of endpoints for one file or upload. It has no pattern: an invalid
// id is answered with 404, like one that does not exist.
type byID struct {
	ID string `path:"id" doc:"36 characters of 0-9 and a-v"`
}

func (f fileRoutes) get(ctx context.Context, in *byID) (*body[fileJSON], error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	file, err := f.Get(ctx, auth.From(ctx), id)
	return respond(fileOf(file)), err
}

type fileEdit struct {
	ID   string `path:"id" doc:"36 characters of 0-9 and a-v"`
	Body struct {
		Name     *string           `json:"name,omitempty" nullable:"false" doc:"At most 1024 bytes of UTF-8; invisible characters are removed"`
		Metadata map[string]string `json:"metadata,omitempty" nullable:"false" doc:"Replaces all metadata"`
	}
}

func (f fileRoutes) edit(ctx context.Context, in *fileEdit) (*body[fileJSON], error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	change := pawl.FileEdit{Name: in.Body.Name, Metadata: in.Body.Metadata}
	file, err := f.Edit(ctx, auth.From(ctx), id, change)
	return respond(fileOf(file)), err
}

func (f fileRoutes) delete(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, f.Delete(ctx, auth.From(ctx), id)
}

var errNoSuchFile = pawl.Errorf(pawl.NotFound, "no such file")

// fileID parses the id of a file. The error is of kind NotFound.
func fileID(text string) (pawl.ID, error) {
	id, err := pawl.ParseID(text)
	if err != nil {
		return "", errNoSuchFile
	}
	return id, nil
}
