// Command pawl is a server for resumable uploads, with commands to check and diagnose
// it and to upload files to it.
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
	exitUsage   = 2 // the command line or the configuration is invalid
)

// commands defines the command line.
type commands struct {
	Settings settings `embed:""`

	Serve    serveCommand    `cmd:"" default:"1" help:"Run the server. This is the default."`
	Check    checkCommand    `cmd:"" help:"Compare the database with the stored files."`
	Health   healthCommand   `cmd:"" help:"Check whether the server on this machine responds."`
	Upload   uploadCommand   `cmd:"" help:"Upload files and folders to a tus server."`
	Doctor   doctorCommand   `cmd:"" help:"Diagnose the connection to a tus server, including proxies."`
	Conf     configCommand   `cmd:"" name:"config" help:"Print the settings in effect."`
	OpenAPI  openapiCommand  `cmd:"" name:"openapi" help:"Print the OpenAPI document of the REST API."`
	Licenses licensesCommand `cmd:"" help:"Print the licences of all software in the binary."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// app holds what every command runs with.
type app struct {
	ctx      context.Context
	settings *settings
	file     *settingsFile // nil if none was given
	stdout   io.Writer
	stderr   *os.File
}

func main() {
	// The first signal cancels ctx, on which every command shuts down; stop then
	// restores the default, so that a second signal kills the process.
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

// commandLine parses the command line, the environment and the configuration file. Its
// error is a [usageError] if the arguments are invalid.
func (a *app) commandLine(args []string) (*kong.Context, error) {
	var c commands
	a.settings = &c.Settings
	known := c.Settings.each()
	dropEmptyVariables(known)
	parser, err := kong.New(&c,
		kong.Name("pawl"),
		kong.Description("Pawl is a self-hosted server for resumable uploads. By default it stores everything in ./pawl-data."),
		kong.KindMapper(reflect.String, kong.MapperFunc(rawString)),
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

// rawString sets a string to the bytes on the command line. Kong decodes strings as
// JSON, which replaces invalid UTF-8: a file with such a name would not be found.
func rawString(ctx *kong.DecodeContext, target reflect.Value) error {
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

// config returns the configuration in effect. Its error is a [configError].
func (a *app) config() (config, error) { return a.settings.load(a.file) }

// usageError is an invalid command line.
type usageError struct{ error }

// errProblems is returned by commands that have reported their problems themselves. It
// sets the exit code without another message.
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
		a.printError(fmt.Sprintf("%v; see pawl --help", err))
		return exitUsage
	case errors.As(err, &faults):
		a.printError(err.Error())
		return exitUsage
	}
	a.printError(err.Error())
	return exitFailure
}

func (a *app) printError(text string) {
	fmt.Fprintln(a.stderr, "pawl:", terminal.SafeLines(text))
}
