package tus

import (
	"context"

	"golang.org/x/exp/slog"
)

// silent keeps tusd's handler from logging: each request has its one line from
// the middleware already.
type silent struct{}

func (silent) Enabled(context.Context, slog.Level) bool  { return false }
func (silent) Handle(context.Context, slog.Record) error { return nil }
func (s silent) WithAttrs([]slog.Attr) slog.Handler      { return s }
func (s silent) WithGroup(string) slog.Handler           { return s }
