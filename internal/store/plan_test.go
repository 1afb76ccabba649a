package store_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

// fill makes tables of a size at which a whole read is dearer than an index:
// most of the history is over, some runs wait, a few are being worked on.
const fill = `
	INSERT INTO scenarios (name, state, published_version, etag, created_at, updated_at) VALUES ('x', 'running', 1, '', 1, 1);
	INSERT INTO events (id, source, received_at, method, remote, body_size, body, body_owner, mark, hops, actor)
		SELECT 'e' || lpad(n::text, 8, '0'), 's' || n % 50, n, 'POST', '', 200, decode(repeat('ab', 200), 'hex'),
			CASE WHEN n % 10 = 0 THEN 'e' || lpad((n - n % 100)::text, 8, '0') END, '', 0, '' FROM generate_series(1, 20000) n;
	INSERT INTO runs (id, event, source, scenario, version, state, reason, lane, order_key, due_at, node, node_epoch, lease_seq,
			cursor_path, tries, attempts, crashes, mark, created_at, finished_at)
		SELECT 'r' || lpad(n::text, 8, '0'), 'e' || lpad(n::text, 8, '0'), 's' || n % 50, 'x' || n % 40, 1,
			CASE WHEN n % 100 = 1 THEN 'running' WHEN n % 20 = 2 THEN 'waiting' WHEN n % 50 = 3 THEN 'paused' WHEN n % 100 = 4 THEN 'held' ELSE 'succeeded' END,
			'', 'lane' || n % 30, CASE WHEN n % 4 = 2 THEN decode('ab', 'hex') END, n,
			CASE WHEN n % 100 = 1 THEN 'a' END, CASE WHEN n % 100 = 1 THEN 1 END, 1, '', 0, 1, 0, '', n,
			CASE WHEN n % 100 = 1 OR n % 20 = 2 OR n % 50 = 3 OR n % 100 = 4 THEN NULL ELSE n END FROM generate_series(1, 20000) n;
	INSERT INTO attempts (run, n, path, started_at, duration, outcome, code, status, charged, fenced, request_line)
		SELECT id, 1, 'send', 1, 1, 'ok', '', 200, 1, 0, 'x' FROM runs;
	INSERT INTO step_results (run, path, state, attempt, finished_at) SELECT id, 'send', 'done', 1, 1 FROM runs;
	INSERT INTO bodies (owner, sha256, data) SELECT id, sha256(id::bytea), decode(repeat('ab', 300), 'hex') FROM events;
	INSERT INTO dedupe (source, idem_key, event, body_hash, taken_at, expires_at) SELECT source, id::bytea, id, 'x', 1, received_at FROM events;
	INSERT INTO run_values (value, run) SELECT id::bytea, id FROM runs;
	INSERT INTO tallies SELECT n, 's', 'a', 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 20000) n;
	INSERT INTO audit (id, at, actor, action, object, detail) SELECT 'a' || lpad(n::text, 8, '0'), n, 'u' || n % 9, 'apply', 'Source/s' || n % 50, '' FROM generate_series(1, 20000) n;
	INSERT INTO outcomes SELECT n, 'x', 1, 1, 1, 1 FROM generate_series(1, 20000) n;
	INSERT INTO bulks SELECT 'b' || n, 'resume', 'x', 0, 0, 0, CASE WHEN n < 4 THEN 'running' ELSE 'finished' END, '', n, n, 1, '', 1, '', 0, 0, 0, 0, 0, 0, '', 0
		FROM generate_series(1, 2000) n;
	INSERT INTO bulk_runs SELECT 'b' || right(id, 1), length(rtrim(id, '5')) % 2, id FROM runs;
	INSERT INTO erasure_finds SELECT 'e' || n % 20, CASE WHEN n % 2 = 0 THEN 'event' ELSE 'run' END,
			CASE WHEN n % 2 = 0 THEN 'e' ELSE 'r' END || lpad((n * 10)::text, 8, '0'), '' FROM generate_series(1, 2000) n;
	INSERT INTO nodes (id, epoch, life, heartbeat_at, version) VALUES ('a', 1, '', 1, '');
	ANALYZE;`

