// Package pawl is the domain of a resumable upload server: what an upload and a
// file are, which moves between their states are legal, and the use cases that
// own every rule once. It imports the standard library alone; databases, disks,
// hooks and HTTP reach it through the ports declared beside the code that uses
// them ([Store], [Blobs], the gates in [Gates]).
//
// A pawl is the catch that keeps a ratchet from slipping back: an upload that
// has reached byte N never slips below N again.
package pawl
