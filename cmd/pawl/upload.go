package main

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"pawl/cmd/internal/tusclient"
	"pawl/cmd/internal/tusclient/batch"
)

// uploadCommand is a tus client for scripts.
type uploadCommand struct {
	Args      []string      `arg:"" name:"path" help:"Files and folders, or - for standard input, followed by the URL of the server unless set by PAWL_URL or --url."`
	URL       string        `env:"PAWL_URL" name:"url" placeholder:"URL" help:"URL of the server, or of its tus endpoint; the path defaults to /files/."`
	Name      string        `placeholder:"NAME" help:"File name for standard input."`
	Headers   []string      `name:"header" short:"H" sep:"none" env:"PAWL_HEADER" placeholder:"NAME:VALUE" help:"Header for every request, such as 'Authorization: Bearer …'; prefer the environment variable, which other users of the machine cannot see."`
	Metadata  []string      `sep:"none" placeholder:"KEY=VALUE" help:"Metadata for every file."`
	Files     int           `default:"2" help:"Number of files to upload at a time (${default})."`
	Parts     int           `default:"1" help:"Number of parts of each file to upload at a time, if the server supports concatenation (${default})."`
	ChunkSize string        `placeholder:"SIZE" help:"Maximum request body, for proxies that limit it; each chunk has a checksum if the server supports that."`
	RetryFor  time.Duration `default:"5m" placeholder:"TIME" help:"How long to retry without progress (${default})."`
	JSON      bool          `name:"json" help:"Print one JSON object per event and line."`
}

const userAgent = "pawl-upload"

func (u *uploadCommand) Run(a *app) error {
	paths, endpoint, err := u.target()
	if err != nil {
		return usageError{err}
	}
	header, err := readHeaders(u.Headers)
	if err != nil {
		return usageError{err}
	}
	metadata, err := readMetadata(u.Metadata)
	if err != nil {
		return usageError{err}
	}
	chunk, err := parseSize(u.ChunkSize)
	if err != nil {
		return usageError{err}
	}
	memory, err := batch.DefaultMemory()
	if err != nil {
		return err
	}
	memory.Tidy(time.Now())

	progress := &batch.Progress{Out: a.stdout, Err: a.stderr, JSON: u.JSON, Width: columns(a.stderr), Now: time.Now}
	client := &tusclient.Client{
		Endpoint: endpoint, Header: header, HTTP: tusclient.NewHTTP(tusclient.NewTransport(u.Files * u.Parts)),
		RetryFor: u.RetryFor, ChunkSize: chunk, Retrying: progress.Retrying,
	}
	failed, err := batch.Upload(a.ctx, batch.Config{
		Client: client, Metadata: metadata, Files: u.Files, Parts: u.Parts, Memory: memory,
		Stdin: os.Stdin, Name: u.Name, Progress: progress,
	}, batch.Find(paths, progress))
	if err == nil && failed > 0 {
		err = errProblems
	}
	return err
}

// target returns the paths and the endpoint, whose URL is the last argument or set by
// --url.
func (u *uploadCommand) target() (paths []string, endpoint *url.URL, err error) {
	paths, server := u.Args, u.URL
	if last := u.Args[len(u.Args)-1]; strings.HasPrefix(last, "http://") || strings.HasPrefix(last, "https://") {
		paths, server = u.Args[:len(u.Args)-1], last
	}
	stdin := slices.Contains(paths, batch.StdinPath)
	switch {
	case server == "":
		return nil, nil, errors.New("no server given: add its URL as the last argument, or set PAWL_URL")
	case len(paths) == 0:
		return nil, nil, errors.New("nothing to upload: add files or folders, or - for standard input")
	case stdin && u.Name == "":
		return nil, nil, errors.New("standard input requires a --name")
	case !stdin && u.Name != "":
		return nil, nil, errors.New("--name can only be used with standard input")
	case u.Files < 1 || u.Parts < 1 || u.RetryFor < 0:
		return nil, nil, errors.New("--files and --parts must be at least 1, and --retry-for cannot be negative")
	}
	endpoint, err = tusclient.ParseEndpoint(server)
	return paths, endpoint, err
}

// readHeaders parses header lines. Its errors do not quote them, as they may contain
// secrets.
func readHeaders(lines []string) (http.Header, error) {
	header := http.Header{"User-Agent": {userAgent + "/" + versionText()}}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(name, " \t\r\n") || strings.ContainsAny(value, "\r\n\x00") {
			return nil, errors.New("write a header as 'Name: value'")
		}
		header.Set(name, value)
	}
	return header, nil
}

// readMetadata parses KEY=VALUE pairs. Its errors do not quote them, as they may contain
// secrets.
func readMetadata(pairs []string) (map[string]string, error) {
	metadata := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, errors.New("write metadata as key=value")
		}
		metadata[key] = value
	}
	return metadata, nil
}

// columns returns a function that returns the width of the terminal f, or nil if f is
// not a terminal.
func columns(f *os.File) func() int {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	return func() int {
		width, _, err := term.GetSize(fd)
		if err != nil || width <= 0 {
			return 80
		}
		return width
	}
}
