package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// lockFile is package-lock.json, as far as it matters here.
type lockFile struct {
	Packages map[string]struct {
		Version          string
		License          string
		Dev, DevOptional bool
	}
}

// built are packages that are only needed to build the page and leave code or styles
// of their own in it.
var built = map[string]bool{"tailwindcss": true, "vite": true}

// npmComponents returns the packages that the page in a folder is made of.
func npmComponents(folder string) (all []component, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock lockFile
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, err
	}
	for path, p := range lock.Packages {
		levels := strings.Split(path, "node_modules/")
		name := levels[len(levels)-1] // empty: the page itself
		if name == "" || (p.Dev || p.DevOptional) && !built[name] {
			continue
		}
		texts, err := textsIn(filepath.Join(folder, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		if built[name] {
			texts = ownOnly(texts)
		}
		c := component{name: "npm " + name + " " + p.Version, terms: cmp.Or(p.License, "none")}
		c.add(texts)
		all = append(all, c)
	}
	return all, nil
}

// ownOnly leaves out what a build tool bundles for itself: none of it is in the page.
func ownOnly(texts []string) []string {
	for i, text := range texts {
		own, _, _ := strings.Cut(text, "\n# Licenses of bundled dependencies")
		texts[i] = tidy([]byte(own))
	}
	return texts
}
