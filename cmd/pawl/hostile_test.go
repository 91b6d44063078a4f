package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostileServer checks that terminal control sequences from a server are not printed.
func TestHostileServer(t *testing.T) {
	const attack = "\x1b]0;title\x07\x1b[2J\u009b2J\u202e"
	answers := map[string]http.HandlerFunc{
		"text": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte("no " + attack))
		},
		"problem": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]string{"detail": "no " + attack})
		},
		"redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere/\u009b2J\u202e")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		"location": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/files/1?token=\u009b2J\u202e")
			w.Header().Set("Upload-Offset", "1")
			w.WriteHeader(http.StatusCreated)
		},
		"status": func(w http.ResponseWriter, _ *http.Request) {
			conn, buffered, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = buffered.WriteString("HTTP/1.1 400 no " + attack + "\r\nTus-Resumable: 1.0.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_ = buffered.Flush()
		},
	}
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			server := hostileServer(t, answer)
			for _, args := range [][]string{
				{"upload", "--retry-for=0s", path, server}, {"upload", "--json", "--retry-for=0s", path, server},
				{"doctor", server}, {"doctor", "--json", server},
			} {
				program, err := exec.LookPath("pawl")
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), program, args...)
				cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "PAWL_URL=")
				stdout, stderr, _ := finish(t, cmd)
				if printed := stdout + stderr; strings.ContainsAny(printed, "\x1b\x07\u009b\u202e") {
					t.Errorf("pawl %s printed %q", args[0], printed)
				}
				if args[1] == "--json" {
					checkJSON(t, stdout)
				}
			}
		})
	}
}

// hostileServer answers OPTIONS as a tus server, and everything else with an error.
func hostileServer(t *testing.T, answer http.HandlerFunc) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", "1.0.0")
		if r.Method != http.MethodOptions {
			answer(w, r)
			return
		}
		w.Header().Set("Tus-Version", "1.0.0")
		w.Header().Set("Tus-Extension", "creation,creation-with-upload,\u202e")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// checkJSON checks that every line is valid JSON.
func checkJSON(t *testing.T, text string) {
	t.Helper()
	for dec := json.NewDecoder(strings.NewReader(text)); dec.More(); {
		var document any
		if err := dec.Decode(&document); err != nil {
			t.Fatalf("%q is no JSON: %v", text, err)
		}
	}
}
