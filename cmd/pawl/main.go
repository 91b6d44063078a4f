// Command pawl is the server and what its operator needs beside it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"syscall"

	"github.com/alecthomas/kong"

	"pawl/cmd/internal/terminal"
)

// Exit codes.
const (
	exitFailure = 1 // something went wrong while running, or a check found problems
	exitUsage   = 2 // the command line or the configuration makes no sense
)

// commands is the command line.
type commands struct {
	Settings settings `embed:""`

	Serve    serveCommand    `cmd:"" default:"1" help:"Run the server. This is the default."`
	Check    checkCommand    `cmd:"" help:"Compare the database with the stored files."`
	Health   healthCommand   `cmd:"" help:"Check whether the server on this machine is up."`
	Upload   uploadCommand   `cmd:"" help:"Upload files and folders to a tus server."`
	Doctor   doctorCommand   `cmd:"" help:"Diagnose what is between clients and a server."`
	Conf     configCommand   `cmd:"" name:"config" help:"Print the settings in effect."`
	OpenAPI  openapiCommand  `cmd:"" name:"openapi" help:"Print the OpenAPI document of the REST API."`
	Licenses licensesCommand `cmd:"" help:"Print the licences of Pawl and of all software in it."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// app is what a command runs with.
type app struct {
	ctx      context.Context
	settings *settings
	file     *settingsFile // nil: none was named
	stdout   io.Writer
	stderr   *os.File
}

func main() {
	// The first signal ends ctx, which every command takes as a wish to stop; stop
	// then gives the second one back its meaning: to end the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	a := &app{ctx: ctx, stdout: os.Stdout, stderr: os.Stderr}
	command, err := a.commandLine(args)
	if err == nil {
		err = command.Run(a)
	}
	return a.exit(err)
}

// commandLine reads the command line, the environment and the file they may name.
func (a *app) commandLine(args []string) (*kong.Context, error) {
	var c commands
	a.settings = &c.Settings
	known := c.Settings.each()
	dropEmptyVariables(known)
	parser, err := kong.New(&c,
		kong.Name("pawl"),
		kong.Description("Pawl is a self-hosted server for resumable uploads. Without any settings it keeps everything in ./pawl-data."),
		kong.KindMapper(reflect.String, kong.MapperFunc(takeBytes)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.WithBeforeResolve(func(ctx *kong.Context) error {
			if path := configPath(ctx); path != "" {
				a.file = readFile(path, known)
				ctx.AddResolver(a.file)
			}
			return nil
		}),
	)
	if err != nil {
		return nil, err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return nil, usageError{err}
	}
	return command, nil
}

// takeBytes reads the value of a string as it stands on the command line. Kong itself
// takes strings through JSON, which replaces bytes that are no UTF-8: those of a file's
// name, for one, that would then not be found.
func takeBytes(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(token.String())
	return nil
}

func configPath(ctx *kong.Context) string {
	for _, flag := range ctx.Model.Flags {
		if flag.Name == "config" {
			path, _ := ctx.FlagValue(flag).(string)
			return path
		}
	}
	return ""
}

// config is the configuration in effect.
func (a *app) config() (config, error) { return a.settings.load(a.file) }

// usageError is a command line that makes no sense.
type usageError struct{ error }

// errProblems makes a command that has said all there is to say exit with a failure.
var errProblems = errors.New("there are problems")

func (a *app) exit(err error) int {
	var usage usageError
	var faults configError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errProblems):
		return exitFailure
	case errors.As(err, &usage):
		a.complain(fmt.Sprintf("%v; see pawl --help", err))
		return exitUsage
	case errors.As(err, &faults):
		a.complain(err.Error())
		return exitUsage
	}
	a.complain(err.Error())
	return exitFailure
}

func (a *app) complain(text string) {
	fmt.Fprintln(a.stderr, "pawl:", terminal.SafeLines(text))
}
