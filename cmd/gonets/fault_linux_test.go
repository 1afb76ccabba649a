package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"gonets/internal/secret"
)

// faulty is the real binary under a fault of its disk.
type faulty struct {
	t     *testing.T
	cmd   *exec.Cmd
	data  string
	trace string
	url   string
	form  string
}

// startFaulty starts a server with a source and a scenario without requests,
// under strace with the given expressions; none means without strace.
func startFaulty(t *testing.T, data string, strace ...string) *faulty {
	t.Helper()
	f := &faulty{t: t, data: data, trace: filepath.Join(t.TempDir(), "trace")}
	// Writing a ballast would be taken for writing events.
	args := []string{"gonets", "serve", "--ballast", "0", "--data", data, "--listen", "127.0.0.1:0"}
	if len(strace) > 0 {
		args = append(append([]string{"strace", "-f", "-qq", "-o", f.trace}, strace...), args...)
	}
	f.cmd = exec.Command(args[0], args[1:]...)
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	f.cmd.Stdout, f.cmd.Stderr = io.Discard, io.Discard
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-f.cmd.Process.Pid, syscall.SIGKILL)
		f.cmd.Wait()
	})
	var ready bool
	if f.url, ready = awaitReady(data); !ready {
		t.Fatal("the server did not start")
	}
	f.api("POST", "/api/v1/apply", scenarioYAML("keep", "  - {id: a, set: {b: c}}\n"))
	var list struct{ Items []struct{ URL string } }
	if err := json.Unmarshal([]byte(f.api("GET", "/api/v1/sources", "")), &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("sources: %v %v", list, err)
	}
	f.form = list.Items[0].URL
	return f
}

func (f *faulty) api(method, path, body string) string {
	f.t.Helper()
	token, err := secret.OwnerToken(f.data)
	if err != nil {
		f.t.Fatal(err)
	}
	req, err := http.NewRequest(method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/yaml")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		f.t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, raw, err)
	}
	return string(raw)
}

// post sends an event and returns the status, 0 when there was no answer.
func (f *faulty) post(body string) (status int, retryAfter, text string) {
	res, err := http.Post(f.form, "text/plain", strings.NewReader(body))
	if err != nil {
		return 0, "", ""
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Retry-After"), string(raw)
}

func (f *faulty) events() int {
	var list struct{ Items []any }
	if err := json.Unmarshal([]byte(f.api("GET", "/api/v1/events?limit=1000", "")), &list); err != nil {
		f.t.Fatal(err)
	}
	return len(list.Items)
}

func needStrace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real binary under strace")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is missing; `make test` installs it")
	}
}

// kill -9 keeps what the kernel has, so only the order of system calls shows
// that an answer waits for the disk.
func TestEveryAnswerComesAfterAnFsync(t *testing.T) {
	t.Parallel()
	needStrace(t)
	f := startFaulty(t, t.TempDir(), "-e", "trace=fsync,fdatasync,read,write", "-s", "200")
	for i := range 3 {
		if status, _, text := f.post(fmt.Sprintf("marker-%d", i)); status != http.StatusOK {
			t.Fatalf("%d %s", status, text)
		}
	}
	syscall.Kill(-f.cmd.Process.Pid, syscall.SIGKILL)
	f.cmd.Wait()
	raw, err := os.ReadFile(f.trace)
	if err != nil {
		t.Fatal(err)
	}
	if err := answersAfterFsync(string(raw), 3); err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
}

var (
	traceReceive = regexp.MustCompile(`read\(.*marker-(\d)|<\.\.\. read resumed>.*marker-(\d)`)
	traceSync    = regexp.MustCompile(`(fsync|fdatasync)(\(.*\)| resumed>.*\))\s+= 0`)
	traceAnswer  = regexp.MustCompile(`write\(.*"HTTP/1\.1 200 .*event_id|write\(.*HTTP/1\.1 200`)
)

// answersAfterFsync checks in a trace that between receiving each marker and
// writing the next 200 an fsync ended.
func answersAfterFsync(trace string, want int) error {
	received, synced, answers := false, false, 0
	for line := range strings.Lines(trace) {
		switch {
		case traceReceive.MatchString(line):
			received, synced = true, false
		case traceSync.MatchString(line):
			synced = true
		case received && traceAnswer.MatchString(line):
			if !synced {
				return fmt.Errorf("answer without an fsync: %s", line)
			}
			received = false
			answers++
		}
	}
	if answers != want {
		return fmt.Errorf("%d of %d answers are in the trace", answers, want)
	}
	return nil
}

func TestTheFsyncCheckCatchesAnEarlyAnswer(t *testing.T) {
	t.Parallel()
	const early = `1 read(7, "POST /in/x marker-0", 4096) = 20
1 write(7, "HTTP/1.1 200 OK event_id", 20) = 20
2 fsync(5) = 0
`
	if answersAfterFsync(early, 1) == nil {
		t.Fatal("an answer before the fsync passed")
	}
	const good = `1 read(7, "POST /in/x marker-0", 4096) = 20
2 fsync(5) = 0
1 write(7, "HTTP/1.1 200 OK event_id", 20) = 20
`
	if err := answersAfterFsync(good, 1); err != nil {
		t.Fatal(err)
	}
	if answersAfterFsync(good, 2) == nil {
		t.Fatal("a missing answer passed")
	}
}

func TestAFailedFsyncIsNeverAcknowledgedAndEndsTheServer(t *testing.T) {
	t.Parallel()
	needStrace(t)
	data := t.TempDir()
	acked := startAndCount(t, data)
	// From the 60th fsync of a thread on the disk fails; set-up needs fewer. Which
	// thread that is, is left to chance.
	f := startFaulty(t, data, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=60+")
	failed := false
	for i := range 10_000 {
		status, _, _ := f.post(fmt.Sprint(i))
		if status == http.StatusOK {
			if failed {
				t.Fatal("an event was acknowledged after the disk had failed")
			}
			acked++
			continue
		}
		failed = true
		if status == 0 {
			break
		}
	}
	if !failed {
		t.Fatal("the fault was never met")
	}
	err := f.cmd.Wait()
	if f.cmd.ProcessState.ExitCode() == 0 {
		t.Fatalf("the server ended with %v although its disk failed", err)
	}
	again := startFaulty(t, data)
	if n := again.events(); n < acked {
		t.Fatalf("%d events are stored, %d were acknowledged", n, acked)
	}
}

// startAndCount starts a healthy server, sends one event and stops it: the
// folder is then set up, so that later faults meet events alone.
func startAndCount(t *testing.T, data string) int {
	t.Helper()
	f := startFaulty(t, data)
	if status, _, _ := f.post("first"); status != http.StatusOK {
		t.Fatal("the healthy server did not take an event")
	}
	f.cmd.Process.Signal(syscall.SIGTERM)
	f.cmd.Wait()
	return 1
}
