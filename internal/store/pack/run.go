package pack

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/store/dialect"
)

// RunColumns are what [RunDest] takes, of a table named r.
const RunColumns = `r.id, r.event, r.scenario, r.version, r.state, r.reason, r.lane, r.order_key, r.due_at,
	r.node, r.node_epoch, r.lease_seq, r.cursor_path, r.tries, r.attempts, r.step_at, r.crashes, r.mark,
	r.created_at, r.finished_at, r.policy, r.unsure, r.doubts, r.renewal`

// RunDest are the places of [RunColumns] and the function that fills the run
// once they are scanned.
func RunDest(r *gonets.Run) (dest []any, fill func()) {
	var version, due, epoch, stepAt, created, finished sql.NullInt64
	var orderKey []byte
	var node, policy sql.NullString
	var unsure int
	var renewal string
	dest = []any{&r.ID, &r.EventID, &r.Scenario, &version, &r.State, &r.Reason, &r.Lane, &orderKey, &due,
		&node, &epoch, &r.Lease.Seq, &r.Cursor, &r.Tries, &r.Attempts, &stepAt, &r.Crashes, &r.Mark,
		&created, &finished, &policy, &unsure, &r.Doubts, &renewal}
	return dest, func() {
		r.Version, r.OrderKey = int(version.Int64), string(orderKey)
		r.Lease.Node, r.Lease.Epoch = node.String, epoch.Int64
		r.DueAt, r.StepAt = FromMS(due), FromMS(stepAt)
		r.CreatedAt, r.FinishedAt = FromMS(created), FromMS(finished)
		if policy.Valid {
			r.Retry = retryChange(policy.String)
		}
		if r.Asked = max(unsure-1, 0); unsure > 0 && r.Doubts == "" {
			r.Doubts = gonets.DoubtAny // an older server wrote it
		}
		r.Renewal = readRenewal(renewal)
	}
}

// retryChange reads what a person set; nil when it cannot be read, so that the
// step's own policy holds.
func retryChange(text string) *gonets.RetryChange {
	c := &gonets.RetryChange{}
	if json.Unmarshal([]byte(text), c) != nil || len(c.Delays) == 0 && c.Exponential == nil {
		return nil
	}
	return c
}

// Doubted is what is to be doubted of a run whose server went away without a word, before
// the request of the step at a path: one that is doubted already was only asked about.
func Doubted(run *gonets.Run, path string) string {
	if run.Doubts.Of(path) {
		return path
	}
	return gonets.DoubtAny
}

// Unsure is what servers read of a run's doubts that do not know of which steps
// they are: nothing, or one more than the times that was asked in vain.
func Unsure(doubts gonets.Doubts, asked int) int {
	if doubts == "" {
		return 0
	}
	return asked + 1
}

// renewalOver is what is kept of a step that was done again in this round of
// tries; renewalAnew stands before one that is done again when a person began the
// tries anew.
const (
	renewalOver = "over"
	renewalAnew = "anew "
)

// RenewalText is what is kept of a step that is done again.
func RenewalText(r *gonets.Renewal) string {
	switch {
	case r == nil:
		return ""
	case r.Over:
		return renewalOver
	}
	text, _ := json.Marshal(r) // paths, numbers and a time can be written
	return string(text)
}

// readRenewal reads what RenewalText wrote; nil when it cannot be read.
func readRenewal(text string) *gonets.Renewal {
	r := &gonets.Renewal{Over: text == renewalOver}
	text, anew := strings.CutPrefix(text, renewalAnew)
	if text == "" || !r.Over && json.Unmarshal([]byte(text), r) != nil {
		return nil
	}
	if anew {
		r.Anew()
	}
	return r
}

// What becomes of a run's doubt and of a step that is done again when a person
// begins its tries anew, and when the run goes on behind the step.
const (
	begunAnew = `renewal = CASE WHEN renewal = '` + renewalOver + `' THEN ''
		WHEN renewal LIKE '{%' THEN '` + renewalAnew + `' || renewal ELSE renewal END`
	NewRound = `unsure = CASE WHEN unsure > 0 THEN 1 ELSE 0 END, ` + begunAnew
	NewStep  = `unsure = ?, doubts = ?, ` + begunAnew
)

