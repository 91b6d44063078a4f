package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// newLog returns a logger that writes to the given file. Format is "text", "json" or
// "auto": text on a terminal, else JSON.
func newLog(to *os.File, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "text" || format == "auto" && isTerminal(to) {
		return slog.New(slog.NewTextHandler(io.Writer(to), options))
	}
	options.ReplaceAttr = inSeconds
	return slog.New(slog.NewJSONHandler(to, options))
}

// inSeconds replaces durations by numbers of seconds, with the unit in the key.
func inSeconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.Float64(a.Key+"_seconds", a.Value.Duration().Seconds())
	}
	return a
}
