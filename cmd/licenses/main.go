// Command licenses writes the licences of all that the binary contains of others: the
// Go modules that are linked into it on any system, Go itself, and the packages that
// the page is made of. `make generate` keeps its output in cmd/pawl/licenses.txt, which
// `pawl licenses` prints.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run() error {
	modules, err := goComponents("./cmd/pawl")
	if err != nil {
		return err
	}
	packages, err := npmComponents("frontend")
	if err != nil {
		return err
	}
	own, err := os.ReadFile("LICENSE")
	if err != nil {
		return err
	}
	return write(os.Stdout, tidy(own), append(modules, packages...))
}
