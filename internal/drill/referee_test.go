package drill

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/ledger"
)

// clean is evidence without a fault: two events, the second one tried twice.
func clean() *evidence {
	return &evidence{
		intents: map[string]bool{"a": true, "b": true, "c": true},
		acks:    map[string]string{"a": "ea", "b": "eb"},
		arrivals: map[string][]arrival{
			"a": {{ID: "a", Event: "ea", Key: "ra-send", Body: "1", Status: 200}},
			"b": {{ID: "b", Event: "eb", Key: "rb-send", Body: "2", Status: 500}, {ID: "b", Event: "eb", N: 1, Key: "rb-send", Body: "2", Status: 200}},
		},
		runs: map[string][]runView{
			"ea": {{ID: "ra", State: gonets.RunSucceeded, Attempts: 1}},
			"eb": {{ID: "rb", State: gonets.RunSucceeded, Attempts: 2}},
		},
	}
}

func TestTheRefereeSeesEveryFault(t *testing.T) {
	t.Parallel()
	base := Report{Intents: 3, Acked: 2, Delivered: 2}
	state := func(e *evidence, s gonets.RunState) {
		delete(e.arrivals, "a")
		e.runs["ea"][0].State = s
	}
	for name, c := range map[string]struct {
		plant  func(e *evidence)
		want   func(r *Report)
		broken bool
	}{
		"none":                           {func(*evidence) {}, func(*Report) {}, false},
		"lost without a run":             {func(e *evidence) { delete(e.arrivals, "a"); delete(e.runs, "ea") }, func(r *Report) { r.Delivered, r.Lost = 1, 1 }, true},
		"lost with a false success":      {func(e *evidence) { state(e, gonets.RunSucceeded) }, func(r *Report) { r.Delivered, r.Lost = 1, 1 }, true},
		"lost with a 500 only":           {func(e *evidence) { e.arrivals["a"][0].Status = 500 }, func(r *Report) { r.Delivered, r.Lost = 1, 1 }, true},
		"no event id, nothing delivered": {func(e *evidence) { e.acks["c"] = "" }, func(r *Report) { r.Acked, r.Lost = 3, 1 }, true},
		"held":                           {func(e *evidence) { state(e, gonets.RunHeld) }, func(r *Report) { r.Delivered, r.Held = 1, 1 }, false},
		"waiting":                        {func(e *evidence) { state(e, gonets.RunWaiting) }, func(r *Report) { r.Delivered, r.Waiting = 1, 1 }, false},
		"paused":                         {func(e *evidence) { state(e, gonets.RunPaused) }, func(r *Report) { r.Delivered, r.Paused = 1, 1 }, false},
		"failed by rule":                 {func(e *evidence) { state(e, gonets.RunFailed) }, func(r *Report) { r.Delivered, r.Ended = 1, 1 }, false},
		"cancelled":                      {func(e *evidence) { state(e, gonets.RunCancelled) }, func(r *Report) { r.Delivered, r.Ended = 1, 1 }, false},
		"stuck in the queue":             {func(e *evidence) { state(e, gonets.RunQueued) }, func(r *Report) { r.Delivered, r.Queued, r.Stuck = 1, 1, 1 }, true},
		"stuck at work":                  {func(e *evidence) { state(e, gonets.RunRunning) }, func(r *Report) { r.Delivered, r.Running, r.Stuck = 1, 1, 1 }, true},
		"delivered, then stuck":          {func(e *evidence) { e.runs["ea"][0].State = gonets.RunRunning }, func(r *Report) { r.Stuck = 1 }, true},
		"delivered again": {func(e *evidence) {
			e.arrivals["a"] = append(e.arrivals["a"], e.arrivals["a"][0])
			e.runs["ea"][0].Attempts = 2
		}, func(r *Report) { r.Duplicates = 1 }, false},
		"delivered again with another key": {func(e *evidence) {
			again := e.arrivals["a"][0]
			again.Key = "rx-send"
			e.arrivals["a"] = append(e.arrivals["a"], again)
			e.runs["ea"][0].Attempts = 2
		}, func(r *Report) { r.Duplicates, r.Mismatched = 1, 1 }, true},
		"tried again with another body": {func(e *evidence) { e.arrivals["b"][1].Body = "3" }, func(r *Report) { r.Mismatched = 1 }, true},
		"delivered without a key":       {func(e *evidence) { e.arrivals["a"][0].Key = "" }, func(r *Report) { r.Mismatched = 1 }, true},
		"two deliveries at once":        {func(e *evidence) { e.arrivals["b"][1].Overlap = true }, func(r *Report) { r.Overlaps = 1 }, true},
		"phantom":                       {func(e *evidence) { e.arrivals["x"] = []arrival{{ID: "x", Status: 200}} }, func(r *Report) { r.Phantom = 1 }, true},
		"silent":                        {func(e *evidence) { e.runs["eb"][0].Attempts = 1 }, func(r *Report) { r.Silent = 1 }, false},
		"silent without a run": {func(e *evidence) {
			e.arrivals["c"] = []arrival{{ID: "c", Event: "ec", Key: "k", Status: 200}}
		}, func(r *Report) { r.Silent = 1 }, false},
		"attempts that nobody asked for": {func(e *evidence) { e.runs["eb"][0].Attempts = -1 }, func(*Report) {}, false},
		"delivered, never acknowledged": {func(e *evidence) {
			e.arrivals["c"] = []arrival{{ID: "c", Event: "ec", Key: "k", Status: 200}}
			e.runs["ec"] = []runView{{ID: "rc", State: gonets.RunSucceeded, Attempts: 1}}
		}, func(*Report) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, want := clean(), base
			c.plant(e)
			c.want(&want)
			got := judge(e)
			if broken := got.Err() != nil; broken != c.broken {
				t.Errorf("verdict %v", got.Err())
			}
			if finding := got.Lost+got.Stuck+got.Mismatched+got.Phantom+got.Overlaps+got.Silent > 0; finding != (len(got.Examples) > 0) {
				t.Errorf("examples %v", got.Examples)
			}
			got.Examples = nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheRefereeReadsLedgersWithTornTails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sentFile, arriveFile := filepath.Join(dir, "p"), filepath.Join(dir, "s")
	for path, records := range map[string][]any{
		sentFile:   {sent{Kind: kindIntent, ID: "a"}, sent{Kind: kindAck, ID: "a", Event: "ea"}, sent{Kind: kindIntent, ID: "1-7"}},
		arriveFile: {arrival{ID: "a", Event: "ea", Key: "k", Status: 200}},
	} {
		f, err := ledger.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if err := f.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		raw, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.WriteString(`0badc0de {"k":"ack","id":"1-7"`); err != nil {
			t.Fatal(err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e, err := readLedgers(sentFile, arriveFile)
	if err != nil {
		t.Fatal(err)
	}
	e.runs["ea"] = []runView{{ID: "ra", State: gonets.RunSucceeded, Attempts: 1}}
	if diff := cmp.Diff(Report{Intents: 2, Acked: 1, Delivered: 1}, judge(e)); diff != "" {
		t.Error(diff)
	}
	if n := highest(e); n != 8 {
		t.Errorf("numbers go on with %d", n)
	}
}

// TestTheSinkSeesDeliveriesAtTheSameTime plants two of one id, then one after
// the other.
func TestTheSinkSeesDeliveriesAtTheSameTime(t *testing.T) {
	t.Parallel()
	o := &Options{LedgerDir: t.TempDir(), SinkFaults: -1}
	s, err := startSink(o, 0, map[string]int{})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var group sync.WaitGroup
	send := func() {
		if res, err := client.Post(s.url(), "application/json", strings.NewReader(`{"id":"a"}`)); err != nil {
			t.Error(err)
		} else {
			res.Body.Close()
		}
	}
	answer := s.hold()
	for range 2 {
		group.Go(send)
	}
	for s.count.Load() < 2 {
		runtime.Gosched()
	}
	answer()
	group.Wait()
	send()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.sentFile(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := readLedgers(o.sentFile(), o.arriveFile())
	if err != nil {
		t.Fatal(err)
	}
	overlaps := 0
	for _, a := range e.arrivals["a"] {
		if a.Overlap {
			overlaps++
		}
	}
	if len(e.arrivals["a"]) != 3 || overlaps != 1 {
		t.Errorf("%d deliveries, %d of them beside another", len(e.arrivals["a"]), overlaps)
	}
}
