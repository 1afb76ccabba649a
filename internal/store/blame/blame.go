// Package blame decides about runs that may be what kills the server, or that
// cannot be read.
package blame

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/store/pack"
)

// Judge decides about the runs that were in flight when a node's life ended:
// it raises Crashes, moves to the quarantine, and pauses (with gonets.CodePoison).
// Runs that it leaves as they were are not suspected.
//
// A run that was alone is suspected: after [gonets.PoisonCrashes] deaths it is
// quarantined, after one more it is paused. Of several one cannot tell, so a
// kill from outside condemns none of them; when the fault was the server's own,
// all are quarantined without blame, so that the next death tells them apart,
// unless one of them was in quarantine already: then that one is to blame.
func Judge(inflight []*gonets.Run, ownFault bool) {
	quarantined := func(r *gonets.Run) bool { return r.Lane == gonets.LaneQuarantine }
	if len(inflight) == 1 {
		suspect(inflight[0])
		return
	}
	if !ownFault {
		return
	}
	known := slices.ContainsFunc(inflight, quarantined)
	for _, r := range inflight {
		switch {
		case quarantined(r):
			suspect(r)
		case !known:
			r.Lane = gonets.LaneQuarantine
		}
	}
}

func suspect(r *gonets.Run) {
	r.Crashes++
	if r.Crashes >= gonets.PoisonCrashes {
		r.Lane = gonets.LaneQuarantine
	}
	if r.Crashes > gonets.PoisonCrashes {
		r.State, r.Reason = gonets.RunPaused, gonets.CodePoison
	}
}

// Unreadable leaves a run that this node holds to a person, with an attempt
// that says what could not be read. It is not charged: nothing was sent. Of the
// causes only cookies are told apart; they may be read again with another key.
func Unreadable(q pack.Reader, run *gonets.Run, cause error, now time.Time) gonets.Transition {
	code := gonets.CodeInternal
	if gonets.CodeOf(cause) == gonets.CodeCookies {
		code = gonets.CodeCookies
	}
	tr := gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease,
		State: gonets.RunPaused, Reason: code, Cursor: run.Cursor, Tries: run.Tries, StepAt: run.StepAt, At: now, Doubts: run.Doubts, Asked: run.Asked, Renewal: run.Renewal}
	// Where the index of its attempts is damaged nothing is added: that would end the server.
	var n int
	if err := q.Row(`SELECT count(n) FROM attempts WHERE run = ?`, []any{run.ID}, &n); err == nil {
		tr.Attempt = &gonets.Attempt{N: run.Attempts + 1, Path: run.Cursor, StartedAt: now,
			Exchange: gonets.Exchange{Outcome: gonets.OutcomeTemplate, Code: code,
				Error: fmt.Sprintf("nothing was sent, because what the database holds for this run cannot be read: %v", cause)}}
	}
	return tr
}

// readTries is how often what lies on a damaged page is read: a disk may be well again.
const readTries = 3

// Patience counts how often runs were given back because what they need lies on a damaged
// page. A zero Patience is ready; it is safe for concurrent use.
type Patience struct {
	mu    sync.Mutex
	tries map[string]int
}

// Ends notes one more try and tells whether it was the last: the count begins anew then.
func (p *Patience) Ends(run string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tries == nil {
		p.tries = map[string]int{}
	}
	if p.tries[run]++; p.tries[run] < readTries {
		return false
	}
	delete(p.tries, run)
	return true
}

// Read forgets the tries of a run that was read.
func (p *Patience) Read(run string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tries, run)
}
