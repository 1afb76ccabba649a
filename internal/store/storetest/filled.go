package storetest

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
	"gonets/setting"
)

// Filled is a history of a size: what it holds follows from its members alone.
// Sources, scenarios and lanes are of very uneven size.
type Filled struct {
	Seed uint64
	// Runs is how many there are, spread evenly over Span, the last one ending
	// before Until.
	Runs  int
	Until time.Time
	Span  time.Duration
	// Due of the newest runs wait for a try that is due already, at Target.
	Due    int
	Target string
	// Paused of those before them wait for a person.
	Paused int
}

// FilledRun is one run of a [Filled] history.
type FilledRun struct {
	ID, Event, Source, Scenario string
	State                       gonets.RunState
	Mark                        gonets.Mark
	At                          time.Time
	// Attempts is how many requests were made; the last one's reply fits State.
	Attempts int
	Lane     string
	Values   []string
	// Bulk is the mass action that the run was part of.
	Bulk string
	// shared are the values of an event that made the run before this one, too.
	shared []string
}

// The places of a filled history: what share of a million runs is there, and
// how many of a thousand of them ended how; the others succeeded.
var places = []struct {
	source, scenario string
	share            int
	ends             map[gonets.RunState]int
}{
	{"shop", "orders", 640_000, map[gonets.RunState]int{gonets.RunSkipped: 10, gonets.RunCancelled: 2, gonets.RunWaiting: 2}},
	{"forms", "leads", 200_000, map[gonets.RunState]int{gonets.RunFailed: 10, gonets.RunPaused: 2, gonets.RunWaiting: 20}},
	{"bank", "payments", 120_000, map[gonets.RunState]int{gonets.RunFailed: 300, gonets.RunPaused: 50}},
	{"forms", "letters", 39_000, map[gonets.RunState]int{gonets.RunHeld: 1_000}},
	{"bank", "refunds", 900, map[gonets.RunState]int{gonets.RunCancelled: 500}},
	{"tiny", "rare", 100, map[gonets.RunState]int{gonets.RunFailed: 100}},
}

// FilledAudit is the scenario that runs for some events of shop besides orders.
const FilledAudit = "audit"

// FilledBulk is the mass action of which every fiftieth run was part.
const FilledBulk = "01a201e4-4ea9-7000-a762-672e4e7e57a9"

// documents are the sources and scenarios that the history speaks of.
func (h *Filled) documents() (a document.Apply) {
	all := append(slices.Clone(places), places[0])
	all[len(all)-1].scenario = FilledAudit
	var seen []string
	for _, p := range all {
		if !slices.Contains(seen, p.source) {
			seen = append(seen, p.source)
			a.Sources = append(a.Sources, gonets.Source{Name: p.source, Preset: "generic"})
		}
		a.Scenarios = append(a.Scenarios, Scenario(p.scenario, p.source))
	}
	a.Scenarios[1].Steps[0].HTTP.URL = cmp.Or(h.Target, crm) + "/due"
	// Nothing of it is too old.
	a.Settings = &setting.Settings{Retention: setting.Retention{Age: gonets.Duration(400 * 24 * time.Hour)}}
	return a
}

// FilledCustomer is the value of a customer; every twentieth run is of customer
// 0, the others have a few hundred each or less.
func FilledCustomer(n int) string { return fmt.Sprintf("customer-%d", n) }

// FilledOrder is the value that run i has alone.
func FilledOrder(i int) string { return fmt.Sprintf("order-%d", i) }

