package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
)

// bareCommand is the hidden subcommand by which the bench runs itself as the
// bare server.
const bareCommand = "serve-bare"

// serveBare is what net/http costs with nothing on top: bodies go to files by
// io.Copy, files come back by http.ServeContent. Its arguments are an address
// and a directory.
func serveBare(args []string) error {
	if len(args) != 2 {
		return errors.New(bareCommand + " needs an address and a directory")
	}
	server := &http.Server{Addr: args[0], Handler: bareHandler(args[1])}
	return server.ListenAndServe()
}

func bareHandler(dir string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {}) // ready
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(dir, r.PathValue("name")))
	})
	mux.HandleFunc("PUT /{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := barePut(filepath.Join(dir, r.PathValue("name")), r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// barePut writes a body to a file, from ?offset=N on.
func barePut(path string, r *http.Request) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if at := r.URL.Query().Get("offset"); at != "" {
		offset, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return err
		}
		if _, err := file.Seek(offset, io.SeekStart); err != nil {
			return err
		}
	}
	_, err = io.Copy(file, r.Body)
	return err
}
