package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store"
)

// TestANewerVersionTakesOver updates servers, as docs/upgrade.md tells, with a program
// that brings the tables one step further.
func TestANewerVersionTakesOver(t *testing.T) {
	t.Parallel()
	const next = "gonets-next"
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		updateAndGoBack(t, next)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		updateOneAfterTheOther(t, next)
	})
}

// mustRefuse starts a server that has to end by itself, and to say why.
func mustRefuse(t *testing.T, l life) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gonets", "serve", "--ballast", "0", "--data", l.data, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), l.env...)
	out, err := cmd.CombinedOutput()
	const why, what = "the database was written by a newer Gonets", "install that version again"
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), why) || !strings.Contains(string(out), what) {
		t.Errorf("an older server on a newer database: %v\n%s", err, out)
	}
}

// updateOneAfterTheOther: a server goes on beside a newer one that changes the
// tables under it, in the middle of work, until its own turn comes. One of the older
// version that is started then is refused, which harms nothing.
func updateOneAfterTheOther(t *testing.T, next string) {
	sink := &once{keys: map[string]int{}, slow: 30 * time.Millisecond}
	host := httptest.NewServer(sink)
	t.Cleanup(host.Close)
	f := shared(t, life{documents: anywhere(", timeout: 1m")}, 2)
	sent := 0
	send := func(n int) {
		t.Helper()
		for range n {
			if err := f.sureOf(sent, eventTo(host.URL+"/x", sent)); err != nil {
				t.Errorf("event %d is not accepted: %v", sent, err)
			}
			sent++
		}
	}
	// update puts the newer program in the place of a server while events come.
	update := func(which int) {
		t.Helper()
		var sending sync.WaitGroup
		before := f.alive[which]
		f.set(which, nil)
		sending.Go(func() { send(20) })
		defer sending.Wait()
		before.process.Stop(gonets.StopSoftDeadline + 10*time.Second)
		f.lives[which].program = next
		f.set(which, startLife(t, f.lives[which]))
	}
	send(20)
	update(0)
	// Both take events, do runs and read what the other one wrote.
	send(40)
	for _, o := range f.alive {
		o.awaitRuns(gonets.RunSucceeded, sent)
	}
	older := f.lives[1]
	older.data = t.TempDir()
	mustRefuse(t, older)
	send(20)
	update(1)
	send(20)
	f.of(0).awaitRuns(gonets.RunSucceeded, sent)
	if n, twice := sink.judge(); n != sent || len(twice) > 0 {
		t.Errorf("%d runs of %d events were delivered; more than once: %v", n, sent, twice)
	}
}

// updateAndGoBack: while events come the newer program takes over the folder, the older
// one is refused there, and works on a copy from before, in which it does what was not
// done by then.
func updateAndGoBack(t *testing.T, next string) {
	sink := &once{keys: map[string]int{}, slow: 5 * time.Millisecond}
	var back atomic.Bool
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" && !back.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		sink.ServeHTTP(w, r)
	}))
	t.Cleanup(host.Close)
	f := &fleet{}
	f.start(t, life{data: t.TempDir(), documents: anywhere(", timeout: 1m, retry: {delays: ["+strings.Repeat("10s, ", 99)+"10s]}") +
		lanesYAML(fmt.Sprintf("%q: {open: true}", host.URL))})
	l := &f.lives[0]
	delivers := func(more int) {
		t.Helper()
		before, _ := sink.judge()
		if !await(func() bool { n, _ := sink.judge(); return n >= before+more }) {
			t.Fatal("nothing is delivered")
		}
	}
	stop := func() {
		before := f.of(0)
		f.set(0, nil)
		before.process.Stop(gonets.StopSoftDeadline + 10*time.Second)
	}
	// These wait for their service when the copy is made.
	const undone = 3
	for n := range undone {
		f.of(0).post(eventTo(host.URL+"/away", n))
	}
	f.of(0).awaitRuns(gonets.RunWaiting, undone)
	end := f.send(t, host.URL+"/x")
	delivers(20)
	stop()
	kept := life{data: filepath.Join(t.TempDir(), "copy")}
	if out, err := exec.Command("cp", "-a", l.data, kept.data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l.program = next
	f.set(0, startLife(t, *l))
	delivers(20)
	stop()
	mustRefuse(t, life{data: l.data})
	f.set(0, startLife(t, *l))
	delivers(20)
	back.Store(true)
	all := end() + undone
	f.of(0).awaitRuns(gonets.RunSucceeded, all)
	if n, twice := sink.judge(); n != all || len(twice) > 0 {
		t.Errorf("%d runs of %d events were delivered; more than once: %v", n, all, twice)
	}
	stop()
	// The older one does what its copy holds, under the keys under which it was done.
	left := unfinished(t, kept.data)
	o := startLife(t, kept)
	o.source = o.base + f.path
	o.post(eventTo(host.URL+"/x", 0))
	o.awaitRuns(gonets.RunSucceeded, len(o.runs("")))
	if n, twice := sink.judge(); n != all+1 || len(twice) != left || left < undone {
		t.Errorf("%d runs of %d events were delivered; %d were unfinished in the copy, delivered again: %v", n, all+1, left, twice)
	}
}

// unfinished is how many runs a server would go on with in a data folder.
func unfinished(t *testing.T, data string) int {
	t.Helper()
	s, err := store.Open(t.Context(), storeOf(t, data, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	runs, err := s.Runs(t.Context(), gonets.RunFilter{States: stateOf(gonets.RunQueued, gonets.RunRunning, gonets.RunWaiting),
		Page: gonets.Page{Limit: 1_000}})
	if err != nil || runs.Next != "" {
		t.Fatalf("more runs than one page: %v", err)
	}
	return len(runs.Items)
}
