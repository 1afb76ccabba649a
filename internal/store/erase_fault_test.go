package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/erase"
	"gonets/internal/store/pack"
	"gonets/internal/store/storetest"
)

// faulty is a reader that gives no large bodies, and opens nothing that is sealed.
type faulty struct {
	pack.Reader
	err error
}

func (faulty) Open([]byte, string) ([]byte, error) { return nil, errors.New("sealed with another key") }

func (f faulty) Row(query string, args []any, dest ...any) error {
	if strings.Contains(query, "FROM bodies") {
		return f.err
	}
	return f.Reader.Row(query, args, dest...)
}

// busy is what SQLite says while somebody else writes.
func busy(t *testing.T) error {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "busy.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for range 2 {
		conn, failed := db.Conn(t.Context())
		if failed != nil {
			t.Fatal(failed)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	}
	if err == nil {
		t.Fatal("two write at once")
	}
	return err
}

// corrupt is what SQLite says of a page that is damaged on the disk.
func corrupt(t *testing.T) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corrupt.db")
	open := func() *sql.DB {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	_, err := db.ExecContext(t.Context(), `CREATE TABLE bodies (data BLOB); INSERT INTO bodies VALUES (zeroblob(100000))`)
	raw, read := os.ReadFile(path)
	if err = errors.Join(err, db.Close(), read); err != nil {
		t.Fatal(err)
	}
	const head = 4096 // the first page tells which tables there are
	copy(raw[head:], bytes.Repeat([]byte{0xff}, len(raw)-head))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db = open()
	t.Cleanup(func() { _ = db.Close() })
	var data []byte
	if err = db.QueryRowContext(t.Context(), `SELECT data FROM bodies`).Scan(&data); err == nil {
		t.Fatal("it is read all the same")
	}
	return err
}

// TestAnErasureLooksAgainAtWhatCouldNotBeRead: what is damaged holds nothing, but what
// the database cannot give for a moment may hold the person.
func TestAnErasureLooksAgainAtWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	const canary = "canary-90ab44"
	for name, of := range map[string]struct {
		open          func(*testing.T) storetest.Opened
		fault, damage func(*testing.T) error
	}{
		"sqlite":   {open, busy, corrupt},
		"postgres": {freshPostgres, func(*testing.T) error { return driver.ErrBadConn }, func(*testing.T) error { return errors.New("its bytes are damaged") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, large := of.open(t), append(noise(2*gonets.InlineBody), canary...)
			if _, err := s.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
				Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
				t.Fatal(err)
			}
			run := claimed(t, s, gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now(), Body: large})
			_, err := s.Finish(t.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Source: "s", Lease: run.Lease, State: gonets.RunSucceeded, At: s.Clock.Now(),
				Attempt: &gonets.Attempt{RunID: run.ID, N: 1, Path: "send", StartedAt: s.Clock.Now(),
					Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, URL: "https://crm.example/", ReplyBody: large,
						Cookies: []gonets.Cookie{{URL: "https://crm.example/", Line: "sid=1"}}}}})
			if err != nil {
				t.Fatal(err)
			}
			fault, damage := of.fault(t), of.damage(t)
			look := func(shelf int, err error) (held bool, unread int, _ error) {
				page, err := s.ErasuresThrough(func(r pack.Reader) pack.Reader {
					if err != nil {
						return faulty{r, err}
					}
					return r
				}).LookErasure(t.Context(), "job", erase.Place{Shelf: shelf})
				for _, item := range page.Items {
					for _, text := range item.Texts {
						held = held || bytes.Contains(text.Data, []byte(canary))
					}
				}
				return held, len(page.Unread), err
			}
			for _, shelf := range []int{1, 2} { // events, and runs whose event was not found
				if held, unread, err := look(shelf, nil); !held || unread > 0 || err != nil {
					t.Fatalf("shelf %d: the value is not there, this test proves nothing (%v)", shelf, err)
				}
				if held, _, err := look(shelf, fault); held || !gonets.Passing(err) {
					t.Errorf("shelf %d: what could not be read was passed over: %v", shelf, err)
				}
				if held, unread, err := look(shelf, damage); held || unread != 1 || err != nil {
					t.Errorf("shelf %d: what is damaged keeps the walk from going on: %d counted, %v", shelf, unread, err)
				}
			}
		})
	}
}

// once fails to keep a job once, behind the last thing that is looked at.
type once struct {
	storetest.Opened
	failed bool
}

func (o *once) SaveErasure(ctx context.Context, j *erase.Job, owner erase.Owner, finds []erase.Find) (bool, error) {
	if j.State == erase.Found && !o.failed {
		o.failed = true
		return false, gonets.Errorf(gonets.CodeStoreAway, "away")
	}
	return o.Opened.SaveErasure(ctx, j, owner, finds)
}

// TestAnErasureGoesOnThatBrokeOffBehindItsLastShelf: there, two commits follow one
// another, and a server may die or lose its database between them.
func TestAnErasureGoesOnThatBrokeOffBehindItsLastShelf(t *testing.T) {
	t.Parallel()
	s := open(t)
	jobs := &once{Opened: s}
	service := erase.New(erase.Options{Jobs: jobs, Shelves: s, Forget: func() {}, Owner: "me", Clock: s.Clock, Log: slog.New(slog.DiscardHandler),
		MAC: func(text string) []byte { return bytes.Repeat([]byte(text), 8) }})
	e, err := service.Begin(t.Context(), "somebody else", "owner")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		service.Turn(t.Context())
		s.Clock.Advance(time.Second)
		if e, err = service.Get(t.Context(), e.ID); err != nil {
			t.Fatal(err)
		}
		if e.State == string(erase.Found) {
			break
		}
	}
	if e.State != string(erase.Found) || !jobs.failed {
		t.Errorf("it is %s; failed: %v", e.State, jobs.failed)
	}
}
