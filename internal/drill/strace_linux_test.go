package drill

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonets/internal/child"
)

// TestAnAnswerWaitsForTheDisk watches the system calls of the real server:
// between receiving an event and answering it, a file of the database has to
// be synced. kill -9 cannot show this.
func TestAnAnswerWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	for tag, synced := range map[string]bool{"": true, "sabotage_nosync": false} {
		t.Run("tag "+tag, func(t *testing.T) {
			t.Parallel()
			binary := build(t, tag)
			strace, err := exec.LookPath("strace")
			if err != nil {
				t.Skip("strace is missing: install it to prove that an answer waits for the disk (apt install strace)")
			}
			const events = 5
			trace := traced(t, strace, binary, events)
			n, err := syncedAnswers(trace)
			if synced && (err != nil || n != events) {
				t.Errorf("%d of %d answers were seen: %v\n%s", n, events, err, trace)
			}
			if !synced && err == nil {
				t.Errorf("a server that does not sync passed with %d answers\n%s", n, trace)
			}
		})
	}
}

// traced runs the server under strace, sends it events one after another and
// returns the trace. The source feeds no scenario, so that no other commit
// syncs the disk meanwhile.
func traced(t *testing.T, strace, binary string, events int) string {
	t.Helper()
	o := Options{Dir: filepath.Join(t.TempDir(), "drill")}
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.prepare(); err != nil {
		t.Fatal(err)
	}
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(o.Dir, "trace")
	n := child.NewNursery()
	defer n.Close()
	p, err := n.Start(child.Command{Path: strace, Dir: o.Dir, Log: o.logFile(0), Args: []string{
		"-f", "-y", "-s", "40", "-o", out, "-e", "trace=fsync,fdatasync,read,recvfrom,write,sendto", binary,
		"serve", "--ballast", "0", "--data", o.dataDir(0), "--listen", "127.0.0.1:" + strconv.Itoa(port)}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	if _, err := p.AwaitReady(t.Context(), base); err != nil {
		t.Fatal(err)
	}
	send(t, &o, base, events)
	p.Kill()
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func send(t *testing.T, o *Options, base string, events int) {
	t.Helper()
	a, err := newAPI(o, base)
	if err != nil {
		t.Fatal(err)
	}
	address, err := a.applySource(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range events {
		resp, err := http.Post(address, "application/json", strings.NewReader(fmt.Sprintf(`{"n":%d}`, n)))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("event %d was answered %d", n, resp.StatusCode)
		}
	}
}

// applySource makes a source without a scenario.
func (a *api) applySource(ctx context.Context) (string, error) {
	source, _, _ := strings.Cut(string(documents("")), "---\n")
	return a.Apply(ctx, []byte(source), documentName)
}

var (
	traceCall    = regexp.MustCompile(`^(\d+)\s+(\w+)\((\d+)<([^>]*)>`)
	traceResumed = regexp.MustCompile(`^(\d+)\s+<\.\.\. (\w+) resumed>`)
	traceOK      = regexp.MustCompile(`\)\s+= (\d+)`)
)

// syncedAnswers reads a trace of strace -f -y. It counts the answers 200 to
// events and fails at the first one that no sync of a database file precedes
// which began after the event had been received.
func syncedAnswers(trace string) (answers int, err error) {
	type call struct {
		name, fd, file string
		began          int
	}
	open := map[string]call{}    // by thread: the call that is unfinished
	received := map[string]int{} // by descriptor: the line of the event
	lastSync := -1               // the beginning of the last finished sync
	for at, line := range strings.Split(trace, "\n") {
		var c call
		if m := traceCall.FindStringSubmatch(line); m != nil {
			c = call{m[2], m[3], m[4], at}
			if isWrite(c.name) && strings.Contains(line, `"HTTP/1.1 200`) {
				from, ok := received[c.fd]
				if !ok {
					continue // not an answer to an event
				}
				if lastSync < from {
					return answers, fmt.Errorf("line %d answers the event of line %d, and nothing was synced in between", at+1, from+1)
				}
				delete(received, c.fd)
				answers++
			}
			if strings.Contains(line, "<unfinished") {
				open[m[1]] = c
				continue
			}
		} else if m := traceResumed.FindStringSubmatch(line); m != nil {
			c = open[m[1]]
			delete(open, m[1])
		}
		if !traceOK.MatchString(line) {
			continue
		}
		switch c.name {
		case "read", "recvfrom":
			// On a connection that was kept, net/http reads the first byte alone.
			if strings.Contains(line, `"POST /in/`) || strings.Contains(line, `"OST /in/`) {
				received[c.fd] = at
			}
		case "fsync", "fdatasync":
			if strings.Contains(c.file, "gonets.db") {
				lastSync = max(lastSync, c.began)
			}
		}
	}
	return answers, nil
}

func isWrite(name string) bool { return name == "write" || name == "sendto" }

func TestTheTraceIsReadRightly(t *testing.T) {
	t.Parallel()
	const (
		receive = "7 read(9<socket:[1]>, \"POST /in/tok HTTP/1.1\\r\\n\"..., 4096) = 210\n"
		answer  = "7 write(9<socket:[1]>, \"HTTP/1.1 200 OK\\r\\n\"..., 300) = 300\n"
		sync    = "8 fdatasync(5</d/gonets.db-wal>) = 0\n"
	)
	for name, c := range map[string]struct {
		trace   string
		answers int
		bad     bool
	}{
		"synced":               {receive + sync + answer, 1, false},
		"two events":           {receive + sync + answer + receive + sync + answer, 2, false},
		"not synced":           {receive + answer, 0, true},
		"second one not":       {receive + sync + answer + receive + answer, 1, true},
		"synced before":        {sync + receive + answer, 0, true},
		"synced after":         {receive + answer + sync, 0, true},
		"another file":         {receive + "8 fsync(5</d/server.json>) = 0\n" + answer, 0, true},
		"failed sync":          {receive + "8 fsync(5</d/gonets.db-wal>) = -1 EIO (Input/output error)\n" + answer, 0, true},
		"unfinished, synced":   {receive + "8 fsync(5</d/gonets.db> <unfinished ...>\n7 read(3<x>, \"\", 1) = 0\n8 <... fsync resumed>) = 0\n" + answer, 1, false},
		"unfinished, too late": {receive + "8 fsync(5</d/gonets.db> <unfinished ...>\n" + answer + "8 <... fsync resumed>) = 0\n", 0, true},
		"sync began before the event": {"8 fsync(5</d/gonets.db> <unfinished ...>\n" + receive +
			"8 <... fsync resumed>) = 0\n" + answer, 0, true},
		"received in two parts": {"7 read(9<socket:[1]>,  <unfinished ...>\n" + "7 <... read resumed>\"POST /in/tok HTTP\"..., 4096) = 210\n" + answer, 0, true},
		"not an event":          {answer, 0, false},
	} {
		answers, err := syncedAnswers(c.trace)
		if answers != c.answers || (err != nil) != c.bad {
			t.Errorf("%s: %d answers, %v", name, answers, err)
		}
	}
}
