package upkeep_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pawl"
	"pawl/events"
	"pawl/files"
	"pawl/uploads"
)

func TestScope(t *testing.T) {
	for _, test := range []struct {
		scope                 pawl.Scope
		nobody, anns, nobodys bool
	}{
		{pawl.Scope{}, true, false, false}, {pawl.OwnedBy(""), true, false, false},
		{pawl.OwnedBy("ann"), false, true, false}, {pawl.OwnedBy("bob"), false, false, false}, {pawl.Everybody, false, true, true},
	} {
		if test.scope.IsNobody() != test.nobody || test.scope.Includes("ann") != test.anns || test.scope.Includes("") != test.nobodys {
			t.Errorf("%+v is nobody: %v, includes ann: %v, includes nobody: %v",
				test.scope, test.scope.IsNobody(), test.scope.Includes("ann"), test.scope.Includes(""))
		}
	}
}

// about are the use cases about one file or upload.
func (h *house) about() map[string]func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
	name := "b"
	return map[string]func(ctx context.Context, p pawl.Principal, id pawl.ID) error{
		"Files.Get": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			_, err := h.files.Get(ctx, p, id)
			return err
		},
		"Files.Delete": h.files.Delete,
		"Files.Edit": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			_, err := h.files.Edit(ctx, p, id, pawl.FileEdit{Name: &name})
			return err
		},
		"Files.Open": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			_, _, err := h.files.Open(ctx, p, id)
			return err
		},
		"Uploads.Get": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			_, err := h.uploads.Get(ctx, p, id)
			return err
		},
		"Uploads.Status": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			_, err := h.uploads.Status(ctx, p, id)
			return err
		},
		"Uploads.Open": func(ctx context.Context, p pawl.Principal, id pawl.ID) error {
			s, err := h.uploads.Open(ctx, p, id, func() {})
			if err == nil {
				s.Close()
			}
			return err
		},
		"Uploads.ResumeJoin":  h.uploads.ResumeJoin,
		"Uploads.Abort":       h.uploads.Abort,
		"Uploads.RevokeToken": h.uploads.RevokeToken,
	}
}

// filesAndUploads makes one of each.
func (h *house) filesAndUploads() (file, upload pawl.ID) {
	h.t.Helper()
	file = h.complete("hello")
	h.check(h.uploads.Advance(h.t.Context(), file))
	up, err := h.uploads.Plan(h.t.Context(), pawl.Local, uploads.Spec{Kind: pawl.Regular, Length: 5})
	h.check(err)
	h.check(h.uploads.Begin(h.t.Context(), up))
	return file, up.ID
}

