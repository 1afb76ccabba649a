package store_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"gonets"
	"gonets/api"
	"gonets/internal/compress"
	"gonets/internal/document"
	"gonets/internal/erase"
	"gonets/internal/seek"
	"gonets/internal/store/pack"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// spoiled is a reader of a disk with damaged pages: no statement comes by the rows of some
// ids that reads tables of such a name.
type spoiled struct {
	pack.Reader
	err    error
	tables string
	ids    map[string]bool
}

func (s *spoiled) meets(query string, args []any) bool {
	return strings.Contains(query, s.tables) && !strings.Contains(query, "id > ?") && slices.ContainsFunc(args, func(a any) bool {
		id, ok := a.(string)
		return ok && s.ids[id]
	})
}

func (s *spoiled) Each(query string, args []any, row func(scan func(dest ...any) error) error) error {
	if s.meets(query, args) {
		return s.err
	}
	return s.Reader.Each(query, args, func(scan func(...any) error) error {
		return row(func(dest ...any) error {
			err := scan(dest...)
			if id, ok := dest[0].(*string); ok && s.ids[*id] && strings.Contains(query, s.tables) {
				return s.err // a list that comes to it
			}
			return err
		})
	})
}

func (s *spoiled) Row(query string, args []any, dest ...any) error {
	if s.meets(query, args) {
		return s.err
	}
	return s.Reader.Row(query, args, dest...)
}

// damagedPages are what databases say of pages that are damaged on the disk.
var damagedPages = map[string]struct {
	open   func(*testing.T) storetest.Opened
	damage func(*testing.T) error
}{
	"sqlite":   {open, corrupt},
	"postgres": {freshPostgres, func(*testing.T) error { return &pgconn.PgError{Code: "XX001", Message: "invalid page in block 7"} }},
}

// claimed is the one run of an event that is accepted, with its lease.
func claimed(t *testing.T, s storetest.Opened, ev gonets.Event) gonets.Run {
	t.Helper()
	acc, err := s.Accept(t.Context(), []gonets.Acceptance{{Event: ev}})
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(t.Context(), gonets.Claim{Lane: acc[0].Runs[0].Lane, Limit: 1, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
	if err != nil || len(jobs) != 1 {
		t.Fatal(len(jobs), err)
	}
	return jobs[0].Run
}

// carriers are finished runs whose events, replies and steps hold their number, the
// oldest first.
func carriers(t *testing.T, s storetest.Opened, n int) (runs []gonets.RunSummary) {
	t.Helper()
	if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		text := fmt.Sprintf("canary-%02d ", i)
		run := claimed(t, s, gonets.Event{ID: pack.From(s.Clock.Now())[:24] + newID()[24:], Source: "s", Method: "POST", Path: fmt.Sprintf("/in/s/%02d", i), ReceivedAt: s.Clock.Now(), Body: append([]byte(text), noise(2_500)...)})
		_, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", Lease: run.Lease, State: gonets.RunSucceeded, At: s.Clock.Now(),
			Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: 1}, {Path: "set", State: gonets.StepDone, Value: fmt.Appendf(nil, "%q", text+string(noise(2_500))), FinishedAt: 2}},
			Attempt: &gonets.Attempt{RunID: run.ID, N: 1, Path: "send", StartedAt: s.Clock.Now(),
				Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, URL: "https://crm.example/", Error: fmt.Sprintf("attempt-%02d", i), ReplyBody: append([]byte("got "+text), noise(2_500)...)}}})
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Second)
	}
	l, err := s.Runs(t.Context(), gonets.RunFilter{Ascending: true})
	if err != nil || len(l.Items) != n {
		t.Fatal(len(l.Items), err)
	}
	return l.Items
}

