package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"

	"gonets/internal/store/bulks"
	"gonets/internal/store/deeds"
	"gonets/internal/store/dialect"
	"gonets/internal/store/documents"
	"gonets/internal/store/erasure"
	"gonets/internal/store/floor"
	"gonets/internal/store/history"
	"gonets/internal/store/lanes"
	"gonets/internal/store/outbox"
	"gonets/internal/store/pack"
	"gonets/internal/store/people"
	"gonets/internal/store/queue"
	"gonets/internal/store/reconcile"
)

// LimitPages makes the database full at its present size, or lets it grow.
func (s *Store) LimitPages(full bool) error {
	return s.commits.run(context.Background(), queue.Complete, func(t *txn) error {
		limit := int64(1) << 30
		if full {
			if err := t.Row(`SELECT page_count FROM pragma_page_count`, nil, &limit); err != nil {
				return err
			}
		}
		var got int64
		return t.Row(fmt.Sprintf(`PRAGMA max_page_count = %d`, limit), nil, &got)
	})
}

// Damage changes rows behind the store's back.
func (s *Store) Damage(query string, args ...any) error {
	return s.commits.run(context.Background(), queue.Complete, func(t *txn) error { return t.exec(query, args...) })
}

// ErasuresAfter are the jobs as a server sees them of which something happens
// between what it reads and what it writes.
func (s *Store) ErasuresAfter(between func()) *erasure.Eraser {
	b := s.base()
	change := b.Change
	b.Change = func(ctx context.Context, apply func(floor.Txn) error) error {
		between()
		return change(ctx, apply)
	}
	return erasure.New(b)
}

// ErasuresThrough are the jobs as a server sees them that reads through something else.
func (s *Store) ErasuresThrough(around func(pack.Reader) pack.Reader) *erasure.Eraser {
	b := s.base()
	read := b.Read
	b.Read = func(ctx context.Context) pack.Reader { return around(read(ctx)) }
	return erasure.New(b)
}

// HistoryThrough is the history as people see it who read through something else.
func (s *Store) HistoryThrough(around func(pack.Reader) pack.Reader) *history.History {
	b := s.base()
	ask := b.Ask
	b.Ask = func(ctx context.Context, read func(pack.Reader) error) error {
		return ask(ctx, func(r pack.Reader) error { return read(around(r)) })
	}
	return history.New(b)
}

// Lost is how many sessions are to be ended; ask between commits.
func (s *Store) Lost() int { return len(s.commits.lost) }

// Fail is what a failed fsync does.
func (s *Store) Fail(err error) { s.fail(err) }

