package tus

import (
	"context"

	"golang.org/x/exp/slog"
)

// silent drops the log of tusd's handler: the middleware logs each request.
type silent struct{}

func (silent) Enabled(context.Context, slog.Level) bool  { return false }
func (silent) Handle(context.Context, slog.Record) error { return nil }
func (s silent) WithAttrs([]slog.Attr) slog.Handler      { return s }
func (s silent) WithGroup(string) slog.Handler           { return s }
