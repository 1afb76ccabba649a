package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// summaryFrom joins the run's last attempt.
const summarySelect = `SELECT ` + runColumns + `, r.source,
		COALESCE(a.status, 0), COALESCE(a.outcome, ''), a.error
	FROM runs r LEFT JOIN attempts a ON a.run = r.id AND a.n = r.attempts `

func scanSummary(scan func(...any) error) (sum gonets.RunSummary, err error) {
	dest, fill := runDest(&sum.Run)
	var text []byte
	if err = scan(append(dest, &sum.Source, &sum.LastStatus, &sum.LastOutcome, &text)...); err == nil {
		fill()
		sum.LastError = string(text)
	}
	return sum, err
}

// Runs lists runs, newest first unless Ascending. Pages stay true while runs
// are added. The last page of an ascending list has a Next too, so that a
// follower can go on from there; it is empty only when the page is.
func (s *Store) Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	var out gonets.List[gonets.RunSummary]
	queries, err := filter.Runs(f)
	if err != nil {
		return out, err
	}
	size := f.Page.Size()
	for _, q := range queries {
		items, err := collect(s.reader(ctx), q.Text(summarySelect, f), append(q.Args, size+1), scanSummary)
		if err != nil {
			return out, s.dialect.Wrap(err)
		}
		out.Items = append(out.Items, items...)
	}
	if len(queries) > 1 {
		slices.SortFunc(out.Items, func(a, b gonets.RunSummary) int {
			if f.Ascending {
				return cmp.Compare(a.ID, b.ID)
			}
			return cmp.Compare(b.ID, a.ID)
		})
	}
	more := len(out.Items) > size
	if more {
		out.Items = out.Items[:size]
	}
	if n := len(out.Items); n > 0 && (more || f.Ascending) {
		out.Next = filter.Cursor{ID: out.Items[n-1].ID}.String()
	}
	return out, nil
}

// Run returns everything that is kept about a run.
func (s *Store) Run(ctx context.Context, id string) (gonets.RunDetail, error) {
	out, err := s.runDetail(ctx, id)
	return out, s.dialect.Wrap(err)
}

func (s *Store) runDetail(ctx context.Context, id string) (out gonets.RunDetail, err error) {
	q := s.reader(ctx)
	sums, err := collect(q, summarySelect+`WHERE r.id = ?`, []any{id}, scanSummary)
	if err != nil {
		return out, err
	}
	if len(sums) == 0 {
		return out, noRun(id)
	}
	out.Run = sums[0]
	events, err := loadEvents(q, []string{out.Run.EventID}, -1)
	if err != nil {
		return out, err
	}
	out.Event = events[out.Run.EventID]
	results, err := loadResults(q, []string{id})
	if err != nil {
		return out, err
	}
	out.Results = results[id]
	if out.Attempts, err = loadAttempts(q, id, nil); err != nil {
		return out, err
	}
	if out.Run.Version > 0 {
		out.Version, err = s.Version(ctx, out.Run.Scenario, out.Run.Version)
	}
	return out, err
}

const attemptSelect = `SELECT n, path, started_at, duration, outcome, code, error, status, charged, fenced,
		request_line, request_headers, request_size, request_body, request_ref,
		status_line, reply_headers, reply_size, reply_body, reply_ref, detail
	FROM attempts WHERE run = ? `

// storedAttempt is an attempt as it was read, large bodies still elsewhere.
type storedAttempt struct {
	gonets.Attempt
	request, reply body
}

func scanAttempt(scan func(...any) error) (a storedAttempt, err error) {
	var started sql.NullInt64
	var micros int64
	var text, line, sent, statusLine, got, detail []byte
	err = scan(&a.N, &a.Path, &started, &micros, &a.Outcome, &a.Code, &text, &a.Status, &a.Charged, &a.Fenced,
		&line, &sent, &a.request.size, &a.request.inline, &a.request.ref,
		&statusLine, &got, &a.reply.size, &a.reply.inline, &a.reply.ref, &detail)
	if err != nil {
		return a, err
	}
	a.StartedAt, a.Duration = fromMS(started), time.Duration(micros)*time.Microsecond
	a.Error, a.StatusLine = string(text), string(statusLine)
	a.Method, a.URL, _ = strings.Cut(string(line), " ")
	if a.RequestHeaders, err = pack.Unpack(sent); err != nil {
		return a, err
	}
	if a.ReplyHeaders, err = pack.Unpack(got); err != nil {
		return a, err
	}
	var d attemptDetail
	if err := json.Unmarshal(detail, &d); err != nil {
		return a, err
	}
	a.HTTPVersion, a.TLSVersion, a.Remote = d.HTTPVersion, d.TLSVersion, d.Remote
	a.ReplyCut, a.Timings, a.Hops = d.ReplyCut, d.Timings, d.Hops
	return a, nil
}

// loadAttempts reads a run's attempts by number with their bodies; only those
// of the given numbers when there are any.
func loadAttempts(q querier, run string, numbers []int) ([]gonets.Attempt, error) {
	cond := `ORDER BY n`
	if len(numbers) > 0 {
		cond = `AND n IN (` + list(len(numbers)) + `) ORDER BY n`
	}
	stored, err := collect(q, attemptSelect+cond, append([]any{run}, anys(numbers)...), scanAttempt)
	if err != nil {
		return nil, err
	}
	out := make([]gonets.Attempt, len(stored))
	for i := range stored {
		a := &stored[i]
		a.RunID = run
		if a.RequestBody, err = a.request.load(q, run); err != nil {
			return nil, err
		}
		if a.ReplyBody, err = a.reply.load(q, run); err != nil {
			return nil, err
		}
		out[i] = a.Attempt
	}
	return out, nil
}

// loadReplies reads the attempts that results refer to.
func loadReplies(q querier, run string, results []gonets.StepResult) (map[int]*gonets.Attempt, error) {
	var numbers []int
	for _, r := range results {
		if r.Attempt > 0 {
			numbers = append(numbers, r.Attempt)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	attempts, err := loadAttempts(q, run, numbers)
	if err != nil {
		return nil, err
	}
	out := make(map[int]*gonets.Attempt, len(attempts))
	for i := range attempts {
		out[attempts[i].N] = &attempts[i]
	}
	return out, nil
}
