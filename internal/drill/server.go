package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// nursery starts processes from one thread that lives as long as the nursery:
// on Linux the kernel kills a child when the thread that started it ends, so
// that no server outlives a drill that was killed itself.
type nursery struct {
	requests chan func()
	done     chan struct{}
}

func newNursery() *nursery {
	n := &nursery{requests: make(chan func()), done: make(chan struct{})}
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

func (n *nursery) start(cmd *exec.Cmd) error {
	result := make(chan error, 1)
	n.requests <- func() { result <- cmd.Start() }
	return <-result
}

func (n *nursery) close() {
	close(n.requests)
	<-n.done
}

// process is one life of the server.
type process struct {
	cmd    *exec.Cmd
	born   time.Time
	exited chan struct{}
	err    error
}

// launch starts the server. It gets no environment: settings of the owner's
// real server must not reach it.
func launch(n *nursery, o *Options, port int) (*process, error) {
	out, err := os.OpenFile(o.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	args := append([]string{
		"serve", "--data", o.dataDir(), "--listen", "127.0.0.1:" + strconv.Itoa(port),
		"--allow-network", "127.0.0.0/8", "--clock-speed", strconv.Itoa(o.ClockSpeed),
	}, o.ServerArgs...)
	cmd := exec.Command(o.Binary, args...)
	cmd.Env = []string{}
	if o.Database != "" {
		cmd.Env = append(cmd.Env, "GONETS_DATABASE="+o.Database)
	}
	cmd.Dir = o.Dir
	cmd.Stdout, cmd.Stderr = out, out
	ownGroup(cmd)
	p := &process{cmd: cmd, exited: make(chan struct{}), born: time.Now()}
	if err := n.start(cmd); err != nil {
		return nil, fmt.Errorf("the server cannot be started: %w", err)
	}
	go func() {
		defer close(p.exited)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// kill ends the process and its children at once and waits for it.
func (p *process) kill() {
	killGroup(p.cmd)
	<-p.exited
}

// stop asks the process to end and kills it when it does not.
func (p *process) stop(within time.Duration) {
	if p.gone() {
		return
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err == nil {
		select {
		case <-p.exited:
			return
		case <-time.After(within):
		}
	}
	p.kill()
}

func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// readyPause is the pause between two looks at /readyz.
const readyPause = 2 * time.Millisecond

// awaitReady waits until the server says that it is ready and returns how long
// that took from its birth on.
func (p *process) awaitReady(ctx context.Context, base string, o *Options) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, o.ReadyLimit)
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
			return 0, p.unexpected(o)
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return 0, fmt.Errorf("the server was not ready within %v; its log ends with:\n%s", o.ReadyLimit, logTail(o))
			}
			return 0, ctx.Err()
		case <-time.After(readyPause):
		}
	}
}

// errEndedWell stands for the exit code of a server that was not asked to end.
var errEndedWell = errors.New("exit status 0")

// unexpected describes a server that ended by itself.
func (p *process) unexpected(o *Options) error {
	how := p.err
	if how == nil {
		how = errEndedWell
	}
	return fmt.Errorf("the server ended by itself (%w); its log ends with:\n%s", how, logTail(o))
}

func logTail(o *Options) string {
	data, err := os.ReadFile(o.logFile())
	if err != nil {
		return err.Error()
	}
	const tail = 2000
	return strings.TrimSpace(string(data[max(0, len(data)-tail):]))
}
