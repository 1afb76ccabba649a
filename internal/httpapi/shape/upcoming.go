package shape

import (
	"time"

	"gonets"
	"gonets/api"
)

// Upcoming tells when a waiting run is tried.
type Upcoming struct {
	Policy gonets.Retry
	// Tries counts the charged tries so far; First and Last are when the first one
	// began and the last one ended, Due is when the run is due.
	Tries            int
	First, Last, Due time.Time
}

// Times are without jitter: the next one, then what follows if every try fails
// at once. Real times may be up to [gonets.MaxJitter] of the delay later.
func (u *Upcoming) Times() []time.Time {
	r, at := &u.Policy, u.Due
	if d, ok := r.Delay(u.Tries); ok && r.Quiet.Until(u.Last.Add(d)).IsZero() {
		plain := u.Last.Add(d)
		if slack := time.Duration(float64(d)*gonets.MaxJitter) + time.Millisecond; !at.Before(plain) && !at.After(plain.Add(slack)) {
			at = plain
		}
	}
	times := []time.Time{at}
	for n := u.Tries + 1; len(times) < gonets.MaxRetries; n++ {
		d, ok := r.Delay(n)
		if at = r.Quiet.Shift(at.Add(d)); !ok || r.Deadline != nil && at.After(u.First.Add(r.Deadline.D())) {
			break
		}
		times = append(times, at)
	}
	return times
}

// takenUp is how long a run that is due may take to be taken up.
const takenUp = 2 * time.Second

// heldUp is how the run in front or its queue holds a run up now, nil when neither does,
// and when the run is due then: a further try is made no earlier than a closed queue is
// tried out, and not within its quiet hours. Only what is queued or waits for a further
// try is held up.
func (r *Reader) heldUp(run *gonets.RunSummary, quiet *gonets.Quiet) (wait *api.LaneWait, due time.Time) {
	due = run.DueAt
	if run.State != gonets.RunQueued && (run.State != gonets.RunWaiting || !run.Retrying()) {
		return nil, due
	}
	if run.Front.ID != "" && !due.After(r.Now) {
		return &api.LaneWait{Why: api.WaitOrder, Run: run.Front.ID, RunState: run.Front.State}, due
	}
	if r.Wait == nil {
		return nil, due
	}
	wait = r.Wait(run.Lane)
	switch {
	case run.State == gonets.RunQueued || wait.Why == api.LanePaused:
	case wait.Until != nil && wait.Until.After(r.Now) && wait.Until.After(due):
		due = quiet.Shift(*wait.Until)
	case due.After(r.Now.Add(-takenUp)):
		return nil, due
	}
	return wait, due
}
