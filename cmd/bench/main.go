//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options is what the command line says.
type options struct {
	only      string
	rounds    int
	pawl      string
	markdown  bool
	dir       string
	tools     string
	versitygw string
	streamMiB int64
	smallN    int
	headN     int
	quiet     time.Duration
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == bareCommand {
		exit(serveBare(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, parseOptions())
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.only, "only", "", "run this scenario alone: "+scenarioNames())
	flag.IntVar(&o.rounds, "rounds", 5, "how often each scenario runs against each server")
	flag.StringVar(&o.pawl, "pawl", filepath.Join("bin", "pawl"), "the Pawl binary; left out of the comparison when missing")
	flag.BoolVar(&o.markdown, "md", false, "print a Markdown table")
	flag.StringVar(&o.dir, "dir", ".cache", "where the data directories are made: a real file system, not tmpfs")
	flag.StringVar(&o.tools, "tools", filepath.Join(".cache", "tools"), "where tusd is, or is installed to")
	flag.StringVar(&o.versitygw, "versitygw", "", "the versitygw binary, for the scenarios on S3; they are left out without it")
	flag.Int64Var(&o.streamMiB, "stream-mib", 2048, "size of the single PATCH of patch-2g and cpu-nodigest")
	flag.IntVar(&o.smallN, "small-requests", 8000, "requests of small")
	flag.IntVar(&o.headN, "head-requests", 16000, "requests of head")
	flag.DurationVar(&o.quiet, "quiet", 0, "how long to wait, before each measurement, for others to leave the machine alone")
	flag.Parse()
	return o
}

// run measures every scenario and prints the table. What was measured before an
// interruption or a failure is printed too.
func run(ctx context.Context, o options) error {
	scenarios, err := chosen(o)
	if err != nil {
		return err
	}
	work, err := workDir(o.dir)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	servers, err := findServers(ctx, o)
	if err != nil {
		return err
	}
	results, err := measureAll(ctx, bench{options: o, work: work, servers: servers}, scenarios)
	if printErr := printReport(os.Stdout, results, o.markdown); err == nil {
		err = printErr
	}
	return err
}

// workDir makes the directory that everything is made in.
func workDir(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(parent, "bench-")
	if err != nil {
		return "", err
	}
	spreadDirectories(dir)
	return filepath.Abs(dir)
}

// spreadDirectories asks ext4 to put each directory made in dir into another part
// of the disk, as it does below the root: for minutes ext4 avoids the inodes of
// deleted files, so that many deletions by one server would otherwise make the
// next one's creations several times slower. Elsewhere it does nothing.
func spreadDirectories(dir string) { _ = exec.Command("chattr", "+T", dir).Run() }
