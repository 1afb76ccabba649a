package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/id"
	"gonets/internal/query"
	"gonets/internal/secret"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// historyRuns is how many runs the large histories hold.
var historyRuns = flag.Int("history", 1_000_000, "with -soak, runs in the histories that are asked under load")

// eachStore runs a test on both databases, one after the other when figures
// are wanted.
func eachStore(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"sqlite": func(testing.TB) string { return "" }, "postgres": cluster.Database} {
		t.Run(name, func(t *testing.T) {
			if !*soak {
				t.Parallel()
			}
			test(t, database(t))
		})
	}
}

// storeOf is the store of a data folder, or of a database.
func storeOf(t testing.TB, data, database string) store.Options {
	t.Helper()
	keys, err := secret.Open(filepath.Join(data, fileKey))
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{Clock: gonets.SystemClock{}, Sealer: keys, Database: database}
	if database == "" {
		o.Path = filepath.Join(data, "gonets.db")
	}
	return o
}

// fillHistory puts a history into a data folder, or into a database.
func fillHistory(t *testing.T, h *storetest.Filled, data, database string) store.Options {
	t.Helper()
	o := storeOf(t, data, database)
	begun := time.Now()
	if err := h.Fill(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if *soak {
		t.Logf("%d runs were filled in within %v", h.Runs, time.Since(begun).Round(time.Second))
	}
	return o
}

// startWith starts the server on a database; without an address it is SQLite's
// in the data folder.
func startWith(t *testing.T, data, database, documents string, flags ...string) *outside {
	t.Helper()
	if database != "" {
		flags = append(flags, "--database", database)
	}
	return startOutside(t, data, documents, flags...)
}

// loadDocuments are a source and a scenario of the load's own.
func loadDocuments(target string) string {
	return scenarioYAML("load", `  - id: out
    http: {method: POST, url: "`+target+`/load", body: {json: {n: "{{ event.body.n }}"}}}
`)
}

// arrivals counts what was delivered, by number.
type arrivals struct {
	mu   sync.Mutex
	seen map[string]int
	due  int
}

func (a *arrivals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.URL.Path == "/load" {
		a.seen[string(raw)]++
	} else {
		a.due++
	}
	fmt.Fprint(w, "{}")
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.seen)
}

// dues are how many requests came of runs that were due.
func (a *arrivals) dues() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.due
}

// times are how long something took, each time.
type times []time.Duration

// at is the time within which a share of them ended, in milliseconds; 0 when
// there were none.
func (d times) at(share float64) float64 {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return float64(d[min(int(share*float64(len(d))), len(d)-1)].Microseconds()) / 1e3
}

func (d times) row() string {
	return fmt.Sprintf("%d | %.1f | %.1f | %.1f", len(d), d.at(0.5), d.at(0.99), d.at(1))
}

// load sends so many events a second until it is stopped; each has to be
// accepted.
func load(rate int, send func(n int)) (stop func() (sent int, acks times)) {
	var mu sync.Mutex
	var acks times
	var wg sync.WaitGroup
	sent := 0
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		begun := time.Now()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			for sent < int(time.Since(begun).Seconds()*float64(rate)) {
				sent++
				n := sent
				wg.Go(func() {
					begun := time.Now()
					send(n)
					mu.Lock()
					defer mu.Unlock()
					acks = append(acks, time.Since(begun))
				})
			}
		}
	}()
	return func() (int, times) {
		close(done)
		<-ended
		wg.Wait()
		return sent, acks
	}
}

// question is one that people ask the history, with the answer that is known
// from how it was filled.
type question struct {
	name, path string
	check      func(raw json.RawMessage) (next string, err error)
	// pages counts how many pages its answer took.
	pages int
	took  times
	// within is how long a page may take in a soak, in milliseconds; a quick
	// answer when 0.
	within float64
}

const (
	// quickAnswer is for what indexes find or what looks at a bounded part,
	// textAnswer for a walk through what runs carried, which gives up after two
	// seconds, wholeAnswer for what looks at every run that did not end well.
	quickAnswer = 300
	textAnswer  = 2_000 + quickAnswer
	wholeAnswer = 5_000
)

