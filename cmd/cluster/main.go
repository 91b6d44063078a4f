// Command cluster runs Pawl as it is run in production, on this machine and
// without containers: PostgreSQL, an S3 server, several instances, and nginx or Caddy
// in front of them with the configuration in deploy. `make cluster` starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"pawl/internal/testbed/process"
	"pawl/internal/testbed/reverseproxy"
	"pawl/internal/testbed/s3test"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o := options{proxy: reverseproxy.Nginx}
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.IntVar(&o.instances, "n", 2, "how many `instances` of Pawl")
	flags.StringVar(&o.dir, "dir", ".cluster", "where everything is kept, from run to run")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "where the proxy listens")
	flags.Func("proxy", "the `program` in front: nginx (the default) or caddy", func(name string) error {
		o.proxy = reverseproxy.Kind(name)
		if o.proxy != reverseproxy.Nginx && o.proxy != reverseproxy.Caddy {
			return errors.New("want nginx or caddy")
		}
		return nil
	})
	flags.StringVar(&o.deploy, "deploy", "deploy", "the directory of the proxies' configuration files")
	flags.StringVar(&o.pawl, "pawl", "bin/pawl", "the `binary` of Pawl")
	flags.StringVar(&o.versitygw, "versitygw", "", "the `binary` of the S3 server; the one that was built last if it is not said")
	fresh := flags.Bool("fresh", false, "begin with nothing: what earlier runs have kept is deleted")
	withCommand := flags.Bool("services", false, "start PostgreSQL and the S3 server alone, and run the command that follows with them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.versitygw == "" {
		var err error
		if o.versitygw, err = s3test.Find(); err != nil {
			return err
		}
	}
	if *withCommand {
		return runBeside(ctx, o.versitygw, flags.Args())
	}
	if *fresh {
		if err := removeOld(o.dir); err != nil {
			return err
		}
	}
	return runCluster(ctx, o)
}

func runCluster(ctx context.Context, o options) error {
	if o.instances < 1 {
		return errors.New("-n must be 1 or more")
	}
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	if err := c.up(ctx); err != nil {
		return errors.Join(err, c.down())
	}
	c.tell(os.Stdout)
	c.keepUp(ctx)
	fmt.Println("\nstopping")
	return c.down()
}

// removeOld deletes a cluster, and nothing that is none.
func removeOld(dir string) error {
	_, err := os.Stat(dir + "/secrets.json")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// tell says where everything is.
func (c *cluster) tell(out io.Writer) {
	fmt.Fprintf(out, "\nPawl is ready: %s\n\n", c.url())
	row := func(name, where string, pid int) { fmt.Fprintf(out, "  %-12s %-26s process %d\n", name, where, pid) }
	for _, i := range c.instances {
		row(i.Name, i.url(), i.PID())
	}
	row(c.front.Name, c.url(), c.front.PID())
	row("PostgreSQL", c.postgres.Address(), c.postgres.PID())
	row("S3", "http://"+c.s3.Address, c.s3.PID())
	fmt.Fprintf(out, "\nEverything is kept in %s, logs in %s/logs. Kill what you like: it is started again.\n"+
		"Ctrl-C stops it all.\n", c.dir, c.dir)
}

// restartAfter is how long a part stays away that ended by itself.
const restartAfter = time.Second

// keepUp starts again what ends, until ctx does.
func (c *cluster) keepUp(ctx context.Context) {
	parts := []*process.Process{&c.postgres.Process, &c.s3.Process, &c.front.Process}
	for _, i := range c.instances {
		parts = append(parts, &i.Process)
	}
	var watched sync.WaitGroup
	for _, p := range parts {
		watched.Go(func() { keepUp(ctx, p) })
	}
	watched.Wait()
}

// keepUp starts one part again.
func keepUp(ctx context.Context, p *process.Process) {
	for {
		cmd, ended := p.Current()
		select {
		case <-ctx.Done():
			return
		case <-ended:
		}
		fmt.Printf("%s (process %d) has ended: %s; starting it again\n", p.Name, cmd.Process.Pid, cmd.ProcessState)
		select {
		case <-ctx.Done():
			return
		case <-time.After(restartAfter):
		}
		if err := p.Start(); err != nil {
			fmt.Println(err)
			return
		}
	}
}
