package main

import (
	"fmt"
	"slices"
	"strings"

	"pawl/cmd/internal/redact"
)

// configCommand prints the settings in effect, as a file that --config takes.
type configCommand struct{}

func (configCommand) Run(a *app) error {
	for _, s := range a.settings.each() {
		if s.flag == "config" {
			continue
		}
		if _, err := fmt.Fprintf(a.stdout, "%s: %s\n", s.flag, s.shown()); err != nil {
			return err
		}
	}
	_, err := a.config()
	return err
}

// shown returns the value as YAML, without what is secret in it.
func (s setting) shown() string {
	entries := s.texts()
	for i, entry := range entries {
		entries[i] = quoted(redact.Address(entry))
	}
	if _, ok := s.value.Interface().(list); ok {
		return "[" + strings.Join(entries, ", ") + "]"
	}
	return entries[0]
}

// texts returns the entries of a list, or the one text that any other value is.
func (s setting) texts() []string {
	switch value := s.value.Interface().(type) {
	case list:
		return slices.Clone(value)
	case toggle:
		if value == "" {
			return []string{"false"}
		}
		return []string{string(value)}
	default:
		return []string{fmt.Sprint(value)} // of a secret its stars
	}
}

// quoted leaves plain words as they are: YAML takes only some of them for
// something else.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("./-_:", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasSuffix(text, ":") {
		return text
	}
	return fmt.Sprintf("%q", text)
}
