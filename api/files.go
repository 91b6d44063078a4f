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

// fileRoutes serves what has arrived: /api/v1/files.
type fileRoutes struct{ *files.Service }

func (f fileRoutes) register(rest huma.API) {
	get(rest, "list-files", "/api/v1/files", "List files, a page at a time", f.list)
	get(rest, "get-file-totals", "/api/v1/files/totals", "Get how many files there are, and their size", f.totals)
	get(rest, "get-file", "/api/v1/files/{id}", "Get what is known about a file", f.get)
	edit(rest, "edit-file", "/api/v1/files/{id}", "Rename a file, or replace its metadata", f.edit)
	remove(rest, "delete-file", "/api/v1/files/{id}", "Delete a file and its bytes, for good", f.delete)
}

// fileJSON is a file as the API shows it.
type fileJSON struct {
	ID           string            `json:"id" doc:"Also the last part of its upload's URL" example:"06f1q3m0k8s4v2t10c5e9g7i3k1m5o8q2s4u"`
	Name         string            `json:"name"`
	Size         int64             `json:"size" doc:"In bytes"`
	MediaType    string            `json:"media_type" doc:"What Pawl found in the bytes; where they cannot tell, as among kinds of text, what the name or the client says" example:"image/png"`
	DeclaredType string            `json:"declared_type" doc:"What the client said, may be empty"`
	TypeMismatch bool              `json:"type_mismatch" doc:"Whether the two contradict each other"`
	SHA256       *string           `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"null while it is not known yet, shortly after a join"`
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

// digestOf is nil while the digest is not known.
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
	Cursor string `query:"cursor" doc:"The next_cursor of the page before"`
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
	return answer(pageOf(rows, in.Limit, fileOf, cursorAt)), nil
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

// byID is the input of everything about one file or upload. No pattern is
// checked here: an id that cannot be is one that is not there.
type byID struct {
	ID string `path:"id" doc:"36 characters of 0-9 and a-v"`
}

func (f fileRoutes) get(ctx context.Context, in *byID) (*body[fileJSON], error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	file, err := f.Get(ctx, auth.From(ctx), id)
	return answer(fileOf(file)), err
}

type fileEdit struct {
	ID   string `path:"id" doc:"36 characters of 0-9 and a-v"`
	Body struct {
		Name     *string           `json:"name,omitempty" nullable:"false" doc:"At most 1024 bytes of UTF-8; what cannot be seen in it is left out"`
		Metadata map[string]string `json:"metadata,omitempty" nullable:"false" doc:"Replaces all there is"`
	}
}

func (f fileRoutes) edit(ctx context.Context, in *fileEdit) (*body[fileJSON], error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	change := pawl.FileEdit{Name: in.Body.Name, Metadata: in.Body.Metadata}
	file, err := f.Edit(ctx, auth.From(ctx), id, change)
	return answer(fileOf(file)), err
}

func (f fileRoutes) delete(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := fileID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, f.Delete(ctx, auth.From(ctx), id)
}

var errNoSuchFile = pawl.Errorf(pawl.NotFound, "no such file")

// fileID is [pawl.ParseID] for ids of files.
func fileID(text string) (pawl.ID, error) {
	id, err := pawl.ParseID(text)
	if err != nil {
		return "", errNoSuchFile
	}
	return id, nil
}