// ScanRun reads [RunColumns].
func ScanRun(scan func(...any) error) (r gonets.Run, err error) {
	dest, fill := RunDest(&r)
	if err = scan(dest...); err == nil {
		fill()
	}
	return r, err
}

// Runs adds runs.
var Runs = dialect.Insert("runs", dialect.Columns{
	dialect.Text("id"), dialect.Text("event"), dialect.Text("source"), dialect.Text("scenario"), dialect.Int("version"),
	dialect.Text("state"), dialect.Text("reason").Usually(""), dialect.Text("lane"), dialect.Bytes("order_key").Usually(nil), dialect.Int("due_at"),
	dialect.Text("node"), dialect.Int("node_epoch"), dialect.Int("lease_seq"), dialect.Text("cursor_path").Usually(""),
	dialect.Int("tries").Usually(0), dialect.Int("attempts").Usually(0), dialect.Int("step_at"), dialect.Int("crashes").Usually(0), dialect.Text("mark").Usually(""),
	dialect.Int("created_at"),
}, "", "")

// NewRun is the row of [Runs] of a run that nobody worked on yet.
func NewRun(r *gonets.Run, source string) []any {
	var version, epoch any
	if r.Version > 0 {
		version = r.Version
	}
	if r.Lease.Held() {
		epoch = r.Lease.Epoch
	}
	return []any{r.ID, r.EventID, source, r.Scenario, version, string(r.State), string(r.Reason), r.Lane,
		Blob(r.OrderKey), MS(r.DueAt), NullText(r.Lease.Node), epoch, r.Lease.Seq, "", 0, 0, MS(r.StepAt), 0,
		string(r.Mark), r.CreatedAt.UnixMilli()}
}

// Results adds finished steps; a repeat after a lost answer finds them there.
var Results = dialect.Insert("step_results", dialect.Columns{
	dialect.Text("run"), dialect.Text("path"), dialect.Text("state"), dialect.Bytes("value").Usually(nil), dialect.Int("attempt"),
	dialect.Int("finished_at"),
}, "ON CONFLICT (run, path) DO NOTHING", "")

// Forgets removes the results of steps that are done again.
var Forgets = dialect.Delete("step_results", dialect.Columns{dialect.Text("run"), dialect.Text("path")},
	"step_results.run = v.run AND step_results.path = v.path")

// Result is the row of [Results].
func Result(run string, r *gonets.StepResult) []any {
	return []any{run, r.Path, string(r.State), []byte(r.Value), r.Attempt, r.FinishedAt}
}

// ResultsSQL finds the finished steps of so many runs.
func ResultsSQL(runs int) string {
	return `SELECT run, path, state, value, attempt, finished_at FROM step_results WHERE run IN (` + In(runs) + `)`
}

// LoadResults reads the finished steps of runs, in the order they finished.
func LoadResults(q Reader, runs []string) (map[string][]gonets.StepResult, error) {
	type row struct {
		run string
		gonets.StepResult
	}
	rows, err := Collect(q, ResultsSQL(len(runs)), Args(runs), func(scan func(...any) error) (r row, err error) {
		var value []byte
		err = scan(&r.run, &r.Path, &r.State, &value, &r.Attempt, &r.FinishedAt)
		r.Value = value
		return r, err
	})
	if err != nil {
		return nil, err
	}
	out := map[string][]gonets.StepResult{}
	for _, r := range rows {
		out[r.run] = append(out[r.run], r.StepResult)
	}
	for _, rs := range out {
		slices.SortStableFunc(rs, func(a, b gonets.StepResult) int {
			return cmp.Or(cmp.Compare(a.FinishedAt, b.FinishedAt), cmp.Compare(a.Path, b.Path))
		})
	}
	return out, nil
}
