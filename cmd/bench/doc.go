//go:build linux

// Command bench compares Pawl with tusd as shipped and with a bare net/http
// handler, in one run and in interleaved rounds: each round starts every server
// afresh, as a process of its own on loopback, with an empty directory on the
// same file system. It measures with what Linux has in /proc, and is built there alone.
//
//	go run ./cmd/bench [-only name] [-rounds N] [-pawl bin/pawl] [-md]
//
// Progress goes to stderr, the table to stdout. Read the ratios: the load
// generator shares the machine with the servers, and so may others.
//
// They do not promise the same. Pawl answers when the bytes are durable, and keeps
// a row and a SHA-256; tusd's disk store and the bare handler leave them in the
// page cache; the synced bare handler makes them durable and keeps nothing else.
package main