// wholeReads are the reads of a whole table, or of a whole index, in a plan of
// PostgreSQL, and the sorts of more than a few rows.
func wholeReads(t *testing.T, s storetest.Opened, q store.HotQuery, filled bool) (bad []string) {
	t.Helper()
	plan, err := s.PlanPostgres(q, filled)
	if err != nil {
		t.Fatalf("%s: %v", q.Name, err)
	}
	// Tables with a row for each document, person, node or service may be read as a whole, and
	// one that is empty here.
	small := []string{"scenarios", "users", "nodes", "meta", "subscriptions", "fallen", "lanes"}
	table := regexp.MustCompile(`(?:Seq Scan|Index Scan using \S+|Index Only Scan using \S+|Bitmap Index Scan) on (\w+)`)
	for i, step := range plan {
		m := table.FindStringSubmatch(step)
		switch {
		case m == nil || slices.Contains(small, m[1]):
		case strings.Contains(step, "Seq Scan"):
			bad = append(bad, step)
		case strings.Contains(step, "runs_leased"):
			// It holds what is being worked on, no more; but that is no way to one run.
			if strings.HasPrefix(q.Name, "move") || q.Name == "release" {
				bad = append(bad, "all leases: "+step)
			}
		case strings.Contains(step, "runs_state") && q.Name == "runs that are skipped":
			bad = append(bad, "all that wait: "+step)
		case !conditioned(plan[i+1:]) && (!limited(plan[:i]) || filtered(plan[i+1:])):
			bad = append(bad, "no condition: "+step)
		}
		// A batch that is parked is sorted, whatever there is.
		if strings.Contains(step, "Sort  (") && !q.Sorts && q.Name != "parking" {
			bad = append(bad, step)
		}
	}
	return bad
}

// conditioned tells whether the scan that these lines follow is narrowed.
func conditioned(rest []string) bool {
	return len(rest) > 0 && strings.Contains(rest[0], "Index Cond:")
}

// limited tells whether a scan in order is ended by a limit above it.
func limited(before []string) bool {
	return slices.ContainsFunc(before, func(s string) bool { return strings.Contains(s, "Limit  (") })
}

// filtered tells whether the scan that these lines follow drops rows.
func filtered(rest []string) bool {
	for _, line := range rest {
		if strings.Contains(line, "->") {
			return false
		}
		if strings.Contains(line, "Filter:") {
			return true
		}
	}
	return false
}

func judgePlans(t *testing.T, s storetest.Opened, filled bool) {
	t.Helper()
	for _, q := range s.HotQueries() {
		if bad := wholeReads(t, s, q, filled); len(bad) > 0 {
			plan, _ := s.PlanPostgres(q, filled)
			t.Errorf("%s (filled: %v): %s\n%s", q.Name, filled, strings.Join(bad, "\n"), strings.Join(plan, "\n"))
		}
	}
}

func TestHotQueriesReadNoWholeTableOfPostgres(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	s := openPostgres(t, address, store.Options{Clock: testkit.NewClock(), Placer: &storetest.Places{}})
	// Plans are made once and kept: those of tables that were empty then have to do
	// until the database has counted. What is read has to go by an index also where
	// nothing is forbidden, once there is much.
	for _, filled := range []bool{false, true} {
		if filled {
			if err := cluster.Exec(address, fill); err != nil {
				t.Fatal(err)
			}
		}
		judgePlans(t, s, filled)
	}
	// Nothing was worked on when the database counted: then the index of leases seems
	// a short way to any run.
	for _, sql := range []string{`UPDATE runs SET node = NULL, node_epoch = NULL WHERE node IS NOT NULL`, `VACUUM FULL runs`, `ANALYZE runs`} {
		if err := cluster.Exec(address, sql); err != nil {
			t.Fatal(err)
		}
	}
	judgePlans(t, s, true)
	for _, planted := range []string{`SELECT id FROM runs WHERE reason = ?`, `SELECT id FROM runs WHERE mark = ? ORDER BY created_at`,
		`SELECT id FROM events WHERE mark = ? ORDER BY id`, `SELECT n FROM attempts WHERE n = ?`,
		`SELECT id FROM runs WHERE mark = ? ORDER BY id LIMIT ?`, `SELECT id FROM audit WHERE actor = ? ORDER BY id LIMIT ?`} {
		if len(wholeReads(t, s, store.HotQuery{Name: "planted", Text: planted}, true)) == 0 {
			t.Errorf("the planted fault was not seen: %s", planted)
		}
	}
	// Without an index that a query needs, its plan is refused.
	if err := cluster.Exec(address, `DROP INDEX runs_due`); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(s.HotQueries(), func(q store.HotQuery) bool { return q.Name == "claim" }); len(wholeReads(t, s, s.HotQueries()[i], true)) == 0 {
		t.Error("a claim without its index was not seen")
	}
}
