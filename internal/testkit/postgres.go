package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gonets"
)

// Cluster is a PostgreSQL server of a test process's own. The zero value is
// ready; the first database starts the server. fsync stays on.
type Cluster struct {
	// Settings are PostgreSQL's own, "name=value", above those of the tests.
	Settings []string
	// Folder keeps its data, for a later process that goes on with them; its first
	// database is then the earlier one. Empty is a folder that goes with this process.
	Folder string

	mu      sync.Mutex
	dir     string
	port    Port
	cmd     *exec.Cmd
	exited  chan struct{}
	watch   *watcher
	made    int
	failure error
}

// clusterPatience bounds a start; nothing asserts how much of it was used.
const clusterPatience = 60 * time.Second

// Database makes an empty database and gives its address. The test is skipped
// where PostgreSQL is not installed.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	address, err := c.New()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("PostgreSQL is not installed; make test installs it")
	}
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// New makes an empty database and gives its address. The error is
// [exec.ErrNotFound] where PostgreSQL is not installed.
func (c *Cluster) New() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil && c.failure == nil {
		c.failure = c.start()
	}
	if c.failure != nil {
		return "", c.failure
	}
	c.made++
	name := "t" + strconv.Itoa(c.made)
	err := c.SQL("postgres", "CREATE DATABASE "+name)
	if err != nil && c.Folder != "" && strings.Contains(err.Error(), "already exists") {
		err = nil
	}
	return c.address(name), err
}

func (c *Cluster) address(database string) string {
	return fmt.Sprintf("postgres://gonets@127.0.0.1:%d/%s?sslmode=disable", c.port.N, database)
}

// SQL runs a statement in a database of the cluster.
func (c *Cluster) SQL(database, statement string) error {
	return c.Exec(c.address(database), statement)
}

// Exec runs a statement in the database of an address, beside every store.
func (c *Cluster) Exec(address, statement string) error {
	psql, err := tool("psql")
	if err != nil {
		return err
	}
	out, err := exec.Command(psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statement).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", statement, err, out)
	}
	return nil
}

// Stop ends the server and removes its data, unless they are kept; call it at the process's end.
func (c *Cluster) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halt(os.Interrupt) // "fast": ends the sessions
	c.port.Close()
	if c.Folder == "" && c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
	c.watch.release()
	c.watch = nil
}

// Crash ends the server as a power cut of the program would: at once, without a
// word to its clients and without a last checkpoint. Restart brings it back on
// the same port.
func (c *Cluster) Crash() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halt(syscall.SIGQUIT) // "immediate"
}

// Restart starts the server again on its data and its port.
func (c *Cluster) Restart() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.launch("-c", "fsync=on")
}

// LogOn moves the write-ahead log to another folder of its owner's, on a disk of its
// own.
func (c *Cluster) LogOn(folder string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halt(os.Interrupt)
	log := filepath.Join(c.dir, "data", "pg_wal")
	// cp keeps the owner and goes to another file system.
	if out, err := exec.Command("cp", "-a", log+"/.", folder).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if err := os.RemoveAll(log); err != nil {
		return err
	}
	if err := os.Symlink(folder, log); err != nil {
		return err
	}
	return c.launch("-c", "fsync=on")
}

// Unsafe is Restart without fsync: such a server has to be refused.
func (c *Cluster) Unsafe() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.launch("-c", "fsync=off")
}

func (c *Cluster) halt(how os.Signal) {
	if c.cmd != nil {
		_ = c.cmd.Process.Signal(how)
		limit := gonets.SystemClock{}.NewTimer(clusterPatience)
		defer limit.Stop()
		select {
		case <-c.exited:
		case <-limit.C():
			_ = c.cmd.Process.Kill()
			<-c.exited
		}
		c.cmd = nil
	}
}

func (c *Cluster) start() (err error) {
	sweep(os.TempDir())
	if c.dir, err = c.furnish(); err != nil {
		return err
	}
	if c.watch, err = watchOver(c.dir, c.Folder != ""); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.dir, "data", "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		if err := c.initialize(); err != nil {
			return err
		}
	}
	if c.port, err = HoldPort(); err != nil {
		return err
	}
	return c.launch("-c", "fsync=on")
}

// furnish makes the folder, or finds the one that was kept.
func (c *Cluster) furnish() (dir string, err error) {
	dir = c.Folder
	if dir == "" {
		dir, err = os.MkdirTemp("", clusterFolder)
	} else {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", err
	}
	return dir, giveAway(dir)
}

func (c *Cluster) initialize() error {
	initdb, err := tool("initdb")
	if err != nil {
		return err
	}
	cmd := asOwner(initdb, "-D", filepath.Join(c.dir, "data"), "-U", "gonets", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
	cmd.Dir = c.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (c *Cluster) launch(settings ...string) error {
	postgres, err := tool("postgres")
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := asOwner(postgres, "-D", filepath.Join(c.dir, "data"), "-p", strconv.Itoa(c.port.N), "-h", "127.0.0.1", "-k", "",
		"-c", "synchronous_commit=on", "-c", "max_connections=300",
		"-c", "deadlock_timeout=100ms")
	for _, s := range c.Settings {
		settings = append(settings, "-c", s)
	}
	cmd.Args = append(cmd.Args, settings...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd, c.exited = cmd, make(chan struct{})
	go func(done chan struct{}) {
		defer close(done)
		_ = cmd.Wait()
	}(c.exited)
	ready, err := tool("pg_isready")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), clusterPatience)
	defer cancel()
	for exec.CommandContext(ctx, ready, "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port.N)).Run() != nil {
		select {
		case <-c.exited:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("PostgreSQL ended: %s", text)
		case <-ctx.Done():
			return errors.New("PostgreSQL was not ready in time")
		case <-gonets.SystemClock{}.NewTimer(20 * time.Millisecond).C():
		}
	}
	return nil
}

// tool finds a program of PostgreSQL: Debian keeps the server's out of PATH.
func tool(name string) (string, error) {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err == nil && len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
		return found[0], nil
	}
	return exec.LookPath(name)
}

func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(path, "/usr/lib/postgresql/"), "/")[0])
	return n
}
