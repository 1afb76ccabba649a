package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

// shortage makes some system calls of a running process fail for want of room, on
// some files only, until it is over.
type shortage struct {
	t     testing.TB
	cmd   *exec.Cmd
	trace string
}

// starve lets the calls fail from the first-th one of each thread on.
func starve(t testing.TB, pid, first int, s starvation) *shortage {
	t.Helper()
	h := &shortage{t: t, trace: filepath.Join(t.TempDir(), "trace")}
	args := []string{"-f", "-o", h.trace, "-p", fmt.Sprint(pid), "-e", "trace=" + s.calls,
		"-e", fmt.Sprintf("inject=%s:error=ENOSPC:when=%d+", s.calls, first)}
	for _, file := range s.files {
		args = append(args, "-P", file)
	}
	h.cmd = exec.Command("strace", args...)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := h.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.cmd.Process.Kill()
		h.cmd.Wait()
	})
	var refused strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "attached") {
			go io.Copy(io.Discard, said)
			return h
		}
		fmt.Fprintln(&refused, lines.Text())
	}
	if strings.Contains(strings.ToLower(refused.String()), syscall.EPERM.Error()) {
		t.Skipf("strace may not look into a running process here: be root, or set kernel.yama.ptrace_scope = 0; %s", &refused)
	}
	t.Fatalf("strace cannot look into a running process: %s", &refused)
	return nil
}

// over gives the room back.
func (h *shortage) over() {
	h.cmd.Process.Signal(os.Interrupt)
	h.cmd.Wait()
}

// met is how many calls have failed.
func (h *shortage) met() int {
	h.t.Helper()
	trace, err := os.ReadFile(h.trace)
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Count(string(trace), "(INJECTED)")
}

// starvation is what finds no room.
type starvation struct {
	name, calls string
	files       []string
	// refuses tells that senders have to be told.
	refuses bool
	// rounds are those of a quick test: the database itself is seldom written.
	rounds int
}

// starvations are those of a server with its data and its log in these folders.
func starvations(data, log string) []starvation {
	db, wal, shm, own := filepath.Join(data, "gonets.db"), filepath.Join(data, "gonets.db-wal"), filepath.Join(data, "gonets.db-shm"), filepath.Join(log, "log")
	return []starvation{
		{"all files", "pwrite64,write,ftruncate,fallocate", []string{db, wal, shm, own}, true, 2},
		{"the write-ahead log", "pwrite64,ftruncate", []string{wal}, true, 2},
		{"the database without its log", "pwrite64,ftruncate", []string{db}, false, 1},
		{"the server's own log", "write", []string{own}, false, 2},
	}
}

// endures starves a server under load, several times at moments of chance, and
// demands that senders are told, that the same process goes on when there is room
// again, and that all that was acknowledged is stored, and delivered once.
func endures(t testing.TB, program string, kind int) {
	t.Helper()
	seed := testkit.Seed(t)
	chance := testkit.Chance(seed, 100)
	service := deliveries(t)
	data, log := t.TempDir(), t.TempDir()
	o := startLife(t, life{program: program, data: data, log: log, documents: sendingTo(service.addr, "{{ event.body }}"),
		flags: []string{"--log-level", "debug"}})
	what := starvations(data, log)[kind]
	s := startSender(t, o.source, seed, noRoom)
	for range sized(what.rounds, 20) {
		s.await("accepted", s.accepted, 20+chance.IntN(100))
		h := starve(t, o.process.PID(), 1+chance.IntN(4), what)
		if !await(func() bool {
			leave(t, o)
			return h.met() > 0
		}) {
			t.Fatal("nothing was written that could fail")
		}
		if what.refuses {
			s.await("refused", s.refused, 1+chance.IntN(20))
		} else {
			s.await("accepted", s.accepted, 20+chance.IntN(100))
		}
		h.over()
		s.awaitMore()
	}
	if o.process.Gone() {
		t.Fatal(o.process.Unexpected())
	}
	s.stored(o, service, s.end())
}

// leave begins to send an event and goes away, of which the log tells.
func leave(t testing.TB, o *outside) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(o.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf", strings.TrimPrefix(o.source, o.base)); err != nil {
		t.Fatal(err)
	}
}