// TestASearchGoesOnBesideWhatTheDiskDamaged: what a run carried that lies on a damaged page
// is counted, and keeps none before or behind it from being found.
func TestASearchGoesOnBesideWhatTheDiskDamaged(t *testing.T) {
	t.Parallel()
	for name, of := range damagedPages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := of.open(t)
			runs := carriers(t, s, 7)
			for _, at := range []struct {
				table string
				id    func(r *gonets.RunSummary) string
			}{{"FROM events", func(r *gonets.RunSummary) string { return r.EventID }}, {"FROM attempts", func(r *gonets.RunSummary) string { return r.ID }}} {
				disk := &spoiled{err: of.damage(t), tables: at.table, ids: map[string]bool{at.id(&runs[2]): true, at.id(&runs[5]): true}}
				h := s.HistoryThrough(func(r pack.Reader) pack.Reader {
					through := *disk
					through.Reader = r
					return &through
				})
				l, err := seek.Runs(t.Context(), seek.History{Runs: s.Runs, Carried: h.Carried, Clock: s.Clock, Mask: func(d gonets.RunDetail) gonets.RunDetail { return d }},
					gonets.RunFilter{Text: "canary"})
				if err != nil || len(l.Items) != 5 || l.Unread != 2 || l.Next != "" {
					t.Errorf("%s: %d runs found, %d unread, next %q: %v", at.table, len(l.Items), l.Unread, l.Next, err)
				}
				outlines, err := h.Outlines(t.Context(), runs)
				read := 0
				for i := range outlines {
					if outlines[i].Event.ID != "" && len(outlines[i].Attempts) == 1 {
						read++
					}
				}
				if err != nil || len(outlines) != 7 || read != 5 {
					t.Errorf("%s: %d outlines, %d whole: %v", at.table, len(outlines), read, err)
				}
			}
		})
	}
}

// halfPage and wholePage are what is looked through, and damaged, of a leaf.
const (
	halfPage  = 4096
	wholePage = 8192
)

// spoil writes over all leaves of a closed database that hold one of the texts in so much
// of them. (Others keep what they held when they were leaves.)
func spoil(t *testing.T, path string, size int, texts ...string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := 0
	for page := range slices.Chunk(raw, size) {
		leaf := page[0] == 0x0d || page[0] == 0x0a // SQLite's file format, 1.6
		if leaf && slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(page, []byte(text)) }) {
			copy(page, bytes.Repeat([]byte{0xff}, len(page)))
			spoiled++
		}
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil || spoiled < len(texts) {
		t.Fatalf("%d pages are damaged: %v", spoiled, err)
	}
}

// TestAPageThatIsDamagedIsTold: whoever looks at a run of a damaged page, or at a list with
// it, is shown what there is, and told what is not.
func TestAPageThatIsDamagedIsTold(t *testing.T) {
	t.Parallel()
	for part, text := range map[string]string{"event": "/in/s/04", "attempts": "attempt-04", "results": `"canary-04`} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "gonets.db")
			s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
			runs := carriers(t, s, 9)
			ids := make([]string, len(runs))
			for i := range runs {
				ids[i] = runs[i].EventID
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			spoil(t, path, halfPage, text)
			s = openAt(t, path, s.Clock, &storetest.Places{})
			events, err := s.EventsByID(t.Context(), ids)
			if err != nil || len(events) < 2 || part == "event" == (events[ids[4]].ID != "") {
				t.Errorf("%d events of a list: %v", len(events), err)
			}
			for i := range runs {
				d, err := s.Run(t.Context(), runs[i].ID)
				if err != nil || i == 4 && !slices.Equal(d.Unread, []string{part}) || d.Run.ID != runs[i].ID {
					t.Errorf("run %d: unread %v, %v", i, d.Unread, err)
				}
				if len(d.Attempts) != 1 || d.Attempts[0].N != 1 || !slices.Contains(d.Unread, "attempts") && !reflect.DeepEqual(d.Run, runs[i]) {
					t.Errorf("run %d: attempts %+v of %+v", i, d.Attempts, d.Run)
				}
			}
			listed, err := s.Runs(t.Context(), gonets.RunFilter{Ascending: true})
			if err != nil || len(listed.Items) != 9 || part == "attempts" == (listed.Items[4].LastOutcome != "") {
				t.Errorf("%d runs of a list: %v", len(listed.Items), err)
			}
			l, err := seek.Runs(t.Context(), seek.History{Runs: s.Runs, Carried: s.Carried, Clock: s.Clock, Mask: func(d gonets.RunDetail) gonets.RunDetail { return d }}, gonets.RunFilter{Text: "canary"})
			if err != nil || part != "results" && l.Unread < 1 || len(l.Items)+l.Unread != 9 {
				t.Errorf("%d found, %d unread: %v", len(l.Items), l.Unread, err)
			}
		})
	}
}

