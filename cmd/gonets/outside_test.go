package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/client"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/secret"
	"gonets/internal/store"
	"gonets/internal/testkit"
)

// soak makes the tests of bad neighbours as large as they get.
var soak = flag.Bool("soak", false, "large instead of quick tests of bad neighbours, with figures")

// sized is the size of a test.
func sized(quick, large int) int {
	if *soak {
		return large
	}
	return quick
}

// outside is the real server as a process.
type outside struct {
	t       testing.TB
	process *child.Process
	api     *child.API
	// base is the server's address, source that of its source called in, log the
	// file of its log.
	base, source, log string
	client            *http.Client
}

// startOutside starts a server on a data folder. Documents may be empty when
// the folder has them; the source's address is then not known.
func startOutside(t testing.TB, data, documents string, flags ...string) *outside {
	t.Helper()
	return startLife(t, life{data: data, documents: documents, flags: flags})
}

// life is how a server is started; env is its whole environment. Without a program
// it is the one that users have.
type life struct {
	program         string
	data, documents string
	flags, env      []string
	// log is the folder of the server's log; empty is data.
	log string
}

func startLife(t testing.TB, l life) *outside {
	t.Helper()
	data, documents := l.data, l.documents
	if testing.Short() {
		t.Skip("runs the real binary")
	}
	binary, err := exec.LookPath(cmp.Or(l.program, "gonets"))
	if err != nil {
		t.Fatal(err)
	}
	port, err := testkit.HoldPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Close)
	listen := port.Address()
	o := &outside{t: t, base: "http://" + listen, log: filepath.Join(cmp.Or(l.log, data), "log"), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	nursery := child.NewNursery()
	t.Cleanup(nursery.Close)
	o.process, err = nursery.Start(child.Command{Path: binary, Dir: data, Log: o.log, Env: l.env,
		Args: append([]string{"serve", "--ballast", "0", "--data", data, "--listen", listen, "--allow-network", "127.0.0.0/8"}, l.flags...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.process.Kill)
	t.Cleanup(o.client.CloseIdleConnections)
	ready, err := o.process.AwaitReady(t.Context(), o.base)
	if err != nil {
		t.Fatal(err)
	}
	if o.api, err = child.NewAPI(data, o.base); err != nil {
		t.Fatal(err)
	}
	if documents != "" {
		if o.source, err = o.api.Apply(t.Context(), []byte(documents), "in"); err != nil {
			t.Fatal(err)
		}
	}
	o.figure("ready after %v", ready)
	return o
}

// figure reports a figure of a large test.
func (o *outside) figure(format string, args ...any) {
	o.t.Helper()
	if *soak {
		mib, _ := o.peakMiB()
		o.t.Logf(format+"; memory at most %d MiB", append(args, mib)...)
	}
}

// owner is the client of who may do everything on the server of a data folder.
func (o *outside) owner(data string) *client.Client {
	o.t.Helper()
	token, err := secret.OwnerToken(data)
	if err != nil {
		o.t.Fatal(err)
	}
	c, err := client.New(o.base, token)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// fits demands that the server never took more than so many MiB of memory. It may take
// half as much again in a quick test: beside others it collects garbage later.
func (o *outside) fits(mib int) {
	o.t.Helper()
	limit := sized(mib*3/2, mib)
	if took, known := o.peakMiB(); known && took > limit {
		o.t.Errorf("the server took %d MiB, at most %d are meant", took, limit)
	}
}

// peakMiB is the most memory that the server has had.
func (o *outside) peakMiB() (mib int, known bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", o.process.PID()))
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	_, err = fmt.Sscan(rest, &mib)
	return mib / 1024, err == nil
}

// sourceYAML is a source as documents say it.
const sourceYAML = `apiVersion: gonets/v1
kind: Source
name: in
preset: generic
`

// scenarioYAML are that source and a scenario with such steps; more documents may follow.
func scenarioYAML(name, steps string) string {
	return sourceYAML + `---
apiVersion: gonets/v1
kind: Scenario
name: ` + name + `
sources: [in]
steps:
` + steps
}

// lanesYAML are settings of lanes, each a name and its limits, to follow other documents.
func lanesYAML(lanes ...string) string {
	return "---\napiVersion: gonets/v1\nkind: Settings\nlanes: {" + strings.Join(lanes, ", ") + "}\n"
}

// post sends an event until it is accepted. A server that is busy says so
// honestly and stores nothing; a good sender then comes again.
func (o *outside) post(body string) {
	var refused string
	if !await(func() bool {
		res, err := o.client.Post(o.source, "application/json", strings.NewReader(body))
		if err != nil {
			refused = err.Error()
			return true
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		refused = ""
		if err != nil || res.StatusCode != http.StatusOK {
			refused = fmt.Sprintf("%d: %s (%v)", res.StatusCode, raw, err)
		}
		return res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == ""
	}) || refused != "" {
		o.t.Errorf("an event was answered %s", refused)
	}
}

// postAll sends events by a few callers at once.
func (o *outside) postAll(bodies []string) {
	next := make(chan string)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for body := range next {
				o.post(body)
			}
		})
	}
	for _, body := range bodies {
		next <- body
	}
	close(next)
	wg.Wait()
}

// runItem is what the tests read of a listed run.
type runItem struct {
	ID      string
	EventID string `json:"event_id"`
	State   gonets.RunState
	Reason  gonets.Code
}

// runs lists all runs in a state. A database that was away a moment ago may still have
// ended one or the other connection of the server's.
func (o *outside) runs(state gonets.RunState) (all []runItem) {
	o.t.Helper()
	for cursor := ""; ; {
		var page struct {
			Items []runItem
			Next  string
		}
		path := "/api/v1/runs?limit=1000&state=" + string(state) + "&cursor=" + url.QueryEscape(cursor)
		var err error
		if !await(func() bool {
			err = o.api.Call(o.t.Context(), http.MethodGet, path, nil, &page)
			return gonets.CodeOf(err) != gonets.CodeStoreAway
		}) || err != nil {
			o.t.Fatal(err)
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// awaitRuns waits until so many runs were seen in a state, for as long as it sees
// more of them: how long all take is the machine's affair.
func (o *outside) awaitRuns(state gonets.RunState, n int) {
	o.t.Helper()
	seen := map[string]bool{}
	for len(seen) < n && await(func() bool {
		before := len(seen)
		for _, r := range o.runs(state) {
			seen[r.ID] = true
		}
		return len(seen) > before
	}) {
	}
	if len(seen) != n {
		for _, r := range o.runs("") {
			if !seen[r.ID] {
				var whole json.RawMessage
				err := o.api.Call(o.t.Context(), http.MethodGet, "/api/v1/runs/"+r.ID, nil, &whole)
				o.t.Logf("another run: %.4000s %v", whole, err)
			}
		}
		o.t.Fatalf("%d runs are %s, want %d", len(seen), state, n)
	}
}

// crowd counts the requests that are at a destination at the same time.
type crowd struct {
	mu             sync.Mutex
	now, most, all int
}

// enter counts a request in; call the result when it leaves.
func (c *crowd) enter() (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now++
	c.all++
	c.most = max(c.most, c.now)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now--
	}
}

func (c *crowd) count() (now, most, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.most, c.all
}

// gathering is a destination that answers nobody before it is opened: so it
// sees how many come at once.
type gathering struct {
	crowd
	opened chan struct{}
	// at are the times at which requests came.
	at []time.Time
}

func newGathering() *gathering { return &gathering{opened: make(chan struct{})} }

func (g *gathering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer g.enter()()
	_, _ = io.Copy(io.Discard, r.Body)
	g.mu.Lock()
	g.at = append(g.at, time.Now())
	g.mu.Unlock()
	select {
	case <-g.opened:
	case <-r.Context().Done():
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{}`)
}

// curve tells how long after a moment a tenth, half, nine tenths and all had come.
func (g *gathering) curve(from time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var after []string
	for _, tenths := range []int{1, 5, 9, 10} {
		after = append(after, g.at[len(g.at)*tenths/10-1].Sub(from).Round(time.Millisecond).String())
	}
	return strings.Join(after, ", ")
}

// release opens a destination when all that its lane allows are there, many
// more are being worked on, and the server has had the time to send those too
// if it were to. Then all n runs end, each with one more request. It tells when
// that began.
func (o *outside) release(g *gathering, n int) (opened time.Time) {
	o.t.Helper()
	if !await(func() bool {
		now, _, _ := g.count()
		return now >= gonets.LaneConcurrency && len(o.runs(gonets.RunRunning)) > 2*gonets.LaneConcurrency
	}) {
		o.t.Fatal("the lane did not fill")
	}
	for range 50 {
		o.runs(gonets.RunRunning)
	}
	close(g.opened)
	opened = time.Now()
	// How long all of them take is the machine's affair: as long as more arrive,
	// this waits.
	for seen := -1; ; {
		_, _, all := g.count()
		if all == n || !await(func() bool { _, _, all = g.count(); return all > seen }) {
			break
		}
		seen = all
	}
	o.awaitRuns(gonets.RunSucceeded, n)
	if _, most, all := g.count(); all != n || most != gonets.LaneConcurrency {
		o.t.Fatalf("%d requests of %d runs, at most %d at once, want %d", all, n, most, gonets.LaneConcurrency)
	}
	return opened
}

// waiting says for what runs wait, and how far away that is: so far, or up to twice as
// far, as a seed decides, and how large their events are.
type waiting struct {
	target   string
	due      time.Duration
	seed     uint64
	database string
}

// fillWaiting leaves n runs that wait for their next try at target in a data
// folder, or a database.
func fillWaiting(t testing.TB, data string, n int, w waiting) {
	t.Helper()
	if n == 0 {
		return
	}
	ctx := context.Background()
	clock := gonets.SystemClock{}
	// A destination that holds its callers must not see one of them twice.
	patient := gonets.Duration(10 * time.Minute)
	st, err := store.Open(ctx, storeOf(t, data, w.database))
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.Apply(ctx, document.Apply{
		Sources: []gonets.Source{{Name: "in", Preset: "generic"}},
		Scenarios: []gonets.Scenario{{Name: "s", Sources: []string{"in"}, Steps: []gonets.Step{
			{ID: "out", HTTP: &gonets.HTTPStep{URL: w.target + "/", Timeout: &patient}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	chance := testkit.Chance(w.seed, 0)
	const batch = gonets.MaxBatchEvents
	for made := 0; made < n; made += batch {
		in := make([]gonets.Acceptance, min(batch, n-made))
		for i := range in {
			in[i].Event = gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: clock.Now(), Body: []byte(anySize(w.seed, w.target, made+i))}
		}
		if _, err := st.Accept(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error)
	for claimed := 0; claimed < n; {
		jobs, err := st.Claim(ctx, gonets.Claim{Lane: gonets.LaneUnknown, Limit: gonets.ClaimBatch, Node: st.Node(), Epoch: st.Epoch(), Now: clock.Now()})
		if err != nil || len(jobs) == 0 {
			t.Fatalf("claimed %d of %d: %v", claimed, n, err)
		}
		claimed += len(jobs)
		for _, j := range jobs {
			due := clock.Now().Add(w.due + time.Duration(chance.Float64()*float64(w.due)))
			go func() {
				_, err := st.Finish(ctx, gonets.Transition{RunID: j.Run.ID, EventID: j.Run.EventID, Lease: j.Run.Lease,
					State: gonets.RunWaiting, Lane: w.target, DueAt: due, Tries: 1, At: clock.Now()})
				done <- err
			}()
		}
		for range jobs {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := st.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
