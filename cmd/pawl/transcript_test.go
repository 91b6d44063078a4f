package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain also makes the test binary the `pawl` command of transcripts, so that they run
// the real main with the race detector.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pawl": main})
}

// TestTranscripts runs testdata/*.txtar. Beside the commands of testscript they have:
//
//	serve [FLAG…]        starts `pawl serve`, sets $URL
//	stop [SIGNAL]        ends it (TERM), its log becomes stdout; it must exit with 0
//	http METHOD PATH [HEADER…] [=BODY | @FILE]
//	                     prints status, headers and body; sets $LOCATION and $ID
//	blob ID              sets $BLOB to the file that holds the bytes of ID
func TestTranscripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serveInScript, "stop": stopInScript, "http": httpInScript, "blob": blobInScript,
		},
		Setup: func(env *testscript.Env) error {
			env.Values[scriptKey{}] = &script{vars: env.Vars}
			return nil
		},
	})
}

// script is the state of a transcript.
type script struct {
	vars   []string
	server *exec.Cmd
	log    serverLog
}

type scriptKey struct{}

func serveInScript(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(scriptKey{}).(*script)
	if neg || s.server != nil {
		ts.Fatalf("usage: serve [FLAG…], with no server running")
	}
	program, err := exec.LookPath("pawl")
	ts.Check(err)
	s.log = serverLog{ready: make(chan string, 1)}
	s.server = exec.Command(program, append([]string{"serve", "--listen=127.0.0.1:0"}, args...)...)
	s.server.Dir, s.server.Env, s.server.Stderr = ts.MkAbs("."), s.environ(ts), &s.log
	ts.Check(s.server.Start())
	ts.Defer(func() {
		if s.server != nil {
			_ = s.server.Process.Kill()
			_ = s.server.Wait()
		}
	})
	select {
	case url := <-s.log.ready:
		ts.Setenv("URL", url)
	case <-time.After(30 * time.Second):
		ts.Fatalf("the server did not become ready:\n%s", s.log.String())
	}
}

// environ returns the environment of the transcript, with the settings it has made.
func (s *script) environ(ts *testscript.TestScript) []string {
	environ := append([]string{}, s.vars...)
	for _, known := range new(settings).each() {
		if value := ts.Getenv(known.env); value != "" {
			environ = append(environ, known.env+"="+value)
		}
	}
	return environ
}

func stopInScript(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(scriptKey{}).(*script)
	signal := syscall.SIGTERM
	if len(args) == 1 && args[0] == "KILL" {
		signal = syscall.SIGKILL
	}
	if neg || s.server == nil || len(args) > 1 {
		ts.Fatalf("usage: stop [KILL], with a server running")
	}
	ts.Check(s.server.Process.Signal(signal))
	err := s.server.Wait()
	s.server = nil
	_, _ = io.WriteString(ts.Stdout(), s.log.String())
	if signal == syscall.SIGTERM && err != nil {
		ts.Fatalf("the server ended with %v:\n%s", err, s.log.String())
	}
}

func httpInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: http METHOD PATH [HEADER…] [=BODY | @FILE]")
	}
	req := requestOf(ts, args)
	// A new connection for each request, so that no idle one delays a shutdown.
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if location := resp.Header.Get("Location"); location != "" {
		ts.Setenv("LOCATION", location)
		ts.Setenv("ID", path.Base(location))
	}
	fmt.Fprintln(ts.Stdout(), resp.Status)
	_ = resp.Header.Write(ts.Stdout())
	fmt.Fprintf(ts.Stdout(), "\n%s\n", body)
}

func requestOf(ts *testscript.TestScript, args []string) *http.Request {
	var body []byte
	header := http.Header{}
	for _, arg := range args[2:] {
		key, value, isHeader := strings.Cut(arg, ": ")
		switch {
		case strings.HasPrefix(arg, "="):
			body = []byte(arg[1:])
		case strings.HasPrefix(arg, "@"):
			body = []byte(ts.ReadFile(arg[1:]))
		case isHeader:
			header.Set(key, value)
		default:
			ts.Fatalf("%q is no header and no body", arg)
		}
	}
	url := args[1]
	if strings.HasPrefix(url, "/") {
		url = ts.Getenv("URL") + url
	}
	req, err := http.NewRequest(args[0], url, bytes.NewReader(body))
	ts.Check(err)
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	req.Header = header
	return req
}

func blobInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: blob ID")
	}
	found := ""
	err := filepath.WalkDir(ts.MkAbs("pawl-data"), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == args[0] {
			found = name
		}
		return err
	})
	ts.Check(err)
	if found == "" {
		ts.Fatalf("no file holds the bytes of %s", args[0])
	}
	ts.Setenv("BLOB", found)
}

// serverLog collects the log of a server.
type serverLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	told  bool
	ready chan string
}

var readyInText = regexp.MustCompile(`msg="Pawl is ready" url=(\S+)`)

func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if url := readyURL(l.text.Bytes()); url != "" && !l.told {
		l.told = true
		l.ready <- url
	}
	return len(p), nil
}

// readyURL returns the URL of the server in its log, of either format.
func readyURL(log []byte) string {
	if match := readyInText.FindSubmatch(log); match != nil {
		return string(match[1])
	}
	for lines := bufio.NewScanner(bytes.NewReader(log)); lines.Scan(); {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "Pawl is ready" {
			return line.URL
		}
	}
	return ""
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
