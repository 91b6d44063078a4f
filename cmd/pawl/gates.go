package main

import (
	"log/slog"

	"pawl"
	"pawl/hooks/filetype"
	"pawl/hooks/httphook"
)

// newGates lines up what an upload is asked, cheapest first.
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
	service, err := httphook.New(hook)
	if err != nil {
		return pawl.Gates{}, err
	}
	gates.Begin = append(gates.Begin, service)
	gates.Finish = append(gates.Finish, service)
	return gates, nil
}
