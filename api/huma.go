package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"pawl"
	"pawl/api/problem"
)

const (
	maxJSONBody     = 1 << 20 // bytes
	jsonBodyTimeout = 30 * time.Second
)

// newREST is the typed side of the router: input is checked against the schema
// its types describe, and the same types make the OpenAPI document. Huma's own
// document, docs and $schema links stay off: they show the Host header and load
// scripts from elsewhere.
func newREST(r chi.Router) huma.API {
	takeOverErrors()
	return humachi.New(r, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Pawl",
				Version:     "1",
				Description: "Files, uploads under way, statistics and events. Uploads themselves arrive by tus 1.0 at /files/.",
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	})
}

// takeOverErrors gives huma's errors the one shape that all errors here have.
// Huma keeps its constructors in package variables.
var takeOverErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return humaProblem(status, detail, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, detail string, errs ...error) huma.StatusError {
		r, w := humachi.Unwrap(ctx)
		p := humaProblem(status, detail, errs)
		if p.Status >= http.StatusInternalServerError {
			problem.Note(r.Context(), errors.Join(errs...))
		}
		p.RequestID = w.Header().Get(problem.RequestIDHeader)
		problem.SetRetryAfter(w.Header(), p.Status)
		return p
	}
})

// humaProblem tells errors of our handlers, which huma wraps up as a 500, from
// its own about the request.
func humaProblem(status int, detail string, errs []error) *problem.Problem {
	if status == http.StatusInternalServerError && len(errs) == 1 {
		p := *problem.Of(bodyError(detail, errs[0]))
		return &p
	}
	p := problem.New(status, codeOf(status), detail)
	for _, err := range errs {
		p.Errors = append(p.Errors, fault(err))
	}
	if len(p.Errors) > 0 {
		p.Detail = strings.TrimPrefix(p.Errors[0].Location+": "+p.Errors[0].Message, ": ")
	}
	return p
}

// bodyError gives a body that broke off its kind: huma takes it for a defect of
// the server.
func bodyError(detail string, err error) error {
	if detail == "cannot read request body" && pawl.KindOf(err) == pawl.Internal {
		return pawl.Because(err, pawl.Interrupted, "the request ended early")
	}
	return err
}

func fault(err error) problem.Fault {
	if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
		return problem.Fault{Location: d.Location, Message: d.Message}
	}
	return problem.Fault{Message: err.Error()}
}

func codeOf(status int) pawl.Kind {
	switch status {
	case http.StatusNotFound:
		return pawl.NotFound
	case http.StatusRequestEntityTooLarge:
		return pawl.TooLarge
	case http.StatusUnsupportedMediaType:
		return pawl.UnsupportedType
	case http.StatusInternalServerError:
		return pawl.Internal
	default:
		return pawl.Invalid
	}
}

// get, post, edit and remove register one endpoint each; the name is its operation
// id, from which clients make the names of their functions.
func get[In, Out any](rest huma.API, name, path, summary string, endpoint func(context.Context, *In) (*Out, error)) {
	huma.Register(rest, operation(http.MethodGet, name, path, summary), endpoint)
}

func post[In, Out any](rest huma.API, name, path, summary string, endpoint func(context.Context, *In) (*Out, error), description string) {
	op := operation(http.MethodPost, name, path, summary)
	op.Description = description
	op.MaxBodyBytes, op.BodyReadTimeout = maxJSONBody, jsonBodyTimeout
	huma.Register(rest, op, endpoint)
}

func edit[In, Out any](rest huma.API, name, path, summary string, endpoint func(context.Context, *In) (*Out, error)) {
	op := operation(http.MethodPatch, name, path, summary)
	op.MaxBodyBytes, op.BodyReadTimeout = maxJSONBody, jsonBodyTimeout
	huma.Register(rest, op, endpoint)
}

func remove[In any](rest huma.API, name, path, summary string, endpoint func(context.Context, *In) (*struct{}, error)) {
	op := operation(http.MethodDelete, name, path, summary)
	op.DefaultStatus = http.StatusNoContent
	huma.Register(rest, op, endpoint)
}

func operation(method, name, path, summary string) huma.Operation {
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/"), "/")
	return huma.Operation{Method: method, OperationID: name, Path: path, Summary: summary, Tags: []string{noun}}
}
