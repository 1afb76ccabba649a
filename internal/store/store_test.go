package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// cluster is this process's PostgreSQL; its databases belong to one test each.
var cluster testkit.Cluster

func TestMain(m *testing.M) { testkit.Main(m, cluster.Stop) }

// openAt opens a store on a real file.
func openAt(t *testing.T, path string, clock *testkit.Clock, places *storetest.Places) storetest.Opened {
	t.Helper()
	room := &storetest.Room{}
	s, err := store.Open(t.Context(), store.Options{Path: path, Clock: clock, Placer: places, Room: room, Sealer: storetest.Sealer{},
		SearchValues: func(ev *gonets.Event, paths []string) ([]string, error) { return []string{string(ev.Body)}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	end := func() {
		if closed {
			return
		}
		closed = true
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return storetest.Opened{Store: s, Clock: clock, Places: places, Room: room,
		Reopen: func(t *testing.T) storetest.Opened {
			end()
			return openAt(t, path, clock, places)
		},
		Fill: func(t *testing.T, full bool) {
			if err := s.LimitPages(full); err != nil {
				t.Fatal(err)
			}
		},
		Exec: damages(s), Loose: true}
}

// damages writes into a store what it would not write itself.
func damages(s *store.Store) func(t *testing.T, query string, args ...any) {
	return func(t *testing.T, query string, args ...any) {
		t.Helper()
		if err := s.Damage(query, args...); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T) storetest.Opened {
	return openAt(t, filepath.Join(t.TempDir(), "gonets.db"), testkit.NewClock(), &storetest.Places{Lane: "http://crm.example"})
}

func TestSQLiteKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, open)
}

func TestFolderBelongsToOneServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gonets.db")
	first := openAt(t, path, testkit.NewClock(), &storetest.Places{})
	_, err := store.Open(t.Context(), store.Options{Path: path, Clock: first.Clock, Sealer: storetest.Sealer{}})
	if gonets.CodeOf(err) != gonets.CodeStoreFailed || !strings.Contains(err.Error(), "another Gonets server") {
		t.Errorf("second server: %v", err)
	}
	first.Reopen(t)
}

func TestPromisedSettingsHold(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, want := range map[string]string{"journal_mode": "wal", "auto_vacuum": "2", "page_size": "8192", "synchronous": "2",
		"mmap_size": "0", "journal_size_limit": "67108864", "busy_timeout": "10000"} {
		if got, err := s.Pragma(name); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// plansOf are SQLite's plans with the reads of a whole hot table in them.
func scans(t *testing.T, s storetest.Opened, q store.HotQuery) (bad []string) {
	t.Helper()
	plan, err := s.Plan(q.Text, q.Args)
	if err != nil {
		t.Fatalf("%s: %v", q.Name, err)
	}
	if !strings.Contains(strings.Join(plan, "\n"), q.Index) {
		bad = append(bad, "without "+q.Index+": "+strings.Join(plan, "; "))
	}
	for _, step := range plan {
		table, ok := strings.CutPrefix(step, "SCAN ")
		table, _, _ = strings.Cut(table, " ")
		// The partial index of leases holds what is being worked on, no more; b, c
		// and d are what a query made itself, of as many rows as it says.
		if ok && !slices.Contains([]string{"lanes", "CONSTANT", "24", "3", "b", "c", "d"}, table) && !strings.Contains(step, "runs_leased") {
			bad = append(bad, step)
		}
		if strings.Contains(step, "TEMP B-TREE") && !q.Sorts {
			bad = append(bad, step)
		}
	}
	return bad
}

func TestHotQueriesReadNoWholeTable(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, q := range append(s.HotQueries(), s.HistoryQueries()...) {
		if bad := scans(t, s, q); len(bad) > 0 {
			t.Errorf("%s: %v", q.Name, bad)
		}
	}
	for _, planted := range []string{`SELECT id FROM runs WHERE reason = ?`, `SELECT id FROM runs r WHERE state = ?`,
		`SELECT id FROM events WHERE source = ? ORDER BY id`} {
		if len(scans(t, s, store.HotQuery{Name: "planted", Text: planted, Args: 1})) == 0 {
			t.Errorf("the planted fault was not seen: %s", planted)
		}
	}
}

func TestFailedDiskStopsEverythingAndIsCheckedAtTheNextStart(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.Health(); err != nil {
		t.Fatal(err)
	}
	s.Fail(errors.New("fsync: input/output error"))
	select {
	case <-s.Failed():
	default:
		t.Error("Failed is open")
	}
	if code := gonets.CodeOf(s.Health()); code != gonets.CodeStoreFailed {
		t.Errorf("health: %s", code)
	}
	_, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: "e", Source: "s"}}})
	if gonets.CodeOf(err) != gonets.CodeStoreFailed {
		t.Errorf("accept: %v", err)
	}
	if _, err := os.Stat(s.Marker()); err != nil {
		t.Errorf("the marker: %v", err)
	}
	s = s.Reopen(t)
	if _, err := os.Stat(s.Marker()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the marker after a check that found nothing: %v", err)
	}
	if s.Health() != nil {
		t.Error("the next life is not healthy")
	}
}