// judge finds fault with how long it took.
func (q *question) judge() error {
	if most, p99 := cmp.Or(q.within, quickAnswer), q.took.at(0.99); p99 > most {
		return fmt.Errorf("%s: p99 is %.1f ms, at most %.0f are meant", q.name, p99, most)
	}
	return nil
}

// asked is what the tests read of a page.
type asked struct {
	Items []struct {
		ID, Source string
	}
	Next string
}

// listed checks a list: what the load brought aside, it has to be what was
// filled, to the end.
func listed(want []string, limit int) func(json.RawMessage) (string, error) {
	var got []string
	n := 0
	return func(raw json.RawMessage) (string, error) {
		var page asked
		if err := json.Unmarshal(raw, &page); err != nil {
			return "", err
		}
		for _, it := range page.Items {
			if n++; it.Source != "in" {
				got = append(got, it.ID)
			}
		}
		if page.Next != "" && n < limit {
			return page.Next, nil
		}
		// A page of texts may end early; the next one brings more than is known of.
		found, all := got[:min(len(got), limit)], n
		got, n = nil, 0
		if len(found) > len(want) || !slices.Equal(found, want[:len(found)]) {
			return "", fmt.Errorf("found %q, want %q", found, want)
		}
		if all < limit && len(found) < len(want) {
			return "", fmt.Errorf("the list ends after %d of %d", len(found), len(want))
		}
		return "", nil
	}
}

const askedLimit = 100

func stateOf(states ...gonets.RunState) []gonets.RunState { return states }

