package gonets

import (
	"fmt"
	"slices"
	"time"
)

// LaneQuarantine holds runs that may be what kills the server; its runs go one
// at a time.
const LaneQuarantine = "quarantine"

// Blame decides about the runs that were in flight when a node's life ended:
// it raises Crashes, moves to the quarantine, and pauses (with CodePoison).
// Runs that it leaves as they were are not suspected.
//
// A run that was alone is suspected: after [PoisonCrashes] deaths it is
// quarantined, after one more it is paused. Of several one cannot tell, so a
// kill from outside condemns none of them; when the fault was the server's own,
// all are quarantined without blame, so that the next death tells them apart,
// unless one of them was in quarantine already: then that one is to blame.
func Blame(inflight []*Run, ownFault bool) {
	quarantined := func(r *Run) bool { return r.Lane == LaneQuarantine }
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
			r.Lane = LaneQuarantine
		}
	}
}

func suspect(r *Run) {
	r.Crashes++
	if r.Crashes >= PoisonCrashes {
		r.Lane = LaneQuarantine
	}
	if r.Crashes > PoisonCrashes {
		r.State, r.Reason = RunPaused, CodePoison
	}
}

// PauseUnreadable leaves a run that this node holds to a person, with an attempt
// that says what could not be read. It is not charged: nothing was sent.
func PauseUnreadable(run *Run, cause error, now time.Time) Transition {
	return Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease,
		State: RunPaused, Reason: CodeInternal, Cursor: run.Cursor, Tries: run.Tries, StepAt: run.StepAt, At: now,
		Attempt: &Attempt{N: run.Attempts + 1, Path: run.Cursor, StartedAt: now,
			Exchange: Exchange{Outcome: OutcomeTemplate, Code: CodeInternal,
				Error: fmt.Sprintf("nothing was sent, because what the database holds for this run cannot be read: %v", cause)}}}
}
