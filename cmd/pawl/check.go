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

// checkCommand compares the database with the stored bytes.
type checkCommand struct {
	Mend bool `help:"Repair what can be repaired automatically; the server must be stopped."`
	Read bool `help:"Also read every file and compare it with its digest."`
}

func (c *checkCommand) Run(a *app) error {
	config, err := a.config()
	if err != nil {
		return err
	}
	if _, err := os.Stat(config.sqlite); config.sqlite != "" && err != nil {
		return fmt.Errorf("there is no database to check: %w", err)
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

// lock takes the data directory. A check that changes nothing may look on while a
// server works, and then finds what is under way.
func (c *checkCommand) lock(config config) (unlock func(), running bool, err error) {
	dir := config.ownDir()
	if dir == "" { // shared by instances, which the database knows
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
		fmt.Fprintln(out, "Pawl is running: uploads in progress can look like problems.")
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

// others counts the instances at work on a database that is shared, and lets
// nothing be mended under them.
func (c *checkCommand) others(ctx context.Context, d database) (int64, error) {
	if d.instances == nil {
		return 0, nil
	}
	n, err := d.instances(ctx)
	if err == nil && n > 0 && c.Mend {
		err = fmt.Errorf("the database is in use by %s of Pawl: stop them all before anything is mended; "+
			"one that was killed counts for a few seconds more", plural(n, "instance"))
	}
	return n, err
}

// print tells what was found; its error is errProblems if anything is left to do.
func (c *checkCommand) print(out io.Writer, report upkeep.Report) error {
	fmt.Fprintf(out, "%s in %s, %s under way\n", plural(report.Bytes, "byte"), plural(report.Files, "file"), plural(report.Uploads, "upload"))
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
		fmt.Fprintf(out, "%s, all mended\n", plural(int64(len(report.Problems)), "problem"))
		return nil
	}
	fmt.Fprintf(out, "%s, %d mended", plural(int64(len(report.Problems)), "problem"), mended)
	if mendable > 0 {
		fmt.Fprintf(out, "; stop the server and run 'pawl check --mend' to mend %d", mendable)
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
		text += " (mended: " + p.Remedy + ")"
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
