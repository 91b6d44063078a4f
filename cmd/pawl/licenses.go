package main

import (
	_ "embed"
	"io"
)

// licenses holds the licences of Pawl and its dependencies, written by cmd/licenses.
//
//go:embed licenses.txt
var licenses string

type licensesCommand struct{}

func (licensesCommand) Run(a *app) error {
	_, err := io.WriteString(a.stdout, licenses)
	return err
}
