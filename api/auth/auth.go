// Package auth passes the principal of a request in its context, from the middleware that
// authenticates it to the handlers. Authentication methods are packages below this one.
package auth

import (
	"context"

	"pawl"
)

type key struct{}

// With returns a context with the principal.
func With(ctx context.Context, p pawl.Principal) context.Context {
	return context.WithValue(ctx, key{}, p)
}

// From returns the principal in ctx. Without one it returns the zero principal, which is
// not allowed anything.
func From(ctx context.Context) pawl.Principal {
	p, _ := ctx.Value(key{}).(pawl.Principal)
	return p
}
