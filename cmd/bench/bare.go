//go:build linux

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

// synced is the argument that has the bare server answer only when the bytes are
// durable: what that costs on this disk with nothing else on top.
const synced = "synced"

// serveBare is what net/http costs with nothing on top: bodies go to files by
// io.Copy, files come back by http.ServeContent. Its arguments are an address, a
// directory and, if wanted, synced.
func serveBare(args []string) error {
	if len(args) < 2 {
		return errors.New(bareCommand + " needs an address and a directory")
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: args[0], Handler: bareHandler(args[1], len(args) > 2 && args[2] == synced), Protocols: protocols}
	return server.ListenAndServe()
}

func bareHandler(dir string, sync bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {}) // ready
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(dir, r.PathValue("name")))
	})
	mux.HandleFunc("PUT /{name}", func(w http.ResponseWriter, r *http.Request) {
		err := barePut(filepath.Join(dir, r.PathValue("name")), r, sync)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// barePut writes a body to a file, from ?offset=N on.
func barePut(path string, r *http.Request, sync bool) error {
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
	if _, err = io.Copy(file, r.Body); err != nil || !sync {
		return err
	}
	return syncWithName(file)
}

func syncWithName(file *os.File) error {
	if err := file.Sync(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file.Name()))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