// TestAnErasureGoesOnBehindWhatTheDiskDamaged: what stands behind damaged pages is looked
// at, and what stands on them is counted.
func TestAnErasureGoesOnBehindWhatTheDiskDamaged(t *testing.T) {
	t.Parallel()
	for name, of := range damagedPages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := of.open(t)
			runs := carriers(t, s, 25) // more than a page
			event, run := func(i int) string { return runs[i].EventID }, func(i int) string { return runs[i].ID }
			for _, at := range []struct {
				tables string
				shelf  int
				id     func(i int) string
				kind   erase.Kind
			}{{"FROM events", 1, event, erase.KindEvent}, {"FROM runs", 2, run, erase.KindRun}, {"FROM step_results", 2, run, erase.KindStep}, {"FROM attempts", 2, run, erase.KindAttempt}} {
				for _, lost := range [][]int{{0}, {2, 3}, {24}, {0, 7, 8, 20, 21}} {
					disk := &spoiled{err: of.damage(t), tables: at.tables, ids: map[string]bool{}}
					for _, i := range lost {
						disk.ids[at.id(i)] = true
					}
					e := s.ErasuresThrough(func(r pack.Reader) pack.Reader {
						through := *disk
						through.Reader = r
						return &through
					})
					met, unread, from := map[string]bool{}, 0, erase.Place{}
					for pages := 0; ; pages++ {
						page, err := e.LookErasure(t.Context(), "job", from)
						if err != nil || pages > 200 {
							t.Fatalf("%s, %v: page %d: %v", at.tables, lost, pages, err)
						}
						for _, item := range page.Items {
							if from.Shelf == at.shelf && item.Kind == at.kind {
								met[item.ID] = item.Kind != erase.KindEvent || len(item.Texts[len(item.Texts)-1].Data) > 0
							}
						}
						unread += len(page.Unread)
						if from = page.Next; page.Done {
							break
						}
					}
					for i := range runs {
						if id := at.id(i); met[id] == disk.ids[id] {
							t.Errorf("%s, %v: number %d is met: %v", at.tables, lost, i, met[id])
						}
					}
					if unread != len(lost) {
						t.Errorf("%s, %v: %d are counted", at.tables, lost, unread)
					}
				}
			}
		})
	}
}

// erasing is a service, and a way to have it work until a job stands somewhere.
func erasing(t *testing.T, s storetest.Opened) (*erase.Service, func(id string, state erase.State) api.Erasure) {
	service := erase.New(erase.Options{Jobs: s.Store, Shelves: s.Store, Owner: "me", Clock: s.Clock, Log: slog.New(slog.DiscardHandler), MAC: func(text string) []byte { return []byte(text) },
		Forget: func() {}})
	return service, func(id string, state erase.State) api.Erasure {
		t.Helper()
		for range 1_000 {
			e, err := service.Get(t.Context(), id)
			if err != nil || e.State == string(state) {
				return e
			}
			service.Turn(t.Context())
		}
		t.Fatalf("it is never %s; the store: %v", state, s.Health())
		return api.Erasure{}
	}
}

