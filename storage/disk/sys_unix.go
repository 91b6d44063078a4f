//go:build unix

package disk

import "golang.org/x/sys/unix"

// noFollow has an open fail where the path ends in a symbolic link.
const noFollow = unix.O_NOFOLLOW

// openLimit returns how many descriptors this process can have.
func openLimit() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fallbackLimit
	}
	return min(uint64(limit.Cur), 1<<20) //nolint:unconvert // signed on some systems; may be "unlimited"
}

const fallbackLimit = 256
