// Package auth carries who asks from the edge, where it is found out, to the
// handlers that pass it on to the domain. Each way to find out is a folder below.
package auth

import (
	"context"

	"pawl"
)

type key struct{}

// With notes in ctx who asks.
func With(ctx context.Context, p pawl.Principal) context.Context {
	return context.WithValue(ctx, key{}, p)
}

// From is who asks. Where nobody noted it, it is nobody: the zero principal,
// which may do nothing.
func From(ctx context.Context) pawl.Principal {
	p, _ := ctx.Value(key{}).(pawl.Principal)
	return p
}
