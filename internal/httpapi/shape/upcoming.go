package shape

import (
	"time"

	"gonets"
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