// TestNobodyGetsNothing asks every use case for somebody who has not signed in: the
// answer is the same whether or not there is something.
func TestNobodyGetsNothing(t *testing.T) {
	h := build(t)
	file, upload := h.filesAndUploads()
	events := events.New(h.store, pawl.OwnersOnly)
	var nobody pawl.Principal
	lists := map[string]func(ctx context.Context, p pawl.Principal) error{
		"Files.List": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.files.List(ctx, p, pawl.FileQuery{Owner: pawl.Everybody})
			return err
		},
		"Files.Totals": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.files.Totals(ctx, p, pawl.FileQuery{Owner: pawl.Everybody})
			return err
		},
		"Files.Stats": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.files.Stats(ctx, p, pawl.DayRange{})
			return err
		},
		"Uploads.List": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.uploads.List(ctx, p, pawl.UploadQuery{Owner: pawl.Everybody})
			return err
		},
		"Uploads.Plan": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.uploads.Plan(ctx, p, uploads.Spec{Kind: pawl.Regular, Length: 5})
			return err
		},
		"Uploads.FindJoin": func(ctx context.Context, p pawl.Principal) error {
			_, err := h.uploads.FindJoin(ctx, p, nil)
			return ignoreNotFound(p, err)
		},
		"Events.Since": func(ctx context.Context, p pawl.Principal) error {
			_, _, err := events.Since(ctx, p, 0, 10)
			return err
		},
		"Events.Span": func(ctx context.Context, p pawl.Principal) error { _, _, err := events.Span(ctx, p); return err },
	}
	for name, list := range lists {
		if err := list(t.Context(), nobody); pawl.KindOf(err) != pawl.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
		if err := list(t.Context(), pawl.Principal{ID: "ann"}); err != nil {
			t.Errorf("%s of who has nothing: %v", name, err)
		}
	}
	for name, ask := range h.about() {
		for _, id := range []pawl.ID{file, upload, pawl.NewID(time.Now())} {
			if err := ask(t.Context(), nobody, id); pawl.KindOf(err) != pawl.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if h.uploads.MayRead(nobody, "local") || h.uploads.MayRead(nobody, "") {
		t.Error("nobody sees uploads")
	}
}

func ignoreNotFound(p pawl.Principal, err error) error {
	if p.ID != "" && pawl.KindOf(err) == pawl.NotFound {
		return nil
	}
	return err
}

// TestStrangersLearnNothing compares what they are told of what others have with what
// they are told of what is not there.
func TestStrangersLearnNothing(t *testing.T) {
	h := build(t)
	file, upload := h.filesAndUploads()
	stranger := pawl.Principal{ID: "stranger"}
	for name, ask := range h.about() {
		missing := ask(t.Context(), stranger, pawl.NewID(time.Now()))
		for _, id := range []pawl.ID{file, upload} {
			err := ask(t.Context(), stranger, id)
			if pawl.KindOf(err) != pawl.NotFound || pawl.Sentence(err) != pawl.Sentence(missing) {
				t.Errorf("%s: %v; of what is not there: %v", name, err, missing)
			}
		}
	}
	files, err := h.files.List(t.Context(), stranger, pawl.FileQuery{Owner: pawl.Everybody})
	if err != nil || len(files) > 0 {
		t.Errorf("a stranger sees %d files, %v", len(files), err)
	}
	totals, err := h.files.Totals(t.Context(), stranger, pawl.FileQuery{Owner: pawl.Everybody})
	if err != nil || totals != (pawl.FileTotals{}) {
		t.Errorf("a stranger counts %+v, %v", totals, err)
	}
	if totals, err := h.files.Totals(t.Context(), pawl.Local, pawl.FileQuery{}); err != nil || totals != (pawl.FileTotals{Files: 1, Bytes: 5}) {
		t.Errorf("an operator counts %+v, %v", totals, err)
	}
}

// noPrograms is a gate that keeps the names it is asked about.
type noPrograms struct{ asked []string }

func (g *noPrograms) Rename(_ context.Context, f pawl.File) error {
	g.asked = append(g.asked, f.Name)
	if strings.HasSuffix(f.Name, ".exe") {
		return pawl.Errorf(pawl.UnsupportedType, "no programs")
	}
	return nil
}

func TestRenameAsksGates(t *testing.T) {
	h := build(t)
	file, _ := h.filesAndUploads()
	gate := &noPrograms{}
	files := files.New(files.Config{
		Store: h.store, Blobs: h.blobs, Policy: pawl.OwnersOnly, Events: events.New(h.store, pawl.OwnersOnly),
		Gates: pawl.Gates{Rename: []pawl.RenameGate{gate}}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	rename := func(name string) error {
		_, err := files.Edit(t.Context(), pawl.Local, file, pawl.FileEdit{Name: &name})
		return err
	}
	h.check(rename("a\u202e.png "))
	h.check(rename("a.png")) // its name already
	if err := rename("a.exe\u200b"); pawl.KindOf(err) != pawl.UnsupportedType {
		t.Errorf("a program: %v", err)
	}
	if err := rename("\u200b "); pawl.KindOf(err) != pawl.Invalid {
		t.Errorf("a name that cannot be seen: %v", err)
	}
	if f, err := files.Get(t.Context(), pawl.Local, file); err != nil || f.Name != "a.png" {
		t.Errorf("the name is %+q, %v", f.Name, err)
	}
	if got, want := strings.Join(gate.asked, ","), "a.png,a.exe"; got != want {
		t.Errorf("the gate was asked about %+q, want %+q", got, want)
	}
	metadata := map[string]string{pawl.PathKey: "b\u202e/c\r"}
	f, err := files.Edit(t.Context(), pawl.Local, file, pawl.FileEdit{Metadata: metadata})
	if err != nil || f.Metadata[pawl.PathKey] != "b/c" || metadata[pawl.PathKey] != "b\u202e/c\r" {
		t.Errorf("the path is %+q, %v; the caller's %+q", f.Metadata[pawl.PathKey], err, metadata[pawl.PathKey])
	}
	if _, err := files.Edit(t.Context(), pawl.Local, file, pawl.FileEdit{Metadata: map[string]string{"a": "\x00"}}); !errors.As(err, new(*pawl.Error)) {
		t.Errorf("metadata that is no text: %v", err)
	}
}
