package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/deeds"
	"gonets/internal/store/documents"
	"gonets/internal/store/filter"
	"gonets/internal/store/history"
	"gonets/internal/store/pack"
)

// HistoryQueries are the statements of the history, with arguments that meet
// what storetest's history holds.
func (s *Store) HistoryQueries() []HotQuery {
	var out []HotQuery
	at := time.UnixMilli(1)
	rare := []gonets.RunState{gonets.RunPaused}
	for name, f := range map[string]gonets.RunFilter{
		"runs": {}, "ascending": {Ascending: true}, "since": {Since: at, Until: at},
		"of a scenario": {Scenario: "x"}, "of a source": {Source: "s"}, "of an event": {EventID: "e"},
		"of a scenario and a source": {Scenario: "x", Source: "s", Since: at},
		"paused":                     {States: rare}, "succeeded": {States: []gonets.RunState{gonets.RunSucceeded}},
		"queued of a scenario":               {Scenario: "x", States: []gonets.RunState{gonets.RunQueued}},
		"paused of a scenario":               {Scenario: "x", States: rare},
		"paused of a source, ascending":      {Source: "s", States: rare, Ascending: true},
		"paused of a scenario and a source":  {Source: "s", Scenario: "x", States: rare},
		"succeeded of a scenario":            {Scenario: "x", States: []gonets.RunState{gonets.RunSucceeded}},
		"of a value":                         {Value: "v"},
		"paused of a value and a scenario":   {Value: "v", Scenario: "x", States: rare, Until: at},
		"of an id":                           {ID: "r"},
		"of an id, a value and states":       {ID: "r", Value: "v", States: rare, Statuses: []gonets.StatusSpan{{Low: 500, High: 599}}},
		"of a status":                        {Statuses: []gonets.StatusSpan{{Low: 500, High: 599}, {Low: 404, High: 404}}},
		"paused of a code and a lane":        {States: rare, Code: "network.*", Lane: "l"},
		"of a code and a scenario":           {Scenario: "x", Code: "http.status"},
		"doubted":                            {Code: "unknown.*"},
		"doubted of a source, paused":        {States: rare, Source: "s", Code: "unknown.*"},
		"of a mass action":                   {Bulk: "b"},
		"paused of a mass action and value":  {Bulk: "b", Value: "v", States: rare},
		"of an id and a mass action":         {ID: "r", Bulk: "b"},
		"received":                           {ReceivedFrom: at, ReceivedUntil: at},
		"received, paused of a source":       {ReceivedFrom: at, ReceivedUntil: at, Source: "s", States: rare, Ascending: true},
		"running":                            {States: []gonets.RunState{gonets.RunRunning}},
		"running of a scenario and a source": {Scenario: "x", Source: "s", States: []gonets.RunState{gonets.RunRunning}},
	} {
		queries, err := filter.Runs(f)
		if err != nil {
			panic(err)
		}
		for _, q := range queries {
			for i := range q.Walks {
				text, args := q.Walks[i].List(pack.SummaryColumns, pack.SummaryJoin, &q)
				// Few are being worked on, and they are sorted.
				leased := strings.Contains(text, "r.node IS NOT NULL")
				out = append(out, HotQuery{Name: name, Text: text, Args: len(args) + 1, Sorts: leased, Values: append(args, 101)})
				text, args = q.Walks[i].Count(&q)
				out = append(out, HotQuery{Name: name + ", count", Text: text, Args: len(args) + 1, Sorts: leased, Values: append(args, 20_000)})
				text, args = q.Walks[i].Border(&q)
				if !q.Few {
					out = append(out, HotQuery{Name: name + ", border", Text: text, Args: len(args) + 2, Values: append(args, 1, filter.Part)})
				}
			}
		}
	}
	for name, f := range map[string]gonets.EventFilter{"events": {}, "events of a source": {Source: "s"}, "events since": {Since: at, Until: at}} {
		text, args, err := filter.Events(pack.EventColumns, f)
		if err != nil {
			panic(err)
		}
		out = append(out, HotQuery{Name: name, Text: text, Args: len(args), Values: args})
	}
	for name, text := range deeds.Queries() {
		n, values := strings.Count(text, "?"), []any{"r", "100"}
		if strings.Contains(text, "LIMIT") {
			values[n-1] = 100
		}
		out = append(out, HotQuery{Name: name, Text: text, Values: values[:n], Args: n})
	}
	inState := "runs_state_scenario (state=? AND scenario=?)"
	byScenario := "runs_scenario (scenario=? AND id>?)"
	for _, q := range []HotQuery{
		{Name: "flow, border", Text: history.FlowBorderSQL, Values: []any{"x", "a", 5_000}, Index: byScenario},
		{Name: "flow, done", Text: history.FlowDoneSQL, Values: []any{"x", "a"}, Sorts: true, Index: byScenario},
		{Name: "flow, standing", Text: history.FlowStandSQL, Values: []any{"x", "a"}, Sorts: true, Index: byScenario},
		{Name: "flow, waiting", Text: history.FlowWaitingSQL, Values: []any{"x", 10_000}, Sorts: true, Index: inState},
		{Name: "scenario", Text: documents.ScenarioSQL + "WHERE s.name = ?", Values: []any{"x"}, Index: inState},
	} {
		q.Args = len(q.Values)
		out = append(out, q)
	}
	for _, q := range []HotQuery{
		{Name: "retention", Text: pack.FinalSQL(&s.dialect), Values: []any{1, 500}},
		{Name: "retention of held runs", Text: pack.HeldSQL(&s.dialect), Values: []any{"x", "g", 1, 500}},
		{Name: "events without runs", Text: pack.OrphansSQL, Values: []any{1, 0, "", 500}},
	} {
		q.Args, q.Writes = len(q.Values), true
		out = append(out, q)
	}
	return out
}

