package drill

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Report is what a drill found. Counts are of events unless said otherwise.
type Report struct {
	Kills int `json:"kills"`
	// Intents were to be sent; Acked were answered with success.
	Intents int `json:"intents"`
	Acked   int `json:"acked"`
	// Delivered arrived and were answered 200 by the receiver. Held, Queued,
	// Running, Waiting, Paused and Ended were not, and stand so in the history.
	Delivered int `json:"delivered"`
	Held      int `json:"held"`
	Queued    int `json:"queued"`
	Running   int `json:"running"`
	Waiting   int `json:"waiting"`
	Paused    int `json:"paused"`
	// Ended are runs that a rule ended: failed, skipped or cancelled.
	Ended int `json:"ended"`
	// Lost were answered with success, and nothing knows them any more or the
	// history calls them done though they never arrived.
	Lost int `json:"lost"`
	// Stuck are runs of acknowledged events that are still called queued or
	// running though nothing happens any more.
	Stuck int `json:"stuck"`
	// Duplicates are deliveries answered 200 after the first one of an event.
	Duplicates int `json:"duplicates"`
	// Mismatched are deliveries with another idempotency key or body than the
	// first one of the same event.
	Mismatched int `json:"mismatched"`
	// Overlaps are deliveries that came while another one of the same event was
	// still there: two workers had one run.
	Overlaps int `json:"overlaps"`
	// Phantom are deliveries of something that was never to be sent.
	Phantom int `json:"phantom"`
	// Silent are deliveries that the history has no attempt for.
	Silent int `json:"silent"`
	// ReadyMs is the time from a start to readiness, in milliseconds.
	ReadyMs Ready `json:"ready_ms"`
	// TakeoverMs is, of several servers, the time from the last kill until nothing
	// was queued or being worked on any more: others had done what the dead one
	// had. In milliseconds.
	TakeoverMs float64 `json:"takeover_ms,omitempty"`
	Seed       uint64  `json:"seed"`
	// Dir is the drill's folder when it was kept.
	Dir string `json:"dir,omitempty"`
	// Examples describe the first findings.
	Examples []string `json:"examples,omitempty"`
}

// Ready sums up the times to readiness after the kills.
type Ready struct {
	P50 float64 `json:"p50"`
	Max float64 `json:"max"`
}

// maxExamples bounds Report.Examples.
const maxExamples = 20

func (r *Report) example(format string, args ...any) {
	if len(r.Examples) < maxExamples {
		r.Examples = append(r.Examples, fmt.Sprintf(format, args...))
	}
}

// Err is nil when the server kept its promises, else what it broke. A drill in
// which nothing arrived proves nothing and counts as failed too. Silent
// deliveries are reported and are no failure: a request in flight at a kill
// may leave one.
func (r *Report) Err() error {
	var broken []string
	add := func(n int, what string) {
		if n > 0 {
			broken = append(broken, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(r.Lost, "acknowledged events were lost")
	add(r.Stuck, "runs were stuck at the end")
	add(r.Phantom, "deliveries were of events that nobody sent")
	add(r.Overlaps, "deliveries of an event came at the same time")
	add(r.Mismatched, "repeated deliveries had another idempotency key or body")
	if r.Delivered == 0 {
		broken = append(broken, "nothing was delivered, so nothing was proved")
	}
	if len(broken) == 0 {
		return nil
	}
	return errors.New("the drill failed: " + strings.Join(broken, "; "))
}

// Table writes the report for people.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name string, value any, note string) { _, _ = fmt.Fprintf(t, "%s\t%v\t%s\n", name, value, note) }
	row("kills", r.Kills, "")
	row("acknowledged", r.Acked, "events answered with success")
	row("delivered", r.Delivered, "")
	row("waiting", r.Waiting, "for a retry")
	row("paused", r.Paused, "for a person")
	row("held, queued, running", r.Held+r.Queued+r.Running, "")
	row("ended by rule", r.Ended, "")
	row("lost", r.Lost, "must be 0")
	row("stuck", r.Stuck, "must be 0")
	row("duplicates", r.Duplicates, "the same event answered 200 again")
	row("mismatched", r.Mismatched, "must be 0: repeats with another key or body")
	row("overlaps", r.Overlaps, "must be 0: two deliveries of one event at the same time")
	row("phantom", r.Phantom, "must be 0")
	row("silent", r.Silent, "deliveries without an attempt in the history")
	row("ready after a kill", fmt.Sprintf("%.0f ms (max %.0f)", r.ReadyMs.P50, r.ReadyMs.Max), "")
	if r.TakeoverMs > 0 {
		row("taken over after", fmt.Sprintf("%.1f s", r.TakeoverMs/1000), "the last one that was killed had left nothing undone by then")
	}
	row("seed", r.Seed, "")
	if r.Dir != "" {
		row("folder", r.Dir, "")
	}
	for _, e := range r.Examples {
		_, _ = fmt.Fprintf(t, "  %s\n", e)
	}
	return t.Flush()
}