// questions are all kinds of them.
func questions(t *testing.T, h *storetest.Filled) (out []*question) {
	at := func(share float64) time.Time {
		return h.Until.Add(-time.Duration(float64(h.Span) * (1 - share))).Truncate(time.Millisecond)
	}
	list := func(name string, f gonets.RunFilter) {
		q := url.Values{"limit": {fmt.Sprint(askedLimit)}}
		for _, s := range f.States {
			q.Add("state", string(s))
		}
		if len(f.States) > 0 {
			q.Set("state", strings.Join(q["state"], ","))
		}
		for key, v := range map[string]string{"scenario": f.Scenario, "source": f.Source, "event": f.EventID, "value": f.Value, "cursor": f.Page.Cursor} {
			if v != "" {
				q.Set(key, v)
			}
		}
		for key, v := range map[string]time.Time{"since": f.Since, "until": f.Until} {
			if !v.IsZero() {
				q.Set(key, v.UTC().Format(time.RFC3339Nano))
			}
		}
		if f.Ascending {
			q.Set("order", "asc")
		}
		out = append(out, &question{name: name, path: "/api/v1/runs?" + q.Encode(), check: listed(h.Find(f, askedLimit), askedLimit)})
	}
	list("newest runs", gonets.RunFilter{})
	list("oldest runs", gonets.RunFilter{Ascending: true})
	for _, s := range gonets.RunStates() {
		list("state "+string(s), gonets.RunFilter{States: stateOf(s)})
	}
	list("all that ended badly", gonets.RunFilter{States: stateOf(gonets.RunFailed, gonets.RunPaused, gonets.RunCancelled, gonets.RunWaiting)})
	list("huge scenario", gonets.RunFilter{Scenario: "orders"})
	list("tiny scenario", gonets.RunFilter{Scenario: "rare"})
	list("unknown scenario", gonets.RunFilter{Scenario: "nobody"})
	list("huge source", gonets.RunFilter{Source: "shop"})
	list("tiny source", gonets.RunFilter{Source: "tiny"})
	list("a day long ago", gonets.RunFilter{Since: at(0.2), Until: at(0.2).Add(24 * time.Hour)})
	list("a minute in the middle, ascending", gonets.RunFilter{Since: at(0.5), Until: at(0.5).Add(time.Minute), Ascending: true})
	list("failed of a scenario without any", gonets.RunFilter{Scenario: "orders", States: stateOf(gonets.RunFailed)})
	list("failed of the tiny scenario", gonets.RunFilter{Scenario: "rare", States: stateOf(gonets.RunFailed)})
	list("succeeded of a scenario without any", gonets.RunFilter{Scenario: "letters", States: stateOf(gonets.RunSucceeded)})
	list("paused of a source without any", gonets.RunFilter{Source: "shop", States: stateOf(gonets.RunPaused)})
	list("held of the tiny source", gonets.RunFilter{Source: "tiny", States: stateOf(gonets.RunHeld)})
	list("failed of a scenario long ago", gonets.RunFilter{Scenario: "payments", States: stateOf(gonets.RunFailed), Since: at(0.1), Until: at(0.12)})
	list("scenario and source", gonets.RunFilter{Scenario: "leads", Source: "forms"})
	list("scenario of another huge source", gonets.RunFilter{Scenario: "orders", Source: "forms"})
	list("scenario of the tiny source", gonets.RunFilter{Scenario: "orders", Source: "tiny"})
	list("tiny scenario of a huge source", gonets.RunFilter{Scenario: "refunds", Source: "shop"})
	list("value of one run", gonets.RunFilter{Value: storetest.FilledOrder(h.Runs / 3)})
	list("value of every twentieth run", gonets.RunFilter{Value: storetest.FilledCustomer(0)})
	list("value of some runs", gonets.RunFilter{Value: storetest.FilledCustomer(1)})
	list("value of no run", gonets.RunFilter{Value: "customer-none"})
	list("frequent value, failed, rare scenario", gonets.RunFilter{Value: storetest.FilledCustomer(0), Scenario: "rare", States: stateOf(gonets.RunFailed)})
	one := h.Run(h.Runs / 2)
	list("runs of an event", gonets.RunFilter{EventID: one.Event})

	// A page far down: its cursor is that of a page that a time leads to.
	deep := gonets.RunFilter{Until: at(0.05)}
	want := h.Find(deep, 2*askedLimit)
	deep.Page.Cursor = storetest.Cursor(want[askedLimit-1])
	list("a page far down", deep)
	out[len(out)-1].check = listed(want[askedLimit:], askedLimit)

	for name, f := range map[string]gonets.EventFilter{"newest events": {}, "events of a huge source": {Source: "shop"},
		"events of the tiny source": {Source: "tiny"}, "events of a source long ago": {Source: "bank", Until: at(0.3)}} {
		q := url.Values{"limit": {fmt.Sprint(askedLimit)}}
		if f.Source != "" {
			q.Set("source", f.Source)
		}
		if !f.Until.IsZero() {
			q.Set("until", f.Until.UTC().Format(time.RFC3339Nano))
		}
		out = append(out, &question{name: name, path: "/api/v1/events?" + q.Encode(), check: listed(h.Events(f, askedLimit), askedLimit)})
	}
	failed := h.Find(gonets.RunFilter{States: stateOf(gonets.RunFailed), Until: at(0.5)}, 1)[0]
	out = append(out, &question{name: "a run with three attempts", path: "/api/v1/runs/" + failed, check: func(raw json.RawMessage) (string, error) {
		var run struct {
			ID    string
			Steps []struct{ Attempts []json.RawMessage }
		}
		err := json.Unmarshal(raw, &run)
		if err == nil && (run.ID != failed || len(run.Steps) != 1 || len(run.Steps[0].Attempts) != 3) {
			err = fmt.Errorf("%s", raw)
		}
		return "", err
	}}, &question{name: "an event", path: "/api/v1/events/" + one.Event, check: func(raw json.RawMessage) (string, error) {
		if !strings.Contains(string(raw), one.Values[1]) {
			return "", fmt.Errorf("%s", raw)
		}
		return "", nil
	}}, &question{name: "statistics", path: "/api/v1/stats", check: statistics(h)},
		&question{name: "lanes", path: "/api/v1/lanes", check: func(json.RawMessage) (string, error) { return "", nil }})
	return append(out, written(h, at)...)
}

