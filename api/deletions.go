package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"pawl"
	"pawl/api/auth"
	"pawl/api/problem"
	"pawl/files"
)

// deletions serves /api/v1/files/delete, which deletes many files in one request.
type deletions struct{ *files.Service }

func (d deletions) register(rest huma.API) {
	post(rest, "delete-files", "/api/v1/files/delete", "Delete many files permanently", d.delete,
		"All files are deleted in one transaction, except those that cannot be; it completes even if the client disconnects. "+
			"Results are in the order of the request.")
}

type deletionRequest struct {
	Body struct {
		IDs []string `json:"ids" minItems:"1" maxItems:"1000" nullable:"false" doc:"File ids"`
	}
}

type deletionListJSON struct {
	Items []deletionJSON `json:"items" nullable:"false"`
}

// deletionJSON is the result for one id of the request.
type deletionJSON struct {
	ID      string `json:"id"`
	Deleted bool   `json:"deleted"`
	Code    string `json:"code,omitempty" doc:"Error code; absent if the file was deleted" example:"not_found"`
	Detail  string `json:"detail,omitempty" doc:"Error message; absent if the file was deleted" example:"no such file"`
}

func (d deletions) delete(ctx context.Context, in *deletionRequest) (*body[deletionListJSON], error) {
	results, err := d.DeleteAll(ctx, auth.From(ctx), idsIn(in.Body.IDs))
	if err != nil {
		return nil, err
	}
	items := make([]deletionJSON, len(results))
	for i, err := range results {
		items[i] = deletionOf(in.Body.IDs[i], err)
	}
	return respond(deletionListJSON{items}), nil
}

// idsIn parses ids. An invalid one becomes the empty id, which no file has.
func idsIn(texts []string) []pawl.ID {
	ids := make([]pawl.ID, len(texts))
	for i, text := range texts {
		ids[i], _ = pawl.ParseID(text)
	}
	return ids
}

func deletionOf(id string, err error) deletionJSON {
	if err == nil {
		return deletionJSON{ID: id, Deleted: true}
	}
	p := problem.Of(err)
	return deletionJSON{ID: id, Code: p.Code, Detail: p.Detail}
}
