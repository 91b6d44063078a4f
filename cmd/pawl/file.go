package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// settingsFile is a YAML file of settings, a kong.Resolver. Unlike Kong's own YAML
// loader it gives precedence to the environment and reports unknown keys.
type settingsFile struct {
	values map[string]string // by flag
	faults []string
}

// readFile reads the file at path. Faults are stored in the result, to be reported with
// those of other sources.
func readFile(path string, known []setting) *settingsFile {
	f := &settingsFile{values: map[string]string{}}
	content, err := os.ReadFile(path)
	if err != nil {
		f.fault("%s", readProblem(path, err))
		return f
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		f.fault("%s: invalid YAML: %s", path, yamlProblem(err))
		return f
	}
	if doc.Kind == 0 { // an empty file
		return f
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		f.fault("%s: must contain one setting per line, as name: value", path)
		return f
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		f.set(path, root.Content[i], root.Content[i+1], known)
	}
	return f
}

// anchorName matches the only part of a file that YAML errors quote. In
// "hook-secret: *word", the name may have been meant as a secret.
var anchorName = regexp.MustCompile(`anchor '[^']*'`)

func yamlProblem(err error) string {
	return anchorName.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "anchor")
}

func readProblem(path string, err error) string {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Sprintf("PAWL_CONFIG (--config): file %s does not exist", path)
	}
	return fmt.Sprintf("PAWL_CONFIG (--config): %v", err)
}

func (f *settingsFile) fault(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

// set stores one setting of the file.
func (f *settingsFile) set(path string, key, value *yaml.Node, known []setting) {
	where := fmt.Sprintf("%s:%d", path, key.Line)
	name := strings.ReplaceAll(key.Value, "_", "-")
	isName := func(s setting) bool { return s.flag == name && name != "config" }
	if !slices.ContainsFunc(known, isName) {
		f.fault("%s: unknown setting %q%s", where, key.Value, didYouMean(name, flagsOf(known)))
		return
	}
	if _, twice := f.values[name]; twice {
		f.fault("%s: %s is set twice", where, key.Value)
		return
	}
	text, ok := textOf(value)
	if !ok {
		f.fault("%s: the value of %s must be a string or a list of strings", where, key.Value)
		return
	}
	f.values[name] = text
}

// textOf returns a value as it would be written in the environment. It reports false
// for mappings and nested lists.
func textOf(n *yaml.Node) (string, bool) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", true
		}
		return n.Value, true
	case yaml.SequenceNode:
		entries := make([]string, len(n.Content))
		for i, entry := range n.Content {
			if entry.Kind != yaml.ScalarNode {
				return "", false
			}
			entries[i] = entry.Value
		}
		return strings.Join(entries, ","), true
	default:
		return "", false
	}
}

// Validate returns nil: faults are reported by [settings.load].
func (f *settingsFile) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag that is set neither on the command line nor in the
// environment.
func (f *settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, ok := os.LookupEnv(env); ok {
			return nil, nil
		}
	}
	if text := f.values[flag.Name]; text != "" {
		return text, nil
	}
	return nil, nil
}

func flagsOf(known []setting) []string {
	names := make([]string, len(known))
	for i, s := range known {
		names[i] = s.flag
	}
	return names
}