// TestAnErasureWritesNothingBesideWhatTheDiskDamaged: a page that is damaged ends the server
// that writes there. What was found of the others is erased.
func TestAnErasureWritesNothingBesideWhatTheDiskDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gonets.db")
	s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
	runs := carriers(t, s, 9)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, halfPage, "canary-04 ")
	s = openAt(t, path, s.Clock, &storetest.Places{})
	service, until := erasing(t, s)
	job, err := service.Begin(t.Context(), "canary", "owner")
	if err != nil {
		t.Fatal(err)
	}
	if found := until(job.ID, erase.Found); found.Unread == 0 {
		t.Error("nothing is told of what could not be read")
	}
	if _, err := service.Confirm(t.Context(), job.ID, "canary", "owner", true); err != nil {
		t.Fatal(err)
	}
	done, erased := until(job.ID, erase.Finished), 0
	for i := range runs {
		d, err := s.Run(t.Context(), runs[i].ID)
		if err != nil {
			t.Error(err)
		}
		if d.Event.Mark == gonets.MarkErased {
			erased++
		}
	}
	if s.Health() != nil || done.Unread == 0 || erased == 0 || erased == len(runs) || erased+done.Unread < len(runs) {
		t.Errorf("%d erased, %d unread; %v", erased, done.Unread, s.Health())
	}
}

// TestAnErasureComesByDamagedChecks: a page of checks that is damaged neither holds the
// walk up nor ends the server, and keeps no event of others from being erased.
func TestAnErasureComesByDamagedChecks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gonets.db")
	s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
	runs := carriers(t, s, 9)
	var lost string
	for i := range 60 {
		check, event := newID(), "made-up"
		if i == 30 {
			lost, event = check, runs[4].EventID
		}
		err := s.Damage(`INSERT INTO checks (id, scenario, event, created_at, finished_at, summary, size, data) VALUES (?, 'x', ?, 1, 1, ?, 2, ?)`,
			check, event, append([]byte("check-"+check), noise(1_500)...), compress.Zstd([]byte("{}")))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, wholePage, "check-"+lost)
	s = openAt(t, path, s.Clock, &storetest.Places{})
	service, until := erasing(t, s)
	job, err := service.Begin(t.Context(), "canary", "owner")
	if err != nil {
		t.Fatal(err)
	}
	found := until(job.ID, erase.Found)
	if found.Unread < 2 || found.Unread > 9 {
		t.Errorf("%d are told as unread", found.Unread)
	}
	if _, err := service.Confirm(t.Context(), job.ID, "canary", "owner", true); err != nil {
		t.Fatal(err)
	}
	done := until(job.ID, erase.Finished)
	for i := range runs {
		d, err := s.Run(t.Context(), runs[i].ID)
		if erased := d.Event.Mark == gonets.MarkErased; err != nil || erased != (i != 4) {
			t.Errorf("event %d is erased: %v, %v", i, erased, err)
		}
	}
	if s.Health() != nil || done.Unread != found.Unread {
		t.Errorf("%d unread, then %d; %v", found.Unread, done.Unread, s.Health())
	}
}

// TestWhatIsSearchedByIsErasedBesideADamagedEvent: it stands on another page.
func TestWhatIsSearchedByIsErasedBesideADamagedEvent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gonets.db")
	s := openAt(t, path, testkit.NewClock(), &storetest.Places{})
	runs := carriers(t, s, 9)
	if err := s.Damage(`INSERT INTO run_values (value, run) VALUES (?, ?)`, []byte("searched-by"), runs[4].ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, halfPage, "/in/s/04")
	s = openAt(t, path, s.Clock, &storetest.Places{})
	service, until := erasing(t, s)
	job, err := service.Begin(t.Context(), "searched-by", "owner")
	if err != nil {
		t.Fatal(err)
	}
	until(job.ID, erase.Found)
	if _, err := service.Confirm(t.Context(), job.ID, "searched-by", "owner", true); err != nil {
		t.Fatal(err)
	}
	until(job.ID, erase.Finished)
	if left, err := s.Texts(`SELECT run FROM run_values WHERE value = CAST('searched-by' AS BLOB)`); err != nil || len(left) > 0 || s.Health() != nil {
		t.Errorf("the history still finds it: %v, %v, %v", left, err, s.Health())
	}
}
