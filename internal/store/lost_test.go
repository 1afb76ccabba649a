package store_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// swallow stands between a store and its database. Once armed, it breaks the
// connection instead of passing on that the next commit succeeded; once it is to keep,
// instead of passing on that the next transaction is to be rolled back.
type swallow struct {
	armed, keep atomic.Bool
	wg          sync.WaitGroup
	// journeys counts how often the database answered and was ready again.
	journeys atomic.Int64
}

// address is the database's, by way of the swallow.
func (s *swallow) address(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := u.Host
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d, err := net.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			s.wg.Go(func() { defer d.Close(); s.questions(d, c) })
			s.wg.Go(func() { defer c.Close(); s.answers(c, d) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.wg.Wait()
	})
	u.Host = l.Addr().String()
	return u.String()
}

func (s *swallow) questions(to io.Writer, from io.Reader) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if bytes.Contains(buf[:n], []byte("ROLLBACK")) && s.keep.CompareAndSwap(true, false) {
			return
		}
		if _, e := to.Write(buf[:n]); e != nil || err != nil {
			return
		}
	}
}

func (s *swallow) answers(to io.Writer, from io.Reader) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		s.journeys.Add(int64(bytes.Count(buf[:n], []byte("Z\x00\x00\x00\x05"))))
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) && s.armed.CompareAndSwap(true, false) {
			return
		}
		if _, e := to.Write(buf[:n]); e != nil || err != nil {
			return
		}
	}
}

// TestLostAnswersOfCommitsLoseNothing: the commit was made, and nobody was told.
func TestLostAnswersOfCommitsLoseNothing(t *testing.T) {
	t.Parallel()
	var way swallow
	address := way.address(t, cluster.Database(t))
	places := &storetest.Places{Lane: "http://crm.example", Free: 100}
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: places})
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	lose := func(what string, do func() error) {
		t.Helper()
		way.armed.Store(true)
		if err := do(); gonets.CodeOf(err) != gonets.CodeStoreAway || way.armed.Load() {
			t.Fatalf("%s: %v", what, err)
		}
	}
	event := func(key string) []gonets.Acceptance {
		return []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}, Key: key}}
	}
	// The first event only teaches the store where events go.
	if _, err := s.Accept(t.Context(), event("first")); err != nil {
		t.Fatal(err)
	}
	in := event("k")
	accept := func() error { _, err := s.Accept(t.Context(), in); return err }
	lose("accept", accept)
	if err := accept(); err != nil {
		t.Fatal(err)
	}
	claim := gonets.Claim{Lane: "http://crm.example", Limit: 10, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()}
	lose("claim", func() error { _, err := s.Claim(t.Context(), claim); return err })
	// The first commit after the loss gives back what nobody knows of.
	if err := s.Release(t.Context(), []gonets.Run{{ID: "none"}}); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(t.Context(), claim)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%d runs: %v", len(jobs), err)
	}
	run := jobs[0].Run
	for _, last := range []bool{false, true} {
		tr := gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease, State: gonets.RunRunning, KeepLease: true, Cursor: "send",
			Results: []gonets.StepResult{{Path: strings.Repeat("a", 1+len(run.Cursor)), State: gonets.StepDone, FinishedAt: 1}}, At: s.Clock.Now()}
		if last {
			tr.State, tr.KeepLease, tr.Results[0].Path = gonets.RunSucceeded, false, "send"
			tr.Attempt = &gonets.Attempt{N: 1, Path: "send", StartedAt: s.Clock.Now()}
		}
		lose("finish", func() error { _, err := s.Finish(t.Context(), tr); return err })
		if fenced, err := s.Finish(t.Context(), tr); err != nil || fenced {
			t.Errorf("the repeat of a finish (last: %v) is fenced %v: %v", last, fenced, err)
		}
	}
	d, err := s.Run(t.Context(), run.ID)
	if err != nil || d.Run.State != gonets.RunSucceeded || len(d.Results) != 2 || len(d.Attempts) != 1 || d.Attempts[0].Fenced {
		t.Errorf("%+v: %v", d, err)
	}
}

