package lane

import (
	"math"
	"slices"
	"time"

	"gonets"
)

// How late a turn may be taken: one of this node's own, and one that was booked
// over the network. A later one is lost, because two turns close together would
// be more than the destination takes. For the same reason turns are so much
// further apart that no second has more of them than the rate says, however late
// they are taken.
const (
	turnLate   = 20 * time.Millisecond
	bookedLate = 100 * time.Millisecond
)

func lateness(shared bool) time.Duration {
	if shared {
		return bookedLate
	}
	return turnLate
}

// spaced is how far apart turns are for a rate of one each every.
func spaced(every time.Duration, shared bool) time.Duration {
	late := lateness(shared)
	if every >= time.Second {
		return (every + late) / haste
	}
	return (every + time.Duration(math.Ceil(every.Seconds()*float64(late)))) / haste
}

// pace spaces the requests of a lane evenly: each takes a turn, and turns are
// at least every apart. A lane that several nodes send to takes its turns from
// those that were booked in the database, so that the sum keeps the pace.
type pace struct {
	// rate is what is kept to, every how far apart turns are; 0 without limit.
	rate, every time.Duration
	// last is the last turn that was given; the time of the server's start before
	// the first, so that a restart sends no faster.
	last time.Time
	// booked are the turns of this node, oldest first; shared tells that no
	// others may be taken.
	booked []time.Time
	shared bool
}

// set changes the pace. Turns that were given and have not come are void: who
// waits for one takes a new one.
func (p *pace) set(every time.Duration, shared bool, now time.Time) {
	if p.last.After(now) {
		p.last = now
	}
	p.rate, p.shared, p.booked, p.every = every, shared, nil, 0
	if every > 0 {
		p.every = spaced(every, shared)
	}
}

// take gives the next turn, which may be in the future; ok is false when turns
// have to be booked first.
func (p *pace) take(now time.Time) (at time.Time, ok bool) {
	if p.shared {
		for len(p.booked) > 0 {
			at, p.booked = p.booked[0], p.booked[1:]
			if !at.Before(now.Add(-bookedLate)) {
				return gonets.Later(at, now), true
			}
		}
		return time.Time{}, false
	}
	at = gonets.Later(now, p.last.Add(p.every))
	p.last = at
	return at, true
}

// book adds n turns from first on.
func (p *pace) book(first time.Time, n int) {
	for i := range n {
		p.booked = append(p.booked, first.Add(time.Duration(i)*p.every))
	}
	slices.SortFunc(p.booked, time.Time.Compare)
}
