// Package pawl holds the vocabulary of a resumable upload server: what uploads, files and
// blobs are, who may do what to them, the kinds of error, and the ports through which the
// use cases reach databases ([Store]), storage ([Blobs]), other instances ([Leases]) and
// hooks ([Gates]). It imports the standard library, and the rules of Unicode, alone.
//
// The use cases are in packages beside it: uploads, files, events and upkeep.
//
// A pawl is the catch that keeps a ratchet from slipping back: once an upload has
// acknowledged byte N, byte N is safe.
package pawl
