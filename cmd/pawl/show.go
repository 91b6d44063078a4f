package main

import (
	"fmt"
	"slices"
	"strings"

	"pawl/cmd/internal/redact"
)

// configCommand prints the settings in effect, in the format of --config.
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

// shown returns the value as YAML, with secrets redacted.
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

// texts returns the entries of a list, or a single entry for any other value.
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
		return []string{fmt.Sprint(value)} // a secret is masked by its String method
	}
}

// quoted quotes text unless it consists of characters without a meaning in YAML.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("./-_:", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasSuffix(text, ":") {
		return text
	}
	return fmt.Sprintf("%q", text)
}
