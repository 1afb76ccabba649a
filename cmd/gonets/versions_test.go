package main

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
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

// updateAndGoBack: the newer program takes over the folder, the older one is
// refused there, and works on a copy from before.
func updateAndGoBack(t *testing.T, next string) {
	sink := &once{keys: map[string]int{}}
	host := httptest.NewServer(sink)
	t.Cleanup(host.Close)
	l := life{data: t.TempDir(), documents: anywhere("")}
	o := startLife(t, l)
	source := strings.TrimPrefix(o.source, o.base)
	sent := 0
	// lives sends an event; runs of before are there, too.
	lives := func(o *outside, runs int) {
		t.Helper()
		o.source = o.base + source
		sent++
		o.post(eventTo(host.URL+"/x", sent))
		o.awaitRuns(gonets.RunSucceeded, runs)
	}
	end := func(o *outside) { o.process.Stop(gonets.StopSoftDeadline + 10*time.Second) }
	lives(o, 1)
	end(o)
	kept := life{data: filepath.Join(t.TempDir(), "copy")}
	if out, err := exec.Command("cp", "-a", l.data, kept.data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l.documents, l.program = "", next
	o = startLife(t, l)
	lives(o, 2)
	end(o)
	mustRefuse(t, life{data: l.data})
	o = startLife(t, l)
	lives(o, 3)
	end(o)
	lives(startLife(t, kept), 2)
	if n, twice := sink.judge(); n != sent || len(twice) > 0 {
		t.Errorf("%d runs of %d events were delivered; more than once: %v", n, sent, twice)
	}
}
