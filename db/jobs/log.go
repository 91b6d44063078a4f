package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// quiet lets River say only what a person has to look at, and the same thing only now
// and then: while the database is away each of its loops says so with every turn.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(warnings{log.Handler(), &said{at: make(map[string]time.Time)}})
}

type warnings struct {
	slog.Handler
	said *said
}

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	if w.said.lately(r.Message, r.Time) {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs), w.said}
}

func (w warnings) WithGroup(name string) slog.Handler {
	return warnings{w.Handler.WithGroup(name), w.said}
}

// said remembers when each message was last let through.
type said struct {
	mu sync.Mutex
	at map[string]time.Time
}

const sayEvery = time.Minute

func (s *said) lately(message string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.at[message]; ok && now.Sub(last) < sayEvery {
		return true
	}
	s.at[message] = now
	return false
}