// written are questions in the language in which people write them; at is the
// time at a share of the history.
func written(h *storetest.Filled, at func(share float64) time.Time) (out []*question) {
	path := func(to string, f gonets.RunFilter) string {
		return "/api/v1/runs" + to + "?" + url.Values{"q": {query.Of(&f)}}.Encode()
	}
	find := func(name string, f gonets.RunFilter) *question {
		q := &question{name: name, path: path("", f) + fmt.Sprintf("&limit=%d", askedLimit), check: listed(h.Find(f, askedLimit), askedLimit)}
		out = append(out, q)
		return q
	}
	status := func(low, high int) []gonets.StatusSpan { return []gonets.StatusSpan{{Low: low, High: high}} }
	refused := status(500, 599)
	find("status:5xx", gonets.RunFilter{Statuses: refused})
	find("status:200 of a scenario long ago", gonets.RunFilter{Statuses: status(200, 200), Scenario: "payments", Until: at(0.3)})
	find("status:404, which nobody answered, of a scenario", gonets.RunFilter{Statuses: status(404, 404), Scenario: "payments"})
	find("code: of a reply", gonets.RunFilter{Code: string(gonets.CodeHTTPStatus)})
	find("code: of runs that are held", gonets.RunFilter{Code: string(gonets.CodeScenarioHeld), States: stateOf(gonets.RunHeld, gonets.RunPaused)})
	find("lane: of many runs", gonets.RunFilter{Lane: "http://host-0.example"})
	find("lane: and status:5xx of a source", gonets.RunFilter{Lane: "http://host-3.example", Statuses: refused, Source: "bank"})
	find("bulk:", gonets.RunFilter{Bulk: storetest.FilledBulk})
	find("bulk: of failed runs", gonets.RunFilter{Bulk: storetest.FilledBulk, States: stateOf(gonets.RunFailed)})
	find("received: on a day", gonets.RunFilter{ReceivedFrom: at(0.5), ReceivedUntil: at(0.5).Add(24 * time.Hour)})
	find("received: long ago, failed", gonets.RunFilter{ReceivedFrom: at(0.1), ReceivedUntil: at(0.2), States: stateOf(gonets.RunFailed)})
	find("text: of every twentieth run", gonets.RunFilter{Text: storetest.FilledCustomer(0), Until: at(1)}).within = textAnswer
	find("text: of one run, within an hour", gonets.RunFilter{Text: storetest.FilledOrder(h.Runs / 2), Since: at(0.5).Add(-30 * time.Minute),
		Until: at(0.5).Add(30 * time.Minute)}).within = textAnswer

	for name, f := range map[string]gonets.RunFilter{"huge source": {Source: "shop"}, "tiny scenario": {Scenario: "rare"},
		"status:5xx of a scenario": {Scenario: "payments", Statuses: refused}, "bulk:": {Bulk: storetest.FilledBulk}} {
		out = append(out, &question{name: "count, " + name, path: path("/count", f), check: counted(len(h.Find(f, h.Runs)))})
	}
	f := gonets.RunFilter{Source: "bank", Since: at(0.2), Until: at(0.4)}
	done := f
	done.States = stateOf(gonets.RunSucceeded)
	out = append(out, &question{name: "chart of a fifth of the time", path: path("/chart", f), check: charted(len(h.Find(f, h.Runs)), len(h.Find(done, h.Runs)))})
	reconcile := func(name string, from time.Time) *question {
		return &question{name: name, path: "/api/v1/reconciliation?from=" + from.Format(time.DateOnly), check: reconciled(h, from)}
	}
	all := reconcile("reconciliation of all", h.Until.Add(-h.Span).AddDate(0, 0, -1))
	all.within = wholeAnswer
	return append(out, all, reconcile("reconciliation of a week", h.Until.UTC().Truncate(24*time.Hour).AddDate(0, 0, -6)))
}

