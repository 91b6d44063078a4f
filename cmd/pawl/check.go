package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"pawl"
	"pawl/cmd/internal/terminal"
	"pawl/events"
	"pawl/upkeep"
	"pawl/uploads"
)

// checkCommand compares the database with the stored files.
type checkCommand struct {
	Mend bool `help:"Repair what can be repaired; the server must be stopped."`
	Read bool `help:"Also read every file and verify its SHA-256."`
}

func (c *checkCommand) Run(a *app) error {
	config, err := a.config()
	if err != nil {
		return err
	}
	if _, err := os.Stat(config.sqlite); config.sqlite != "" && err != nil {
		return fmt.Errorf("no database to check: %w", err)
	}
	unlock, running, err := c.lock(config)
	if err != nil {
		return err
	}
	defer unlock()
	report, err := c.check(a.ctx, config, running, a.stdout, newLog(a.stderr, config.logFormat, max(config.logLevel, slog.LevelWarn)))
	if err != nil {
		return err
	}
	return c.print(a.stdout, report)
}

// lock locks the data directory. If a server has locked it, a check that repairs
// nothing can run all the same, and running is true.
func (c *checkCommand) lock(config config) (unlock func(), running bool, err error) {
	dir := config.ownDir()
	if dir == "" { // shared with other instances: see others
		return func() {}, false, nil
	}
	lock, err := lockDir(dir)
	var held errHeld
	if errors.As(err, &held) && !c.Mend {
		return func() {}, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	return func() { _ = lock.release() }, false, nil
}

func (c *checkCommand) check(ctx context.Context, config config, running bool, out io.Writer, log *slog.Logger) (_ upkeep.Report, err error) {
	b, err := openBackends(ctx, config, log, openDatabase, running)
	if err != nil {
		return upkeep.Report{}, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	others, err := c.others(ctx, b.database)
	if err != nil {
		return upkeep.Report{}, err
	}
	if running || others > 0 {
		fmt.Fprintln(out, "Pawl is running: uploads in progress may be reported as problems.")
	}
	gates, err := newGates(config, log)
	if err != nil {
		return upkeep.Report{}, err
	}
	uploads := uploads.New(uploads.Config{
		Store: b.store, Blobs: b.blobs, Leases: b.leases, Gates: gates, Policy: pawl.OwnersOnly,
		Events: events.New(b.store, pawl.OwnersOnly), MaxSize: config.maxSize, Expiry: config.expiry, Log: log, Now: time.Now,
	})
	checker := upkeep.Checker{Store: b.store, Blobs: b.blobs, Uploads: uploads, Mend: c.Mend, Read: c.Read}
	report, err := checker.Check(ctx)
	uploads.Close(context.WithoutCancel(ctx))
	return report, err
}

// others returns the number of running instances on a shared database. It is an error
// to repair while there are any.
func (c *checkCommand) others(ctx context.Context, d database) (int64, error) {
	if d.instances == nil {
		return 0, nil
	}
	n, err := d.instances(ctx)
	if err == nil && n > 0 && c.Mend {
		err = fmt.Errorf("the database is in use by %s of Pawl: stop them all before using --mend; "+
			"one that was killed is counted for a few seconds more", plural(n, "instance"))
	}
	return n, err
}

// print prints the report. It returns errProblems if problems remain.
func (c *checkCommand) print(out io.Writer, report upkeep.Report) error {
	fmt.Fprintf(out, "%s in %s, %s in progress\n", plural(report.Bytes, "byte"), plural(report.Files, "file"), plural(report.Uploads, "upload"))
	mended, mendable := 0, 0
	for _, problem := range report.Problems {
		fmt.Fprintln(out, terminal.Safe(describe(problem)))
		switch {
		case problem.Mended:
			mended++
		case problem.Remedy != "":
			mendable++
		}
	}
	left := len(report.Problems) - mended
	switch {
	case len(report.Problems) == 0:
		fmt.Fprintln(out, "no problems")
		return nil
	case left == 0:
		fmt.Fprintf(out, "%s, all repaired\n", plural(int64(len(report.Problems)), "problem"))
		return nil
	}
	fmt.Fprintf(out, "%s, %d repaired", plural(int64(len(report.Problems)), "problem"), mended)
	if mendable > 0 {
		fmt.Fprintf(out, "; stop the server and run 'pawl check --mend' to repair %d", mendable)
	}
	fmt.Fprintln(out)
	return errProblems
}

func describe(p upkeep.Problem) string {
	text := "- " + p.What
	if p.ID != "" {
		text = fmt.Sprintf("- %s: %s", p.ID, p.What)
	}
	switch {
	case p.Mended:
		text += " (repaired: " + p.Remedy + ")"
	case p.Remedy != "":
		text += " (--mend: " + p.Remedy + ")"
	}
	return text
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