// LookAt sets how many runs a list looks at in one go.
func (s *Store) LookAt(n int) { s.walkPart = n }

// Occupy takes all connections of those who look into the history, as slow
// questions do, and sets how long an answer may take.
func (s *Store) Occupy(ctx context.Context, limit time.Duration) (free func(), err error) {
	s.askLimit = limit
	return occupy(ctx, s.askers)
}

// OccupyLong takes all connections on which much may be read.
func (s *Store) OccupyLong(ctx context.Context) (free func(), err error) {
	return occupy(ctx, s.askers, s.readers)
}

func occupy(ctx context.Context, pools ...*sql.DB) (free func(), err error) {
	var conns []*sql.Conn
	free = func() {
		for _, c := range conns {
			c.Close()
		}
	}
	for _, db := range pools {
		for range db.Stats().MaxOpenConnections {
			c, err := db.Conn(ctx)
			if err != nil {
				free()
				return nil, err
			}
			conns = append(conns, c)
		}
	}
	return free, nil
}

// Prepared explains a question as PostgreSQL plans it once for all arguments,
// which is what the pool that answers does.
func (s *Store) Prepared(ctx context.Context, q HotQuery) (plan []string, err error) {
	pool := s.askers
	if q.Writes {
		pool = s.writer
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	literals := make([]string, len(q.Values))
	for i, v := range q.Values {
		switch v := v.(type) {
		case string:
			literals[i] = "'" + v + "'"
		case []byte:
			literals[i] = fmt.Sprintf(`'\x%x'`, v)
		default:
			literals[i] = fmt.Sprint(v)
		}
	}
	// What a large table would lead to is not to depend on its size.
	for _, name := range []string{"parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size", "min_parallel_index_scan_size"} {
		if _, err := conn.ExecContext(ctx, "SET "+name+" = 0"); err != nil {
			return nil, err
		}
	}
	if _, err := conn.ExecContext(ctx, "PREPARE asked AS "+s.dialect.Bind(q.Text)); err != nil {
		return nil, fmt.Errorf("%s: %w", q.Text, err)
	}
	defer conn.ExecContext(ctx, "DEALLOCATE asked")
	rows, err := conn.QueryContext(ctx, "EXPLAIN (COSTS OFF) EXECUTE asked("+strings.Join(literals, ", ")+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		plan = append(plan, line)
	}
	return plan, rows.Err()
}