// Run tells what run i is, counted from the oldest.
func (h *Filled) Run(i int) FilledRun {
	rnd := rand.New(rand.NewPCG(h.Seed, uint64(i)))
	step := h.Span / time.Duration(h.Runs)
	at := h.Until.Add(-h.Span + time.Duration(i)*step).Truncate(time.Millisecond)
	r := FilledRun{ID: filledID(at, i, 1), Event: filledID(at, i, 0), At: at, State: gonets.RunSucceeded, Attempts: 1}
	pick, p := rnd.IntN(1_000_000), places[0]
	for _, p = range places {
		if pick -= p.share; pick < 0 {
			break
		}
	}
	r.Source, r.Scenario = p.source, p.scenario
	end := rnd.IntN(1_000)
	for _, st := range gonets.RunStates() {
		if end -= p.ends[st]; end < 0 {
			r.State = st
			break
		}
	}
	customer := int(rnd.ExpFloat64() * float64(h.Runs) / 200)
	if rnd.IntN(20) == 0 {
		customer = 0
	}
	if rnd.IntN(50) == 0 {
		r.Mark = gonets.MarkMissing
	}
	r.Lane = fmt.Sprintf("http://host-%d.example", int(rnd.ExpFloat64()*rnd.ExpFloat64()*10))
	if i%8 == 7 && i < h.Runs-h.Due-h.Paused {
		if before := h.Run(i - 1); before.Scenario == "orders" && before.State != gonets.RunWaiting {
			// The same event made two runs.
			r.Event, r.Source, r.Scenario, r.State = before.Event, before.Source, FilledAudit, gonets.RunSucceeded
			r.shared = before.Values
		}
	}
	if i >= h.Runs-h.Due {
		r.State, r.Lane, r.Source, r.Scenario, r.Event = gonets.RunWaiting, h.Target, "forms", "leads", filledID(at, i, 0)
	}
	if rest := h.Runs - h.Due - i; rest > 0 && rest <= h.Paused {
		r.State, r.Source, r.Scenario, r.Event = gonets.RunPaused, "forms", "leads", filledID(at, i, 0)
	}
	switch r.State {
	case gonets.RunHeld, gonets.RunSkipped:
		r.Attempts = 0
	case gonets.RunFailed, gonets.RunPaused:
		r.Attempts = 3
	}
	if r.State == gonets.RunHeld {
		r.Lane = gonets.LaneUnknown
	}
	if i%50 == 3 {
		r.Bulk = FilledBulk
	}
	r.Values = []string{FilledCustomer(customer), FilledOrder(i)}
	return r
}

// filledID is a UUIDv7 whose order is that of i within a millisecond.
func filledID(at time.Time, i, kind int) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.UnixMilli())<<16|0x7000)
	return fmt.Sprintf("%x-%x-%x-8000-%012x", b[:4], b[4:6], b[6:], 2*i+kind)
}

// matches tells whether a list with this filter holds the run.
func (r *FilledRun) matches(f *gonets.RunFilter) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	status, code := r.last()
	return (len(f.States) == 0 || slices.Contains(f.States, r.State)) && is(f.Scenario, r.Scenario) && is(f.Source, r.Source) &&
		is(f.EventID, r.Event) && is(f.Lane, r.Lane) && is(f.Bulk, r.Bulk) && is(f.Code, string(code)) &&
		(f.Value == "" || slices.Contains(r.Values, f.Value)) &&
		slices.ContainsFunc(slices.Concat(r.Values, r.shared), func(v string) bool { return strings.Contains(v, f.Text) }) &&
		(len(f.Statuses) == 0 || slices.ContainsFunc(f.Statuses, func(s gonets.StatusSpan) bool { return s.Low <= status && status <= s.High })) &&
		within(r.At, f.Since, f.Until) && (f.ReceivedFrom.IsZero() || r.Decides() && within(r.At, f.ReceivedFrom, f.ReceivedUntil))
}

func within(at, since, until time.Time) bool {
	return (since.IsZero() || !at.Before(since)) && (until.IsZero() || at.Before(until))
}

// Decides tells whether the run is the one by which its event is counted: the
// other one that some events have succeeded, and came later.
func (r *FilledRun) Decides() bool { return r.Scenario != FilledAudit }

// last are the status of the last reply and why the run is not done.
func (r *FilledRun) last() (status int, code gonets.Code) {
	switch {
	case r.State == gonets.RunHeld:
		return 0, gonets.CodeScenarioHeld
	case r.Attempts == 0:
		return 0, ""
	case r.State == gonets.RunSucceeded:
		return http.StatusOK, ""
	}
	return http.StatusServiceUnavailable, gonets.CodeHTTPStatus
}

// Find are the first ids that a list with this filter has to give, by looking
// at every run.
func (h *Filled) Find(f gonets.RunFilter, limit int) (ids []string) {
	for n := range h.Runs {
		i := h.Runs - 1 - n
		if f.Ascending {
			i = n
		}
		if r := h.Run(i); r.matches(&f) {
			if ids = append(ids, r.ID); len(ids) == limit {
				break
			}
		}
	}
	return ids
}

// Cursor is that of the page behind a run.
func Cursor(id string) string { return filter.Cursor{ID: id}.String() }