// await waits until a count has grown by so many.
func (s *sender) await(what string, count func() int, more int) {
	s.t.Helper()
	before := count()
	if !await(func() bool { return count() >= before+more }) {
		s.t.Fatalf("%d events were %s, %d are meant", count()-before, what, more)
	}
}

// A disk may have no room for one file while another one still grows: quotas,
// folders on disks of their own, what was set aside before.
func TestFilesWithoutRoomLoseNothing(t *testing.T) {
	t.Parallel()
	needStrace(t)
	for kind, what := range starvations("", "") {
		t.Run(what.name, func(t *testing.T) {
			t.Parallel()
			endures(t, "", kind)
		})
	}
}

// Who answers before the write that then finds no room loses what was acknowledged.
func TestAnswersBeforeTheWriteThatFindsNoRoomAreCaught(t *testing.T) {
	t.Parallel()
	needStrace(t)
	program := sabotaged(t, "sabotage_earlyack")
	for name, proof := range map[string]func(testing.TB){
		"the write-ahead log":  func(t testing.TB) { endures(t, program, 1) },
		"the disk":             func(t testing.TB) { outlivesAFullDisk(t, program) },
		"the disk of postgres": func(t testing.TB) { outlivesAFullPostgres(t, program) },
		"the log of postgres":  func(t testing.TB) { outlivesAFullLog(t, program) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name != "the write-ahead log" && os.Getuid() != 0 {
				t.Skip("mounting a tmpfs needs root")
			}
			caught(t, proof, "was acknowledged and is not stored")
		})
	}
}

// reader is a service whose replies to some events are so long that they wait in a
// file for their end.
type reader struct {
	once
	long atomic.Int64
}

func (r *reader) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	if strings.HasSuffix(in.URL.Path, "/long") {
		r.long.Add(1)
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(make([]byte, 1<<20))
		return
	}
	r.once.ServeHTTP(w, in)
}

// TestADiskWithoutInodesLosesNothing: bytes are free, and no file can be made. Events
// are taken all the same, what needs no new file is done, and a long reply that finds
// no place is asked for again.
func TestADiskWithoutInodesLosesNothing(t *testing.T) {
	eachStore(t, outlivesAWantOfInodes)
}

func outlivesAWantOfInodes(t *testing.T, database string) {
	data := smallDisk(t, 256, ",nr_inodes=200")
	seed := testkit.Seed(t)
	service := &reader{once: once{keys: map[string]int{}}}
	host := httptest.NewServer(service)
	t.Cleanup(host.Close)
	o := startLife(t, life{data: data, log: t.TempDir(), env: child.Env(database), documents: anywhere(", retry: {delays: [" + strings.Repeat("1m, ", 60) + "1m]}"),
		flags: []string{"--clock-speed", "20"}})
	vacate := occupyInodes(t, data)
	chance := testkit.Chance(seed, 0)
	events, long := sized(200, 5_000), 0
	var bodies []string
	for n := range events {
		to := host.URL + "/x"
		if n == 0 || chance.IntN(20) == 0 {
			to = host.URL + "/long"
			long++
		}
		bodies = append(bodies, eventTo(to, n))
	}
	o.postAll(bodies)
	o.awaitRuns(gonets.RunSucceeded, events-long)
	o.awaitRuns(gonets.RunWaiting, long)
	for _, r := range o.runs(gonets.RunWaiting) {
		if r.Reason != gonets.CodeNoRoom {
			t.Errorf("a run waits because of %q", r.Reason)
		}
	}
	vacate()
	o.awaitRuns(gonets.RunSucceeded, events)
	if n, twice := service.judge(); n != events-long || len(twice) > 0 {
		t.Errorf("%d of %d short replies, twice: %v", n, events-long, twice)
	}
}

// occupyInodes makes files until no more can be made.
func occupyInodes(t testing.TB, dir string) (vacate func()) {
	t.Helper()
	folder := filepath.Join(dir, "somebody-else")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		f, err := os.Create(filepath.Join(folder, fmt.Sprint(n)))
		if errors.Is(err, syscall.ENOSPC) && n > 0 {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	}
}
