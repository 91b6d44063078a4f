package process

import (
	"errors"
	"os"
	"os/user"
	"strconv"
)

// Account is a user of the system. The zero value is the user of this program.
type Account struct{ UID, GID uint32 }

// Unprivileged returns whom to run a program as that refuses to run as root: this
// program's own user, or one of the named users if that is root.
func Unprivileged(names ...string) (Account, error) {
	if os.Geteuid() != 0 {
		return Account{}, nil
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err == nil && gidErr == nil && uid > 0 {
			return Account{UID: uint32(uid), GID: uint32(gid)}, nil
		}
	}
	return Account{}, errors.New("it does not run as root, and there is no other user to run it as")
}

// Own makes the account the owner of a file.
func (a Account) Own(path string) error {
	if a == (Account{}) {
		return nil
	}
	return os.Chown(path, int(a.UID), int(a.GID))
}