// Events are the first ids that a list of events with this filter has to give.
func (h *Filled) Events(f gonets.EventFilter, limit int) (ids []string) {
	for i := h.Runs - 1; i >= 0 && len(ids) < limit; i-- {
		r := h.Run(i)
		if r.Decides() && (f.Source == "" || f.Source == r.Source) && within(r.At, f.Since, f.Until) {
			ids = append(ids, r.Event)
		}
	}
	return ids
}

// fillBatch is how many runs go in together.
const fillBatch = 1_000

// fill puts the history into a database that has its documents and that no store has
// open: path is SQLite's file or address a PostgreSQL database.
func (h *Filled) fill(ctx context.Context, path, address string) error {
	way := dialect.SQLite()
	open := func() (*sql.DB, error) { return dialect.OpenSQLite(path, dialect.UseWrite) }
	ease := `PRAGMA synchronous = OFF; PRAGMA cache_size = -400000`
	if address != "" {
		way = dialect.Postgres()
		open = func() (*sql.DB, error) {
			return dialect.OpenPostgres(address, dialect.UseWrite, context.Background)
		}
		ease = `SET synchronous_commit = off`
	}
	db, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, ease); err != nil {
		return err
	}
	p := pipe{ctx: ctx, conn: conn, way: &way, stmts: map[string]*sql.Stmt{}}
	ctx, stop := context.WithCancel(ctx)
	batches := make(chan []*dialect.Part, 4)
	var making sync.WaitGroup
	defer making.Wait()
	defer stop()
	making.Go(func() {
		defer close(batches)
		for i := 0; i < h.Runs; i += fillBatch {
			select {
			case batches <- h.parts(i, min(i+fillBatch, h.Runs)):
			case <-ctx.Done():
				return
			}
		}
	})
	for parts := range batches {
		if err := p.send(parts); err != nil {
			return err
		}
	}
	if address == "" {
		_, err = conn.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	return err
}

// fillRuns adds runs as they are in the end.
var fillRuns = dialect.Insert("runs", dialect.Columns{
	dialect.Text("id"), dialect.Text("event"), dialect.Text("source"), dialect.Text("scenario"), dialect.Int("version"),
	dialect.Text("state"), dialect.Text("reason"), dialect.Text("lane"), dialect.Bytes("order_key"), dialect.Int("due_at"),
	dialect.Text("node"), dialect.Int("node_epoch"), dialect.Int("lease_seq"), dialect.Text("cursor_path"),
	dialect.Int("tries"), dialect.Int("attempts"), dialect.Int("step_at"), dialect.Int("crashes"), dialect.Text("mark"),
	dialect.Int("created_at"), dialect.Int("finished_at"),
}, "", "")

var fillValues = dialect.Insert("run_values", dialect.Columns{dialect.Bytes("value"), dialect.Text("run")}, "", "")

var filledHeaders = []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "shop/2.1"}}

