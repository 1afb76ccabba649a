package lane_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/testkit"
)

// world is one lane, its service and the requests on their way.
type world struct {
	t      rapid.TB
	clock  *testkit.Clock
	set    *lane.Set
	passes []*lane.Pass
	n      int
	limits lane.Limits
}

const crm = "https://crm.test:443"

func newWorld(t rapid.TB) *world {
	w := &world{t: t, clock: testkit.NewClock(), limits: lane.Limits{Requests: 4, Workers: 8}}
	w.set = lane.NewSet(lane.Options{Clock: w.clock, Limits: func(string) lane.Limits { return w.limits }})
	return w
}

// try begins a request when the lane lets it at once.
func (w *world) try() bool {
	p, err := w.set.EnterNow(crm)
	if err != nil {
		return false
	}
	w.passes = append(w.passes, p)
	return true
}

func (w *world) sending() int { return len(w.passes) }

func (w *world) answer(r lane.Result) {
	p := w.passes[0]
	w.passes = w.passes[1:]
	w.n++
	if r.Run == "" {
		r.Run = fmt.Sprint("run", w.n)
	}
	p.Leave(r)
}

func (w *world) fail(times int) {
	for range times {
		if w.try() {
			w.answer(lane.Result{Verdict: lane.Ill, Status: 503})
		}
	}
}

func (w *world) closed() bool {
	r := w.set.Record(crm)
	return r.Closed()
}

func ill() lane.Result   { return lane.Result{Verdict: lane.Ill, Status: 503} }
func alive() lane.Result { return lane.Result{Verdict: lane.Alive, OK: true, Status: 200} }

func (w *world) settle() {
	for _, c := range w.set.Changes() {
		w.set.Stored(&c)
	}
}

func TestALaneClosesWhenItsServiceFailsAndTriesWithOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail(lane.RowFailures)
	if w.try() {
		t.Fatal("a lane whose service fails goes on sending")
	}
	if c := w.set.Changes(); len(c) != 1 || c[0].Kind != lane.ChangeClosed || c[0].Status != 503 || !c[0].ClosedUntil.Equal(w.clock.Now().Add(lane.FirstPause)) {
		t.Fatalf("told: %+v", c)
	}
	if w.set.Reserve(crm, "s") {
		t.Error("a run waits in memory for a closed lane")
	}
	w.settle()
	w.clock.Advance(lane.FirstPause - time.Millisecond)
	if w.set.Due(crm) {
		t.Error("it is tried out too early")
	}
	w.clock.Advance(time.Millisecond)
	if !w.set.Due(crm) {
		t.Fatal("it is never tried out")
	}
	w.set.Prove(crm)
	if !w.try() || w.try() {
		t.Fatal("a closed lane has to be tried out with one request")
	}
	w.answer(alive())
	w.settle()
	// Slow at first: one, two, three at once.
	for at := 1; at <= 3; at++ {
		for w.try() {
			continue
		}
		if w.sending() != at {
			t.Fatalf("%d requests at once after it opened, want %d", w.sending(), at)
		}
		w.answer(alive())
	}
}

func TestALaneThatIsKeptOpenNeverClosesAndGetsWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail(lane.RowFailures)
	w.settle()
	w.clock.Advance(lane.FirstPause)
	w.set.Prove(crm)
	w.try()
	w.answer(alive())
	// From here on it is not to close: a failure while it recovers does not either.
	w.limits.Open = true
	w.fail(10 * lane.ShareResults)
	if w.closed() {
		t.Fatal("a lane that is kept open closed")
	}
	for range w.limits.Requests {
		w.try()
		w.answer(alive())
	}
	for w.try() {
		continue
	}
	if w.sending() != w.limits.Requests {
		t.Errorf("%d requests at once after it got well, want %d", w.sending(), w.limits.Requests)
	}
}

func TestAFailedProbeClosesForLonger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail(lane.RowFailures)
	for n, want := range []int{2, 4, 8, 16, 20, 20} {
		w.settle()
		w.clock.Advance(lane.MaxPause)
		w.set.Prove(crm)
		if !w.try() {
			t.Fatal("no probe")
		}
		w.answer(ill())
		if c := w.set.Changes(); len(c) != 1 || c[0].ClosedUntil.Sub(w.clock.Now()) != time.Duration(want)*lane.FirstPause {
			t.Fatalf("after probe %d: %+v", n+1, c)
		}
	}
}

