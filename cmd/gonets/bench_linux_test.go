package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
				awaitReady(b, data)
				ready += time.Since(began)
				rss += residentKiB(b, cmd.Process.Pid)
				b.StopTimer()
				if bb.due < 0 {
					// What is due is refused by its destination and waits again.
					time.Sleep(2 * time.Second)
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

func awaitReady(b *testing.B, data string) {
	b.Helper()
	var info struct{ URL string }
	if !await(func() bool {
		raw, err := os.ReadFile(filepath.Join(data, fileServer))
		if err != nil || json.Unmarshal(raw, &info) != nil {
			return false
		}
		res, err := http.Get(info.URL + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	}) {
		b.Fatal("the server did not become ready")
	}
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