// TestARunThatCannotBeGivenBackKeepsNothingElse: of two runs whose claim was in doubt one lies
// on a damaged page. The other is given back, and the store goes on.
func TestARunThatCannotBeGivenBackKeepsNothingElse(t *testing.T) {
	t.Parallel()
	var way swallow
	s := openPostgres(t, way.address(t, cluster.Database(t)), store.Options{Clock: testkit.NewClock(),
		Placer: &storetest.Places{Lane: "http://crm.example"}})
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	var runs [2]gonets.Run
	for i := range runs {
		acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}}})
		if err != nil {
			t.Fatal(err)
		}
		runs[i] = acc[0].Runs[0]
	}
	for _, query := range []string{
		`CREATE FUNCTION damaged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'invalid page' USING ERRCODE = 'XX001'; END $$`,
		`CREATE TRIGGER damaged BEFORE UPDATE ON runs FOR EACH ROW WHEN (NEW.node IS NULL AND OLD.id = '` + runs[0].ID + `') EXECUTE FUNCTION damaged()`,
	} {
		if err := s.Damage(query); err != nil {
			t.Fatal(err)
		}
	}
	claim := gonets.Claim{Lane: "http://crm.example", Limit: 10, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()}
	way.armed.Store(true)
	if _, err := s.Claim(t.Context(), claim); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Fatal(err)
	}
	jobs, err := s.Claim(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Release(t.Context(), []gonets.Run{{ID: "none"}}); err != nil {
		t.Fatal(err)
	}
	if more, err := s.Claim(t.Context(), claim); err != nil || len(jobs)+len(more) != 1 || append(jobs, more...)[0].Run.ID != runs[1].ID {
		t.Errorf("%d and %d runs: %v", len(jobs), len(more), err)
	}
}

// TestABatchIsDoneAgainOnAnotherConnection: what a batch expected was not so, and its
// connection is lost before it can be rolled back.
func TestABatchIsDoneAgainOnAnotherConnection(t *testing.T) {
	t.Parallel()
	var way swallow
	s := openPostgres(t, way.address(t, cluster.Database(t)), store.Options{Clock: testkit.NewClock(),
		Placer: &storetest.Places{Lane: "http://crm.example", Free: 100}})
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	run, err := acceptOne(t, s)
	if err != nil {
		t.Fatal(err)
	}
	end := gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease, State: gonets.RunSucceeded, At: s.Clock.Now()}
	for _, again := range []bool{false, true} {
		way.keep.Store(again)
		if fenced, err := s.Finish(t.Context(), end); err != nil || fenced || way.keep.Load() {
			t.Errorf("finished again (%v): fenced %v, %v", again, fenced, err)
		}
	}
}

// TestAFullDiskBringsNoDatabaseBack: what a full disk has no room for is refused without
// asking the database, which tells nothing of that.
func TestAFullDiskBringsNoDatabaseBack(t *testing.T) {
	t.Parallel()
	var way swallow
	s := openPostgres(t, way.address(t, cluster.Database(t)), store.Options{Clock: testkit.NewClock(),
		Placer: &storetest.Places{Lane: "http://crm.example", Free: 100}})
	way.armed.Store(true)
	if err := s.Release(t.Context(), []gonets.Run{{ID: "none"}}); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Fatal(err)
	}
	s.Room.Set(true, true)
	s.Room.Cramp()
	end := gonets.Transition{RunID: "none", State: gonets.RunSucceeded, At: s.Clock.Now()}
	if _, err := s.Finish(t.Context(), end); gonets.CodeOf(err) != gonets.CodeDiskFull {
		t.Fatal(err)
	}
	s.Room.Set(false, false)
	if err := s.Health(); gonets.CodeOf(err) != gonets.CodeStoreAway {
		t.Errorf("the database is back although nobody asked it: %v", err)
	}
}

// TestBatchesGoToTheDatabaseAFewTimes: a distant database must not be asked about
// each event of a storm, neither about repeats nor about orders.
func TestBatchesGoToTheDatabaseAFewTimes(t *testing.T) {
	t.Parallel()
	var way swallow
	s := openPostgres(t, way.address(t, cluster.Database(t)), store.Options{Clock: testkit.NewClock(),
		Placer: &storetest.Places{Lane: "http://crm.example", Free: 1000}})
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	const events, most = 50, 12
	storm := func(key, order string) (journeys int64, duplicates, leased int) {
		t.Helper()
		in := make([]gonets.Acceptance, events)
		for i := range in {
			in[i].Event = gonets.Event{ID: id.New(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}
			if key != "" {
				in[i].Key, in[i].DedupeWindow = fmt.Sprint(key, i), time.Hour
			}
			if order != "" {
				in[i].Event.OrderKey = fmt.Sprint(order, i/2)
			}
		}
		before := way.journeys.Load()
		acc, err := s.Accept(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range acc {
			if a.Duplicate {
				duplicates++
			} else if a.Runs[0].Lease.Held() {
				leased++
			}
		}
		return way.journeys.Load() - before, duplicates, leased
	}
	storm("k", "a") // prepares the statements
	if n, duplicates, _ := storm("k", ""); n > most || duplicates != events {
		t.Errorf("%d journeys for %d repeats of %d", n, duplicates, events)
	}
	// Of two events of an order the second waits; with the next two all do.
	if n, _, leased := storm("", "b"); n > most || leased != events/2 {
		t.Errorf("%d journeys for events in order; %d of %d leased", n, leased, events)
	}
	if _, _, leased := storm("", "b"); leased != 0 {
		t.Errorf("%d runs do not wait for older ones", leased)
	}
}
