package main

import (
	"time"

	"pawl/cmd/internal/doctor"
	"pawl/cmd/internal/tusclient"
)

// doctorCommand diagnoses the connection between clients and a server.
type doctorCommand struct {
	Server  string        `arg:"" name:"url" help:"URL of the server as clients use it, or of its tus endpoint; the path defaults to /files/."`
	Headers []string      `name:"header" short:"H" sep:"none" env:"PAWL_HEADER" placeholder:"NAME:VALUE" help:"Header for every request, such as 'Authorization: Bearer …'."`
	Origin  string        `placeholder:"ORIGIN" help:"Also check CORS for pages of this origin, such as https://app.example.com."`
	Large   bool          `help:"Also try a body of 100 MiB."`
	Slow    time.Duration `placeholder:"TIME" help:"Also send a slow body for this long, to find timeouts."`
	JSON    bool          `name:"json" help:"Print the report as JSON."`
}

func (d *doctorCommand) Run(a *app) error {
	endpoint, err := tusclient.ParseEndpoint(d.Server)
	if err != nil {
		return usageError{err}
	}
	header, err := readHeaders(d.Headers)
	if err != nil {
		return usageError{err}
	}
	report := doctor.Examine(a.ctx, doctor.Config{
		Endpoint: endpoint, Header: header, Origin: d.Origin, Large: d.Large, Slow: d.Slow, Now: time.Now,
	})
	if d.JSON {
		err = report.PrintJSON(a.stdout)
	} else {
		report.Print(a.stdout)
	}
	if err == nil && report.Failed() {
		err = errProblems
	}
	return err
}