func TestWhatSaysLittleAboutTheServiceClosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 15 {
		w.try()
		w.answer(lane.Result{Verdict: lane.Ill, Run: "one broken run"})
	}
	if !w.try() {
		t.Fatal("one broken run closed the lane")
	}
	w.answer(alive())
	for range 100 {
		w.try()
		w.answer(lane.Result{Verdict: lane.Alive, Status: 404})
	}
	for range 100 {
		w.try()
		w.answer(lane.Result{})
	}
	if !w.try() {
		t.Fatal("rejected requests closed the lane")
	}
}

func TestHalfOfManyFailuresClosesALane(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	for ; n < 100 && w.try(); n++ {
		if n%2 == 0 {
			w.answer(ill())
		} else {
			w.answer(alive())
		}
	}
	if n < lane.ShareResults-1 || n > lane.ShareResults+1 {
		t.Errorf("it closed after %d results", n)
	}
}

func TestTheServiceSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.try()
	w.answer(lane.Result{Verdict: lane.Ill, Status: 429, Until: w.clock.Now().Add(time.Hour)})
	if w.try() {
		t.Fatal("it was asked to wait and does not")
	}
	if c := w.set.Changes(); len(c) != 1 || !c[0].ClosedUntil.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("%+v", c)
	}
}

func TestAPauseLastsUntilAPersonEndsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.Adopt([]lane.Record{{Name: crm, PausedAt: w.clock.Now(), PausedBy: "anna"}}, "a")
	w.clock.Advance(1000 * time.Hour)
	if w.try() || w.set.Due(crm) || w.set.Reserve(crm, "s") {
		t.Fatal("a paused lane sends")
	}
	if !w.set.Adopt(nil, "a") || !w.try() {
		t.Fatal("a resumed lane does not send")
	}
}

func TestAProbeThatSentNothingIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail(lane.RowFailures)
	w.settle()
	w.clock.Advance(lane.FirstPause)
	w.set.Prove(crm)
	w.set.Unproven(crm)
	if c := w.set.Changes(); len(c) != 1 || c[0].Kind != lane.ChangeUnproved {
		t.Fatalf("%+v", c)
	}
	w.settle()
	if !w.set.Due(crm) {
		t.Error("nobody tries it out any more")
	}
}

func TestAClosedLaneOfAnotherNodeIsClosedHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if !w.set.Reserve(crm, "s") || w.set.Push(crm, lane.Item{Job: gonets.Job{Run: gonets.Run{ID: "r", Scenario: "s"}}}) != lane.StartWorker {
		t.Fatal("no place")
	}
	w.set.Adopt([]lane.Record{{Name: crm, ClosedUntil: w.clock.Now().Add(time.Minute)}}, "a")
	if items := w.set.Evict(); len(items) != 1 {
		t.Fatalf("%d runs came back", len(items))
	}
	if w.try() {
		t.Error("it sends")
	}
	w.clock.Advance(time.Minute)
	// Another one tries it out.
	w.set.Adopt([]lane.Record{{Name: crm, ClosedUntil: w.clock.Now(), Probe: "b"}}, "a")
	if w.try() {
		t.Error("two nodes try it out")
	}
}

// Whatever happens in whatever order, a closed lane sends at most one request,
// and a service that is well again is sent to again.
func TestNoLaneStaysClosedAndNoneHammers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		probes := 0
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				shut := w.closed()
				if w.try() && shut {
					if probes++; probes > 1 {
						t.Fatal("a closed lane sent a second request")
					}
				}
			case 2:
				if len(w.passes) > 0 {
					shut := w.closed()
					w.answer(rapid.SampledFrom([]lane.Result{ill(), ill(), ill(), alive(), {}}).Draw(t, "answer"))
					if shut {
						probes = 0
					}
				}
			case 3:
				w.clock.Advance(time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second)
			case 4:
				w.settle()
				if w.set.Due(crm) && len(w.passes) == 0 {
					w.set.Prove(crm)
					probes = 0
				}
			}
		}
		for len(w.passes) > 0 {
			w.answer(lane.Result{})
		}
		for range 20 {
			w.set.Unproven(crm)
			w.settle()
			w.clock.Advance(lane.MaxPause)
			if w.set.Due(crm) {
				w.set.Prove(crm)
			}
			if w.try() {
				w.answer(alive())
			}
		}
		w.settle()
		for w.try() {
			continue
		}
		if w.sending() != 4 {
			t.Fatalf("the service is well and gets %d requests at once, not 4", w.sending())
		}
	})
}
