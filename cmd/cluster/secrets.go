package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// secrets are the passwords of a cluster, made up at its first start. They keep
// other users of the machine out.
type secrets struct {
	Database string `json:"database"` // password of PostgreSQL's user
	Access   string `json:"access"`   // the two halves of the S3 credentials
	Secret   string `json:"secret"`
}

func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, "secrets.json")
	var s secrets
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &s); err != nil {
			return s, fmt.Errorf("%s is damaged; begin anew with -fresh: %w", path, err)
		}
		return s, nil
	case !errors.Is(err, os.ErrNotExist):
		return s, err
	}
	s = secrets{Database: rand.Text(), Access: rand.Text(), Secret: rand.Text()}
	text, err = json.Marshal(s)
	if err != nil {
		return s, err
	}
	return s, os.WriteFile(path, text, 0o600)
}
