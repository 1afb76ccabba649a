package testkit

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the account under which the server runs when the tests run as root,
// which PostgreSQL refuses.
func owner() (uid, gid int, needed bool) {
	u, err := user.Lookup("postgres")
	if os.Getuid() != 0 || err != nil {
		return 0, 0, false
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	return uid, gid, true
}

func giveAway(dir string) error {
	if uid, gid, needed := owner(); needed {
		return os.Chown(dir, uid, gid)
	}
	return nil
}

func asOwner(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if uid, gid, needed := owner(); needed {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return cmd
}

// apart keeps a process out of reach of the signals that end this one's group.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