// counted checks a count, which gives up after a bounded look.
func counted(want int) func(json.RawMessage) (string, error) {
	return func(raw json.RawMessage) (string, error) {
		var got api.RunCount
		err := json.Unmarshal(raw, &got)
		if err == nil && (got.Count > want || got.Count < want && !got.More) {
			err = fmt.Errorf("%+v, want %d", got, want)
		}
		return "", err
	}
}

// charted checks the bars of all answers.
func charted(runs, done int) func(json.RawMessage) (string, error) {
	var sum api.RunBar
	return func(raw json.RawMessage) (string, error) {
		var got api.RunChart
		if err := json.Unmarshal(raw, &got); err != nil {
			return "", err
		}
		for _, b := range got.Bars {
			sum.Runs, sum.Done, sum.More = sum.Runs+b.Runs, sum.Done+b.Done, sum.More || b.More
		}
		if got.Next != "" {
			return got.Next, nil
		}
		all := sum
		sum = api.RunBar{}
		if all.Runs > runs || all.Done > done || !all.More && (all.Runs < runs || all.Done < done) {
			return "", fmt.Errorf("%+v, want %d runs, of which %d are done", all, runs, done)
		}
		return "", nil
	}
}

// reconciled checks what came in since a day's beginning and what became of it, the
// load's own aside.
func reconciled(h *storetest.Filled, since time.Time) func(json.RawMessage) (string, error) {
	want := api.Counts{AddsUp: true}
	for i := range h.Runs {
		r := h.Run(i)
		if !r.Decides() || r.At.Before(since) {
			continue
		}
		want.Received++
		switch r.State {
		case gonets.RunSucceeded:
			want.Done++
		case gonets.RunSkipped:
			want.Skipped++
		case gonets.RunHeld:
			want.Held++
		case gonets.RunPaused:
			want.Paused++
		case gonets.RunFailed:
			want.Failed++
		case gonets.RunCancelled:
			want.Cancelled++
		default:
			want.Waiting++
		}
	}
	return func(raw json.RawMessage) (string, error) {
		var all api.Reconciliation
		if err := json.Unmarshal(raw, &all); err != nil {
			return "", err
		}
		got := api.Counts{AddsUp: all.Total.AddsUp, Missing: all.Total.Missing}
		for _, d := range all.Items {
			if d.Source != "in" {
				got.Received, got.Done, got.Skipped, got.Held = got.Received+d.Received, got.Done+d.Done, got.Skipped+d.Skipped, got.Held+d.Held
				got.Paused, got.Failed, got.Cancelled, got.Waiting = got.Paused+d.Paused, got.Failed+d.Failed, got.Cancelled+d.Cancelled, got.Waiting+d.Waiting
			}
		}
		if got != want {
			return "", fmt.Errorf("%+v, want %+v", got, want)
		}
		return "", nil
	}
}

func statistics(h *storetest.Filled) func(json.RawMessage) (string, error) {
	want := map[string]int{}
	for _, s := range []gonets.RunState{gonets.RunHeld, gonets.RunPaused, gonets.RunWaiting} {
		want[string(s)] = len(h.Find(gonets.RunFilter{States: stateOf(s)}, 10_000))
	}
	return func(raw json.RawMessage) (string, error) {
		var got struct{ Runs map[string]int }
		err := json.Unmarshal(raw, &got)
		for s, n := range want {
			if err == nil && got.Runs[s] != n {
				err = fmt.Errorf("%d runs are %s, want %d", got.Runs[s], s, n)
			}
		}
		return "", err
	}
}

// ask asks once, page after page until there is enough.
func (o *outside) ask(q *question) {
	path := q.path
	for {
		var raw json.RawMessage
		begun := time.Now()
		err := o.api.Call(o.t.Context(), http.MethodGet, path, nil, &raw)
		q.took = append(q.took, time.Since(begun))
		next := ""
		if err == nil {
			next, err = q.check(raw)
		}
		if err != nil {
			o.t.Errorf("%s: %v", q.name, err)
			return
		}
		q.pages++
		if next == "" {
			return
		}
		u, err := url.Parse(q.path)
		if err != nil {
			o.t.Fatal(err)
		}
		query := u.Query()
		query.Set("cursor", next)
		path = u.Path + "?" + query.Encode()
	}
}

