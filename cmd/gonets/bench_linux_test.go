package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/testkit"
)

// BenchmarkStart measures the time from the start of the process to its first
// readiness, and the memory that it has then. waiting is how many runs wait
// for their next try, due is how many of them are overdue.
func BenchmarkStart(b *testing.B) {
	for _, bb := range []struct {
		name    string
		waiting int
		due     time.Duration
	}{
		{"empty", 0, 0},
		{"100k waiting", 100_000, time.Hour},
		{"100k due", 100_000, -time.Hour},
	} {
		b.Run(bb.name, func(b *testing.B) {
			data := b.TempDir()
			fillWaiting(b, data, bb.waiting, bb.due)
			var ready time.Duration
			var rss, settled int
			for b.Loop() {
				b.StopTimer()
				os.Remove(filepath.Join(data, fileServer))
				b.StartTimer()
				began := time.Now()
				cmd := exec.Command("gonets", "serve", "--data", data, "--listen", "127.0.0.1:0")
				cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				url, ok := awaitReady(data)
				if !ok {
					b.Fatal("the server did not become ready")
				}
				ready += time.Since(began)
				rss += residentKiB(b, cmd.Process.Pid)
				b.StopTimer()
				// What is due is refused by its destination and waits again.
				if bb.due < 0 && !await(func() bool { return tries(b, url, data) >= settledTries }) {
					b.Fatal("the overdue runs are not tried")
				}
				settled += residentKiB(b, cmd.Process.Pid)
				cmd.Process.Kill()
				cmd.Wait()
				b.StartTimer()
			}
			b.ReportMetric(float64(ready.Milliseconds())/float64(b.N), "ready-ms")
			b.ReportMetric(float64(rss)/1024/float64(b.N), "rss-MiB")
			b.ReportMetric(float64(settled)/1024/float64(b.N), "rss-after-MiB")
		})
	}
}

// settledTries is how many runs that were overdue have been tried when the
// memory is looked at once more.
const settledTries = 1_000

var attemptLine = regexp.MustCompile(`(?m)^gonets_attempts_total\{.*\} (\S+)$`)

// tries is how many HTTP exchanges a server has made.
func tries(b *testing.B, url, data string) (n int) {
	b.Helper()
	token, err := os.ReadFile(filepath.Join(data, "owner.token"))
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, url+"/metrics", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range attemptLine.FindAllSubmatch(text, -1) {
		outcome, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			b.Fatal(err)
		}
		n += int(outcome)
	}
	return n
}

func residentKiB(b *testing.B, pid int) (kib int) {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		b.Fatal(err)
	}
	return kib
}

// fillWaiting leaves n runs that wait for their next try in a data folder.
func fillWaiting(b *testing.B, data string, n int, due time.Duration) {
	b.Helper()
	if n == 0 {
		return
	}
	ctx := context.Background()
	clock := gonets.SystemClock{}
	st := testkit.StoreIn(b, data, clock, nil)
	_, err := st.Apply(ctx, gonets.Apply{
		Sources: []gonets.Source{{Name: "in", Preset: "generic"}},
		Scenarios: []gonets.Scenario{{Name: "s", Sources: []string{"in"}, Steps: []gonets.Step{
			{ID: "out", HTTP: &gonets.HTTPStep{URL: "http://127.0.0.1:9/"}}}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	const batch = gonets.MaxBatchEvents
	for range n / batch {
		in := make([]gonets.Acceptance, batch)
		for i := range in {
			in[i].Event = gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: clock.Now(), Body: []byte(`{"n":1}`)}
		}
		if _, err := st.Accept(ctx, in); err != nil {
			b.Fatal(err)
		}
	}
	done := make(chan error)
	for waiting := 0; waiting < n; {
		jobs, err := st.Claim(ctx, gonets.Claim{Lane: gonets.LaneUnknown, Limit: gonets.ClaimBatch, Node: st.Node(), Epoch: st.Epoch(), Now: clock.Now()})
		if err != nil || len(jobs) == 0 {
			b.Fatalf("claimed %d of %d: %v", waiting, n, err)
		}
		waiting += len(jobs)
		for _, j := range jobs {
			go func() {
				_, err := st.Finish(ctx, gonets.Transition{RunID: j.Run.ID, EventID: j.Run.EventID, Lease: j.Run.Lease,
					State: gonets.RunWaiting, Lane: "http://127.0.0.1:9", DueAt: clock.Now().Add(due), Tries: 1, At: clock.Now()})
				done <- err
			}()
		}
		for range jobs {
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := st.Close(ctx); err != nil {
		b.Fatal(err)
	}
}
