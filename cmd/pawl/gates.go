package main

import (
	"log/slog"

	"pawl"
	"pawl/hooks/filetype"
	"pawl/hooks/httphook"
)

// newGates returns the checks of uploads, cheapest first.
func newGates(c config, log *slog.Logger) (pawl.Gates, error) {
	types, err := filetype.New(c.types)
	if err != nil {
		return pawl.Gates{}, err
	}
	gates := pawl.Gates{Detect: filetype.Detect}
	if !c.types.AllowsAll() {
		gates.Begin, gates.Content = []pawl.BeginGate{types}, []pawl.ContentGate{types}
		gates.Rename = []pawl.RenameGate{types}
	}
	if c.hook.URL == "" {
		return gates, nil
	}
	hook := c.hook
	hook.Log = log
	external, err := httphook.New(hook)
	if err != nil {
		return pawl.Gates{}, err
	}
	gates.Begin = append(gates.Begin, external)
	gates.Finish = append(gates.Finish, external)
	return gates, nil
}