func TestHistoryAnswersUnderLoad(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		h := &storetest.Filled{Seed: testkit.Seed(t), Runs: sized(5_000, *historyRuns), Until: time.Now(), Span: 60 * 24 * time.Hour}
		data := t.TempDir()
		fillHistory(t, h, data, database)
		asking := questions(t, h)
		sink := &arrivals{seen: map[string]int{}}
		target := httptest.NewServer(sink)
		t.Cleanup(target.Close)
		o := startWith(t, data, database, loadDocuments(target.URL))
		stop := load(sized(50, 300), func(n int) { o.post(fmt.Sprintf(`{"n":%d}`, n)) })
		span := time.Duration(sized(0, 60)) * time.Second
		rounds := 0
		for begun := time.Now(); rounds == 0 || time.Since(begun) < span; rounds++ {
			for _, q := range asking {
				o.ask(q)
			}
		}
		sent, acks := stop()
		if !await(func() bool { return sink.count() >= sent }) || sink.count() != sent {
			t.Errorf("%d of %d events were delivered", sink.count(), sent)
		}
		if !*soak {
			return
		}
		var table strings.Builder
		for _, q := range asking {
			fmt.Fprintf(&table, "| %s | %d | %s |\n", q.name, q.pages/rounds, q.took.row())
			if err := q.judge(); err != nil {
				t.Error(err)
			}
		}
		t.Logf("%d runs, %d events meanwhile\n| question | pages | calls | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|---|\n%s| an event's acceptance | | %s |",
			h.Runs, sent, &table, acks.row())
	})
}

func TestStartWithAFullHistoryIsQuick(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		sink := &arrivals{seen: map[string]int{}}
		target := httptest.NewServer(sink)
		t.Cleanup(target.Close)
		h := &storetest.Filled{Seed: testkit.Seed(t), Runs: sized(2_000, *historyRuns), Until: time.Now(), Span: 60 * 24 * time.Hour,
			Due: sized(200, 100_000), Target: target.URL, Paused: sized(200, 100_000)}
		data := t.TempDir()
		fillHistory(t, h, data, database)
		// The documents are there already: what follows is what a restart is.
		first := startWith(t, data, database, loadDocuments(target.URL))
		source := first.source
		first.process.Kill()
		begun := time.Now()
		o := startWith(t, data, database, "")
		o.source = o.base + strings.TrimPrefix(source, first.base)
		ready := time.Since(begun)
		o.post(`{"n":1}`)
		o.figure("%d runs, %d of them due, %d paused: ready after %v, the first event is accepted after %v",
			h.Runs, h.Due, h.Paused, ready, time.Since(begun))
		o.figure("the parts of the start: %s", o.started())
		if !await(func() bool { return sink.dues() > 0 }) {
			t.Error("no due run was sent")
		}
		o.figure("the first due run is sent after %v", time.Since(begun))
		if !await(func() bool { return sink.count() == 1 }) {
			t.Error("the event was not delivered")
		}
		// All that was due goes out, not a first part; who waits for a person goes on waiting.
		if !await(func() bool { return sink.dues() >= h.Due }) {
			t.Errorf("%d of %d due runs were sent", sink.dues(), h.Due)
		}
		if n := len(o.runs(gonets.RunPaused)); n < h.Paused {
			t.Errorf("%d runs wait for a person, want at least %d", n, h.Paused)
		}
		o.figure("all %d due runs are sent", h.Due)
		if *soak && ready > 3*time.Second {
			t.Errorf("the server was ready after %v, 3 s are meant", ready)
		}
		o.fits(200)
	})
}