// parts are the rows of the runs from one number up to another.
func (h *Filled) parts(from, to int) []*dialect.Part {
	events, runs := &dialect.Part{Many: pack.Events}, &dialect.Part{Many: fillRuns}
	attempts, results, values := &dialect.Part{Many: pack.Attempts}, &dialect.Part{Many: pack.Results}, &dialect.Part{Many: fillValues}
	acts, counted := &dialect.Part{Many: deeds.Acts}, tally.Sum{}
	var count *tally.Counts // of the event; its two runs stand in the same batch
	for i := from; i < to; i++ {
		r := h.Run(i)
		body := fmt.Appendf(nil, `{"order":%q,"customer":%q,"lines":[{"sku":"A-%d","price":"%d.90"}],"note":"Please call before the delivery."}`,
			r.Values[1], r.Values[0], i%977, i%89)
		if r.Decides() {
			count = counted.At(tally.KeyOf(r.Source, r.At))
			count.Events++
			ev := pack.NewEvent(&gonets.Event{ID: r.Event, Source: r.Source, ReceivedAt: r.At, Method: "POST", Headers: filledHeaders,
				ContentType: "application/json", Remote: "192.0.2.1:5000", Body: body})
			events.Rows = append(events.Rows, ev.Row())
		}
		count.Runs++
		run := gonets.Run{ID: r.ID, EventID: r.Event, Scenario: r.Scenario, Version: 1, State: r.State, Lane: r.Lane,
			Mark: r.Mark, CreatedAt: r.At, StepAt: r.At}
		var end any
		switch {
		case r.State == gonets.RunHeld:
			run.Version, run.StepAt, run.Reason = 0, time.Time{}, gonets.CodeScenarioHeld
		case r.State == gonets.RunWaiting && i >= h.Runs-h.Due:
			run.DueAt = r.At
		case r.State == gonets.RunWaiting:
			run.DueAt = h.Until.Add(365 * 24 * time.Hour)
		case r.State.Final():
			end = r.At.Add(time.Duration(i%5_000) * time.Millisecond).UnixMilli()
		}
		row := append(pack.NewRun(&run, r.Source), end)
		if r.Attempts > 0 && !r.State.Final() {
			row[13] = "send" // where it stands
		}
		row[15] = r.Attempts
		runs.Rows = append(runs.Rows, row)
		for n := 1; n <= r.Attempts; n++ {
			attempts.Rows = append(attempts.Rows, r.attempt(n, body))
		}
		if r.Bulk != "" {
			deed := deeds.Act{Action: &gonets.Action{Kind: gonets.ActionResume, Actor: "anna", Bulk: r.Bulk}, At: r.At}
			acts.Rows = append(acts.Rows, deed.Row(r.ID))
		}
		if r.State == gonets.RunSucceeded {
			count.Done++
			results.Rows = append(results.Rows, pack.Result(r.ID, &gonets.StepResult{Path: "send", State: gonets.StepDone, Attempt: r.Attempts, FinishedAt: r.At.UnixMilli()}))
		}
		for _, v := range r.Values {
			values.Rows = append(values.Rows, []any{filter.SearchKey(v), r.ID})
		}
	}
	tallies := &dialect.Part{Many: tally.Adds, Rows: counted.Rows("")}
	return slices.DeleteFunc([]*dialect.Part{events, runs, attempts, results, values, acts, tallies}, func(p *dialect.Part) bool { return len(p.Rows) == 0 })
}

// attempt is the row of the run's attempt n.
func (r *FilledRun) attempt(n int, body []byte) []any {
	a := gonets.Attempt{RunID: r.ID, N: n, Path: "send", StartedAt: r.At.Add(time.Duration(n) * time.Second), Duration: 5 * time.Millisecond, Charged: true,
		Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Code: gonets.CodeHTTPStatus, Error: "the server answered 503", Method: "POST",
			URL: r.Lane + "/in", RequestHeaders: filledHeaders, RequestBody: body, Status: 503, StatusLine: "503 Service Unavailable",
			ReplyHeaders: filledHeaders, ReplyBody: []byte(`{"error":"try again later"}`)}}
	if r.State == gonets.RunSucceeded {
		a.Outcome, a.Code, a.Error, a.Status, a.StatusLine = gonets.OutcomeOK, "", "", 200, "200 OK"
	}
	row, err := pack.NewAttempt(&a, nil)
	if err != nil {
		panic(err) // it is JSON of a type of ours
	}
	return row.Row(r.ID, false)
}

// pipe brings rows to a database as fast as it goes.
type pipe struct {
	ctx   context.Context
	conn  *sql.Conn
	way   *dialect.Dialect
	stmts map[string]*sql.Stmt
}

func (p *pipe) send(parts []*dialect.Part) error {
	if p.way.Fly != nil {
		parts = append([]*dialect.Part{{Text: p.way.Begin}}, append(parts, dialect.Commit())...)
		return p.way.Fly(p.ctx, p.conn, parts)
	}
	if err := p.exec("BEGIN", nil); err != nil {
		return err
	}
	for _, part := range parts {
		for _, row := range part.Rows {
			if err := p.exec(part.Each, part.Arguments(row)); err != nil {
				return err
			}
		}
	}
	return p.exec("COMMIT", nil)
}

func (p *pipe) exec(text string, row []any) error {
	st := p.stmts[text]
	if st == nil {
		var err error
		if st, err = p.conn.PrepareContext(p.ctx, text); err != nil {
			return err
		}
		p.stmts[text] = st
	}
	_, err := st.ExecContext(p.ctx, row...)
	return err
}

// Fill makes the documents and the history in an empty database and
// closes the store that it used for that.
func (h *Filled) Fill(ctx context.Context, o store.Options) error {
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	_, err = s.Apply(ctx, h.documents())
	if err == nil {
		_, err = s.SetScenarioState(ctx, gonets.StateChange{Name: "letters", State: gonets.ScenarioStopped, Actor: "test", At: h.Until})
	}
	if closed := s.Close(ctx); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return h.fill(ctx, o.Path, o.Database)
}
