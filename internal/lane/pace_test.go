package lane

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gonets"
)

var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// In whatever rhythm several nodes ask, no second has more turns than the rate
// says.
func TestNodesTogetherKeepTheRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if worst, rate := liveTogether(t, true); worst > rate {
			t.Fatalf("%d turns within a second, the rate is %d", worst, rate)
		}
	})
}

// The planted fault: a bucket for each node.
func TestABucketForEachNodeIsNoticed(t *testing.T) {
	t.Parallel()
	seen := false
	rapid.Check(t, func(t *rapid.T) {
		worst, rate := liveTogether(t, false)
		seen = seen || worst > rate
	})
	if !seen {
		t.Error("nodes that each keep the rate for themselves were not noticed")
	}
}

// liveTogether lets nodes take turns at random and counts the most within a
// second. Turns that are shared are booked one after another, as in the store.
func liveTogether(t *rapid.T, shared bool) (worst, rate int) {
	rate = rapid.IntRange(1, 50).Draw(t, "rate")
	every := (time.Second + time.Duration(rate) - 1) / time.Duration(rate)
	nodes := make([]pace, rapid.IntRange(2, 4).Draw(t, "nodes"))
	now := start
	for i := range nodes {
		nodes[i].set(every, shared, now)
	}
	var next time.Time
	var taken []time.Time
	for range rapid.IntRange(50, 200).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "ms")) * time.Millisecond)
		p := &nodes[rapid.IntRange(0, len(nodes)-1).Draw(t, "node")]
		if shared && len(p.booked) == 0 {
			n := rapid.IntRange(1, 4).Draw(t, "turns")
			first := gonets.Later(now, next)
			next = first.Add(time.Duration(n) * p.every)
			p.book(first, n)
		}
		if at, ok := p.take(now); ok {
			taken = append(taken, at)
		}
	}
	slices.SortFunc(taken, time.Time.Compare)
	for i, from := range taken {
		n := 0
		for _, at := range taken[i:] {
			if at.Before(from.Add(time.Second)) {
				n++
			}
		}
		worst = max(worst, n)
	}
	return worst, rate
}

func TestARestartSendsNoFaster(t *testing.T) {
	t.Parallel()
	now := start
	p := pace{last: now}
	p.set(time.Second, false, now)
	if at, _ := p.take(now); at.Before(now.Add(time.Second)) {
		t.Errorf("the first turn after a start is at %s", at.Sub(now))
	}
}

func TestANewPaceAppliesToThoseWhoWait(t *testing.T) {
	t.Parallel()
	now := start
	p := pace{last: now}
	p.set(time.Hour, false, now)
	if at, _ := p.take(now); at.Before(now.Add(time.Hour)) {
		t.Fatalf("the turn is at %s", at.Sub(now))
	}
	p.set(time.Second, false, now)
	if at, _ := p.take(now); at.Before(now.Add(time.Second)) || at.After(now.Add(2*time.Second)) {
		t.Errorf("the turn after the change is at %s", at.Sub(now))
	}
}

// setClock stands where a test sets it.
type setClock struct {
	gonets.Clock
	now time.Time
}

func (c *setClock) Now() time.Time { return c.now }

func TestAPaceIsKeptWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	clock := &setClock{now: start}
	s := NewSet(Options{Clock: clock, Limits: func(string) Limits { return Limits{Requests: 1} }})
	l := s.lane("a")
	l.pace.set(time.Second, false, clock.Now())
	l.pace.take(clock.Now())
	clock.now = clock.now.Add(-time.Hour)
	tuned, changed := l.tuned, make(chan struct{})
	l.changed = changed
	s.Retime()
	for name, p := range map[string]*pace{"a": &l.pace, "b": &s.lane("b").pace} {
		p.set(time.Second, false, clock.Now())
		if at, _ := p.take(clock.Now()); at.Sub(clock.Now()) > 2*time.Second {
			t.Errorf("%s: the next turn is in %s", name, at.Sub(clock.Now()))
		}
	}
	// Who waits for a turn of the time that is no more takes a new one.
	<-changed
	if l.tuned == tuned {
		t.Error("turns of before are still good")
	}
}
