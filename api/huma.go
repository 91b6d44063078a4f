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

// newREST returns the REST API on the router: Huma validates input against the schema of
// Go types, from which it also creates the OpenAPI document. Huma's routes for the
// document, its docs page and $schema links are off: they expose the Host header and
// load scripts from a CDN.
func newREST(r chi.Router) huma.API {
	setErrorConstructors()
	return humachi.New(r, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Pawl",
				Version:     "1",
				Description: "Files, uploads in progress, statistics and events. To upload, use tus 1.0 at /files/.",
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	})
}

// setErrorConstructors makes Huma's errors problems like all others. Huma keeps its
// constructors in package variables.
var setErrorConstructors = sync.OnceFunc(func() {
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

// humaProblem returns the problem for an error of a handler, which Huma passes as a 500,
// or for one of Huma's own about the request.
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

// bodyError returns err with kind Interrupted if the body ended early, which Huma
// reports as an internal error.
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

// get registers a GET endpoint; post, edit and remove do the same for other methods. The
// name is the operation id, from which client generators derive function names.
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
