// Package child runs a server of our own as a child process, for the tools that
// try the real program from outside: it starts it, waits for it, tells how it
// ended and talks to its API. No child outlives its parent.
package child

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Nursery starts processes from one thread that lives as long as the nursery:
// on Linux the kernel kills a child when the thread that started it ends, so
// that no server outlives a parent that was killed itself.
type Nursery struct {
	requests chan func()
	done     chan struct{}
}

// NewNursery makes a nursery; close it when all children have ended.
func NewNursery() *Nursery {
	n := &Nursery{requests: make(chan func()), done: make(chan struct{})}
	go func() {
		defer close(n.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range n.requests {
			f()
		}
	}()
	return n
}

func (n *Nursery) start(cmd *exec.Cmd) error {
	result := make(chan error, 1)
	n.requests <- func() { result <- cmd.Start() }
	return <-result
}

// Close ends the thread and, on Linux, every child that is still alive.
func (n *Nursery) Close() {
	close(n.requests)
	<-n.done
}

// Command says how a child is started.
type Command struct {
	// Path is the program.
	Path string
	Args []string
	// Env is its whole environment; settings of the owner's real server must
	// not reach it.
	Env []string
	// Dir is where it works.
	Dir string
	// Log is the file to which its output is added.
	Log string
	// ReadyLimit is how long a start may take; a minute when 0.
	ReadyLimit time.Duration
}

// Process is one life of a child.
type Process struct {
	command Command
	cmd     *exec.Cmd
	born    time.Time
	exited  chan struct{}
	err     error
}

// Start starts a child.
func (n *Nursery) Start(c Command) (*Process, error) {
	if c.ReadyLimit == 0 {
		c.ReadyLimit = time.Minute
	}
	out, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(c.Path, c.Args...)
	// A nil environment would be the parent's.
	cmd.Env = append([]string{}, c.Env...)
	cmd.Dir = c.Dir
	cmd.Stdout, cmd.Stderr = out, out
	ownGroup(cmd)
	p := &Process{command: c, cmd: cmd, exited: make(chan struct{}), born: time.Now()}
	if err := n.start(cmd); err != nil {
		return nil, fmt.Errorf("the server cannot be started: %w", err)
	}
	go func() {
		defer close(p.exited)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Born is when the process was started.
func (p *Process) Born() time.Time { return p.born }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Kill ends the process and its children at once and waits for it.
func (p *Process) Kill() {
	killGroup(p.cmd)
	<-p.exited
}

// Stop asks the process to end and kills it when it does not.
func (p *Process) Stop(within time.Duration) {
	if p.Gone() {
		return
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err == nil {
		select {
		case <-p.exited:
			return
		case <-time.After(within):
		}
	}
	p.Kill()
}

// Gone tells whether the process has ended.
func (p *Process) Gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// readyPause is the pause between two looks at /readyz.
const readyPause = 2 * time.Millisecond

// AwaitReady waits until the server says that it is ready and returns how long
// that took from its birth on.
func (p *Process) AwaitReady(ctx context.Context, base string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, p.command.ReadyLimit)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
		if err != nil {
			return 0, err
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(p.born), nil
			}
		}
		select {
		case <-p.exited:
			return 0, p.Unexpected()
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return 0, fmt.Errorf("the server was not ready within %v; its log ends with:\n%s", p.command.ReadyLimit, p.logTail())
			}
			return 0, ctx.Err()
		case <-time.After(readyPause):
		}
	}
}

// errEndedWell stands for the exit code of a server that was not asked to end.
var errEndedWell = errors.New("exit status 0")

// Unexpected describes a server that ended by itself.
func (p *Process) Unexpected() error {
	how := p.err
	if how == nil {
		how = errEndedWell
	}
	return fmt.Errorf("the server ended by itself (%w); its log ends with:\n%s", how, p.logTail())
}

func (p *Process) logTail() string {
	data, err := os.ReadFile(p.command.Log)
	if err != nil {
		return err.Error()
	}
	const tail = 2000
	return strings.TrimSpace(string(data[max(0, len(data)-tail):]))
}
