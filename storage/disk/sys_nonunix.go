//go:build !unix

package disk

const noFollow = 0

// openLimit returns how many files this process may have open; the system sets no limit
// that it could come to.
func openLimit() uint64 { return 1 << 16 }
