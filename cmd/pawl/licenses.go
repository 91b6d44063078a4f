package main

import (
	_ "embed"
	"io"
)

// licenses are those of Pawl and of everything that is linked into it: see
// cmd/licenses.
//
//go:embed licenses.txt
var licenses string

type licensesCommand struct{}

func (licensesCommand) Run(a *app) error {
	_, err := io.WriteString(a.stdout, licenses)
	return err
}