// Plan explains the queries of the hot paths: name → SQLite's plan.
func (s *Store) Plan(query string, args int) ([]string, error) {
	rows, err := s.readers.Query("EXPLAIN QUERY PLAN "+query, make([]any, args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		out = append(out, detail)
	}
	return out, rows.Err()
}

// PlanPostgres explains a query as PostgreSQL plans it for any arguments, with
// the settings of the connections on which it is asked; or, free, as it would
// were nothing forbidden to those that read.
func (s *Store) PlanPostgres(q HotQuery, free bool) ([]string, error) {
	ctx, query := context.Background(), q.Text
	pool := s.readers
	if q.Writes {
		pool = s.writer
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	set := []string{"SET plan_cache_mode = force_generic_plan", "PREPARE hot AS " + s.dialect.Bind(query)}
	if free && !q.Writes {
		for _, way := range []string{"seqscan", "hashjoin", "mergejoin", "bitmapscan", "sort", "incremental_sort", "material"} {
			set = append(set, "SET enable_"+way+" = on")
		}
	}
	defer conn.ExecContext(ctx, "RESET ALL")
	nulls := strings.TrimSuffix(strings.Repeat("NULL,", strings.Count(query, "?")), ",")
	if nulls != "" {
		nulls = "(" + nulls + ")"
	}
	for _, q := range set {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return nil, err
		}
	}
	defer conn.ExecContext(ctx, "DEALLOCATE hot")
	rows, err := conn.QueryContext(ctx, "EXPLAIN EXECUTE hot"+nulls)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, rows.Err()
}

// Statements counts those that the committer has prepared whose text holds a
// word. (A batch on PostgreSQL prepares none: it is sent at once.)
func (s *Store) Statements(word string) (n int) {
	s.commits.run(context.Background(), queue.Complete, func(t *txn) error {
		n = 0
		for text := range t.c.stmts.Prepared() {
			if strings.Contains(text, word) {
				n++
			}
		}
		return nil
	})
	return n
}

// Pragma reads a setting of the writer.
func (s *Store) Pragma(name string) (value string, err error) {
	err = s.commits.run(context.Background(), queue.Complete, func(t *txn) error {
		return t.Row("PRAGMA "+name, nil, &value)
	})
	return value, err
}

// Texts reads a query of one text column.
func (s *Store) Texts(text string) ([]string, error) {
	return pack.Texts(s.reader(context.Background()), text)
}

// Stall blocks the committer inside a transaction until the channel closes.
func (s *Store) Stall(entered chan<- struct{}, until <-chan struct{}) {
	s.commits.run(context.Background(), queue.Complete, func(*txn) error {
		close(entered)
		<-until
		return nil
	})
}

// QueueLength is how many operations wait.
func (s *Store) QueueLength() int {
	return s.commits.queue.Len()
}

// Flights counts from now on how often the committer asks the database.
func (s *Store) Flights() *atomic.Int64 {
	n, fly := &atomic.Int64{}, s.dialect.Fly
	s.commits.run(context.Background(), queue.Complete, func(*txn) error {
		s.dialect.Fly = func(ctx context.Context, conn *sql.Conn, parts []*dialect.Part) error {
			n.Add(1)
			return fly(ctx, conn, parts)
		}
		return nil
	})
	n.Store(0)
	return n
}

// Marker is the file that a failed fsync leaves.
func (s *Store) Marker() string { return s.dir.Marker }

// HotQuery is a statement that must stay quick however large the tables are.
type HotQuery struct {
	Name, Text string
	Args       int
	// Writes is true for what the committer asks.
	Writes bool
	// Values are arguments, where a plan needs some.
	Values []any
	// Sorts is true where the rows to sort are few by their nature.
	Sorts bool
	// Index is the one that it has to use, where a worse one would do too.
	Index string
}

// HotQueries are the statements of the hot paths, built by the same code.
func (s *Store) HotQueries() []HotQuery {
	var out []HotQuery
	add := func(name, text string) {
		out = append(out, HotQuery{Name: name, Text: text, Args: strings.Count(text, "?"), Writes: name != "backlog"})
	}
	add("claim", pack.ClaimSQL(&s.dialect))
	add("backlog", pack.BacklogSQL)
	out[len(out)-1].Index = "runs_due (lane=? AND scenario>?)"
	void, _ := pack.VoidLeases(&s.dialect, "", 0, true)
	add("rescue", pack.RescueSQL(&s.dialect, void))
	mine, _ := pack.VoidLeases(&s.dialect, "", 0, false)
	add("rescue of earlier lives", pack.RescueSQL(&s.dialect, mine))
	if s.dialect.Shared {
		add("end of lives", pack.VoidSQL(&s.dialect))
		add("forget nodes", pack.ForgetSQL(&s.dialect))
	}
	if s.dialect.Shared {
		add("others of order keys", pack.OrderedManySQL)
		add("keys that are taken", pack.SeenManySQL)
	} else {
		add("others of an order key", pack.OrderedSQL)
		add("key that is taken", pack.SeenSQL)
	}
	add("expired keys", `SELECT source, idem_key FROM dedupe WHERE expires_at <= ? LIMIT ?`)
	add("retention", pack.FinalSQL(&s.dialect))
	add("retention of held runs", pack.HeldSQL(&s.dialect))
	add("parking", parkSQL)
	out[len(out)-1].Index = "runs_unleased (scenario=? AND parked=?)"
	add("sizes of due runs", pack.SizesSQL(&s.dialect))
	add("orphans", pack.OrphansSQL)
	add("work of a scenario", workedOnSQL)
	add("waiting runs of a scenario", abandonSQL+waitingOfSQL+abandonEnd)
	out[len(out)-1].Sorts = true // a batch
	add("resting runs of a scenario", abandonSQL+restingOfSQL+abandonEnd)
	out[len(out)-1].Index = "runs_state_scenario (state=? AND scenario=?)"
	add("activity", documents.ActivitySQL())
	out[len(out)-1].Index = "runs_scenario (scenario=? AND id>? AND id<?)"
	add("state of a scenario", documents.StateSQL)
	out[len(out)-1].Index = "runs_state_scenario (state=? AND scenario=?)"
	add("latest run", documents.LatestSQL)
	out[len(out)-1].Index = "runs_scenario (scenario=?)"
	add("latest event", documents.LatestEventSQL)
	add("events since", documents.EventsSinceSQL)
	out[len(out)-1].Index = "events_source (source=? AND received_at>?)"
	add("callers of a source", history.CallersSQL)
	out[len(out)-1].Index = "events_source (source=?)"
	add("refused callers", reconcile.RefusedSQL)
	out[len(out)-1].Index = "tallies_refused (source=? AND slot>?)"
	add("last good attempt", history.LastGoodSQL)
	out[len(out)-1].Writes = false
	add("attempts of many runs", pack.HeadsSQL(100))
	out[len(out)-1].Sorts, out[len(out)-1].Writes, out[len(out)-1].Index = true, false, "(run=?)"
	add("runs that go on", deeds.StandingsSQL(100))
	add("runs that are skipped", deeds.PausedSQL(100)+s.dialect.Lock)
	out[len(out)-1].Sorts, out[len(out)-1].Index = true, "(id=?)"
	add("steps that runs walked", deeds.WalkedSQL(100))
	out[len(out)-1].Writes = false
	add("runs in front", pack.FrontsSQL(100))
	out[len(out)-1].Writes, out[len(out)-1].Index = false, "runs_order (scenario=? AND (order_key,id)>(?,?))"
	for name, text := range lanes.Queries() {
		add(name, text)
		out[len(out)-1].Writes, out[len(out)-1].Index = false, "runs_due (lane=?)"
	}
	add("results of runs", pack.ResultsSQL(100))
	out[len(out)-1].Writes = false
	add("unfinished runs of an erasure", erasure.UnfinishedSQL)
	out[len(out)-1].Sorts, out[len(out)-1].Writes = true, false
	add("reconciliation", reconcile.SQL(3, false))
	out[len(out)-1].Sorts, out[len(out)-1].Writes = true, false
	add("what people did", people.AuditSQL)
	out[len(out)-1].Sorts, out[len(out)-1].Writes = true, false
	add("outcomes", outbox.Queries()["outcomes"])
	out[len(out)-1].Sorts, out[len(out)-1].Index = true, "PRIMARY KEY (slot>? AND slot<?)"
	for name, m := range map[string]*dialect.Many{
		"move": pack.Moves, "release": pack.Releases, "answer": pack.Answers, "remove attempts": pack.AttemptsGone,
		"remove results": pack.ResultsGone, "remove bodies": pack.RunBodiesGone, "remove run": pack.RunGone, "remove values": pack.ValuesGone,
		"remove event": pack.EventGone, "remove bodies of an event": pack.EventBodiesGone, "remove key": pack.KeyGone,
	} {
		text := m.Each
		if s.dialect.Fly != nil {
			text = m.Set
		}
		out = append(out, HotQuery{Name: name, Text: text, Args: strings.Count(text, "?"), Writes: true})
	}
	if s.dialect.Fly != nil {
		for name, text := range bulks.Queries() {
			add(name, text)
			out[len(out)-1].Writes = !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "WITH")
		}
		add("moves that are expected", pack.Moves.Sure)
		add("the configuration's number", dialect.Epoch.Sure)
	}
	return out
}
