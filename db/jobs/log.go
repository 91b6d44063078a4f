package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// quiet returns a logger for River that logs warnings and errors alone, and the same
// message only now and then: while the database is unreachable each of its loops logs
// that again and again.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(warnings{log.Handler(), &logged{at: make(map[string]time.Time)}})
}

type warnings struct {
	slog.Handler
	logged *logged
}

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	if w.logged.lately(r.Message, r.Time) {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs), w.logged}
}

func (w warnings) WithGroup(name string) slog.Handler {
	return warnings{w.Handler.WithGroup(name), w.logged}
}

// logged remembers when each message was last logged.
type logged struct {
	mu sync.Mutex
	at map[string]time.Time
}

const logEvery = time.Minute

// lately reports whether a message was logged within logEvery, and otherwise remembers
// that it is now.
func (l *logged) lately(message string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.at[message]; ok && now.Sub(last) < logEvery {
		return true
	}
	l.at[message] = now
	return false
}
