package testkit

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gonets"
)

// clusterFolder begins the name of every cluster's folder.
const clusterFolder = "gonets-pg-"

// afterlife ends what a test process left behind when it was killed: it reads
// until the pipe from that process is closed, which the kernel does whatever
// killed it, and then stops the server and removes its folder. A server that
// was stopped in order has no folder any more. A folder that is to be kept stays.
const afterlife = `read -r _
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
n=0
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done
[ "$2" = keep ] || rm -rf "$1"`

// watcher is a process that outlives this one to clean up after it.
type watcher struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// watchOver starts the watcher of a cluster's folder.
func watchOver(dir string, keep bool) (*watcher, error) {
	fate := "remove"
	if keep {
		fate = "keep"
	}
	cmd := exec.Command("/bin/sh", "-c", afterlife, "sh", dir, fate)
	cmd.Dir = "/"
	apart(cmd)
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, pipe.Close())
	}
	return &watcher{cmd, pipe}, nil
}

// release lets the watcher do its work, of which nothing is left after an end
// in order.
func (w *watcher) release() {
	if w == nil {
		return
	}
	_ = w.pipe.Close()
	_ = w.cmd.Wait()
}

// staleAfter is the age from which a folder without a server is nobody's.
const staleAfter = time.Hour

// sweep removes what clusters left whose watchers were killed too.
func sweep(temp string) {
	now := gonets.SystemClock{}.Now()
	dirs, _ := filepath.Glob(filepath.Join(temp, clusterFolder+"*"))
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || now.Sub(info.ModTime()) < staleAfter {
			continue
		}
		raw, _ := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		pid, _, _ := strings.Cut(string(raw), "\n")
		if pid == "" || exec.Command("kill", "-0", pid).Run() != nil {
			_ = os.RemoveAll(dir)
		}
	}
}
