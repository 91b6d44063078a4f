package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// systems are those whose binaries are covered: some modules are linked on one alone.
var systems = []string{"linux", "darwin", "windows", "freebsd"}

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// goComponents returns Go and the modules that a command is linked from.
func goComponents(command string) ([]component, error) {
	modules := map[string]*component{}
	for _, system := range systems {
		packages, err := linked(command, system)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			if p.Module == nil || p.Module.Main {
				continue
			}
			if err := addPackage(modules, p); err != nil {
				return nil, err
			}
		}
	}
	standard, err := standardLibrary()
	if err != nil {
		return nil, err
	}
	all := []component{standard}
	for _, c := range modules {
		if len(c.texts) == 0 {
			return nil, fmt.Errorf("%s has no licence", c.name)
		}
		all = append(all, *c)
	}
	return all, nil
}

// linked lists the packages that a command is linked from on a system.
func linked(command, system string) (all []goPackage, err error) {
	list := exec.Command("go", "list", "-deps", "-json=Dir,Module", command)
	list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=amd64", "GOOS="+system)
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// addPackage adds what lies beside a package, and above it up to the top of its
// module: a module can contain packages of others under their own licences.
func addPackage(modules map[string]*component, p goPackage) error {
	c := modules[p.Module.Path]
	if c == nil {
		c = &component{name: p.Module.Path + " " + p.Module.Version}
		modules[p.Module.Path] = c
	}
	for dir := p.Dir; strings.HasPrefix(dir, p.Module.Dir); dir = filepath.Dir(dir) {
		texts, err := textsIn(dir)
		if err != nil {
			return err
		}
		c.add(texts)
	}
	return nil
}

func standardLibrary() (component, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return component{}, fmt.Errorf("go env: %w", err)
	}
	c := component{name: "Go, its runtime and standard library"}
	texts, err := textsIn(strings.TrimSpace(string(root)))
	c.add(texts)
	return c, err
}