func TestDamagedFileIsRefusedAfterADiskFailure(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gonets.db")
	s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
	s.Fail(errors.New("fsync"))
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The pages after the first hold the schema's tables.
	if _, err := f.WriteAt([]byte(strings.Repeat("damage", 4000)), 3*4096); err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, err = store.Open(t.Context(), store.Options{Path: path, Clock: testkit.NewClock(), Sealer: storetest.Sealer{}})
	if err == nil {
		t.Fatal("a damaged database was opened")
	}
}

// stall keeps the committer busy until the returned function is called.
func stall(t *testing.T, s storetest.Opened) (goOn func()) {
	entered, until := make(chan struct{}), make(chan struct{})
	go s.Stall(entered, until)
	<-entered
	goOn = sync.OnceFunc(func() { close(until) })
	t.Cleanup(goOn)
	return goOn
}

func TestFullQueueRefusesAcceptsAndTakesCompletions(t *testing.T) {
	t.Parallel()
	s := open(t)
	goOn := stall(t, s)
	results := make(chan error, 2*gonets.CommitQueue)
	send := func(n int, body []byte) {
		for range n {
			go func() {
				_, err := s.Accept(context.Background(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", Body: body}}})
				results <- err
			}()
		}
	}
	const extra = 10
	send(gonets.CommitQueue+extra, []byte("x"))
	for range extra {
		if err := <-results; gonets.CodeOf(err) != gonets.CodeBusy {
			t.Fatalf("a full queue: %v", err)
		}
	}
	go func() { results <- s.Release(context.Background(), []gonets.Run{{ID: "gone"}}) }()
	for s.QueueLength() < gonets.CommitQueue+1 {
		// Completions are queued although accepts are refused.
		select {
		case err := <-results:
			t.Fatalf("refused: %v", err)
		default:
		}
	}
	goOn()
	for range gonets.CommitQueue + 1 {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
}

func TestStoppedStoreRefusesAndEndsWhatIsQueued(t *testing.T) {
	t.Parallel()
	s := open(t)
	goOn := stall(t, s)
	queued := make(chan error, 1)
	go func() {
		_, err := s.Accept(context.Background(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST"}}})
		queued <- err
	}()
	for s.QueueLength() == 0 {
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Store.Close(ctx); err == nil {
		t.Error("closed before the last commit")
	}
	_, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID()}}})
	if gonets.CodeOf(err) != gonets.CodeStopping {
		t.Errorf("after the stop: %v", err)
	}
	goOn()
	if err := <-queued; err != nil {
		t.Errorf("what was queued before the stop: %v", err)
	}
}

func newID() string { return id.New() }

func TestRetentionGivesPagesBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 300 {
		_, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: newID(), Source: "s", Method: "POST",
			ReceivedAt: s.Clock.Now(), Body: make([]byte, 4000)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Clock.Advance(1)
	if _, err := s.Prune(t.Context(), s.Clock.Now().Add(1e9), 1000); err != nil {
		t.Fatal(err)
	}
	got, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if l, err := s.Events(t.Context(), gonets.EventFilter{}); err != nil || len(l.Items) != 0 {
		t.Errorf("%d events are left (%v)", len(l.Items), err)
	}
	if got.FreeBytes > 100<<10 {
		t.Errorf("%d bytes are free in the file, want them given back", got.FreeBytes)
	}
}