// started is what the server's log says of how long its last start took.
func (o *outside) started() (parts string) {
	o.t.Helper()
	raw, err := os.ReadFile(o.log)
	if err != nil {
		o.t.Fatal(err)
	}
	said := regexp.MustCompile(`msg=started( folder_ms=\d+ database_ms=\d+ documents_ms=\d+ parts_ms=\d+ runs_ms=\d+ services_ms=\d+ all_ms=\d+)\n`).FindAllStringSubmatch(string(raw), -1)
	if len(said) == 0 {
		o.t.Fatalf("the log does not say how long the start took: %s", raw)
	}
	return said[len(said)-1][1]
}

// lifeOf is what an event takes of a database: it is accepted, sent and its result
// stored, without a request. How many were done is counted.
func lifeOf(t *testing.T, s *store.Store, done *atomic.Int64) func(n int) {
	body := []byte(strings.Repeat("x", 1_000))
	return func(int) {
		now := time.Now()
		acc, err := s.Accept(context.Background(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "tiny", Method: "POST", ReceivedAt: now, Body: body}}})
		if err == nil {
			run := acc[0].Runs[0]
			_, err = s.Finish(context.Background(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "tiny", ReceivedAt: now, Lease: run.Lease,
				State: gonets.RunSucceeded, At: now, Tries: 1, StepAt: now,
				Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: now.UnixMilli()}},
				Attempt: &gonets.Attempt{N: 1, Path: "send", StartedAt: now, Duration: time.Millisecond, Charged: true,
					Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: "http://x/", RequestBody: body, Status: 200, ReplyBody: body}}})
		}
		// A sender whom a slow disk makes come back loses nothing.
		switch {
		case err == nil:
			done.Add(1)
		case gonets.CodeOf(err) != gonets.CodeBusy:
			t.Error(err)
		}
	}
}

func TestRetentionKeepsNobodyWaiting(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		h := &storetest.Filled{Seed: testkit.Seed(t), Runs: sized(5_000, *historyRuns), Until: time.Now(), Span: 60 * 24 * time.Hour}
		o := fillHistory(t, h, t.TempDir(), database)
		o.Placer = &storetest.Places{Lane: "http://x", Free: 1 << 30}
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close(context.Background())
		// Each time a further tenth of the history is too old.
		rates := []int{50}
		if *soak {
			rates = []int{300, 600, 1_200, 2_400, 4_800}
		}
		var table strings.Builder
		from := time.Time{}
		for i, rate := range rates {
			until := h.Until.Add(-h.Span * time.Duration(9-i) / 10).Truncate(time.Millisecond)
			want := 0
			for i := range h.Runs {
				r := h.Run(i)
				if end := r.At.Add(time.Duration(i%5_000) * time.Millisecond); r.State.Final() && end.Before(until) && !end.Before(from) {
					want++
				}
			}
			from = until
			var done atomic.Int64
			stop := load(rate, lifeOf(t, s, &done))
			begun, removed := time.Now(), 0
			for {
				n, err := s.Prune(t.Context(), until, gonets.RetentionBatch)
				if err != nil {
					t.Fatal(err)
				}
				if removed += n; n == 0 {
					break
				}
			}
			took, came := time.Since(begun).Seconds(), float64(done.Load())
			sent, acks := stop()
			if removed != want || sent == 0 {
				t.Errorf("%d runs were removed, want %d, while %d events came", removed, want, sent)
			}
			gone := float64(removed) / took
			fmt.Fprintf(&table, "\n| %d | %.0f | %.0f | %s |", rate, came/took, gone, acks.row())
			if *soak && i == 0 && gone < came/took {
				t.Errorf("retention removes %.0f runs a second while %.0f a second come: the history grows for ever", gone, came/took)
			}
			if gone < came/took {
				break // the rate that was looked for
			}
		}
		if *soak {
			t.Logf("of %d runs a tenth is removed at each rate; in ms:\n| sent/s | done/s | removed/s | events | p50 | p99 | max |\n|---|---|---|---|---|---|---|%s", h.Runs, &table)
		}
	})
}
