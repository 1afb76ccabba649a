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

// Queues tells whether a queue may hold a run up: one that is queued, or that waits
// for a further try.
func Queues(run *gonets.Run) bool {
	return run.State == gonets.RunQueued || run.State == gonets.RunWaiting && run.Retrying()
}

// HeldUp is how its queue holds a run up now; nil when it does not. A further try is
// made no earlier than a closed queue is tried out, so the run is due only then.
func HeldUp(run *gonets.Run, wait *api.LaneWait, now time.Time) *api.LaneWait {
	switch {
	case run.State == gonets.RunQueued || wait.Why == api.LanePaused:
	case wait.Until != nil && wait.Until.After(now) && wait.Until.After(run.DueAt):
		run.DueAt = *wait.Until
	case run.DueAt.After(now.Add(-takenUp)):
		return nil
	}
	return wait
}
