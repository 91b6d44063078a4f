package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// component is something of others that the binary contains.
type component struct {
	name  string   // and version
	texts []string // of its licences and notices
	terms string   // what it names as its licence; only where it has no text
}

// legal matches the names of files that hold licences and notices, and not those of
// source that deals with licences.
var legal = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|copyright|notice|patents)([-._][a-z0-9-]+)?(\.(md|txt))?$`)

// textsIn returns the licences and notices that lie in a folder, in the order of their
// names.
func textsIn(dir string) (texts []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.IsDir() || !legal.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, tidy(text))
	}
	return texts, nil
}

// tidy removes what differs between equal licences and cannot be seen.
func tidy(text []byte) string {
	text = bytes.ToValidUTF8(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\ufffd"))
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n\f"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// add keeps texts that c does not have yet.
func (c *component) add(texts []string) {
	for _, text := range texts {
		if text != "" && !slices.Contains(c.texts, text) {
			c.texts = append(c.texts, text)
		}
	}
}
