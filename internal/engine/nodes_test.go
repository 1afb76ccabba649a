package engine

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/lane"
	"gonets/internal/node"
	"gonets/internal/testkit"
)

// nodeRig is a rig as one of several nodes. Its clocks stand still: nothing
// happens because of a poll.
type nodeRig struct {
	*rig
	heart  *node.Keeper
	listen chan hint.Hint
}

func newNode(t *testing.T, address, name string) *nodeRig {
	t.Helper()
	clock := testkit.NewClock()
	places := newPlaces(clock)
	st := testkit.SharedStore(t, testkit.Member{Address: address, Name: name, Clock: clock, Placer: places})
	n := &nodeRig{rig: rigOn(t, clock, places, st), listen: make(chan hint.Hint, 100)}
	n.heart = node.New(node.Options{Store: st, Real: testkit.NewClock(), Steady: func() time.Duration { return 0 }, Log: slog.New(slog.DiscardHandler),
		Freed:   func() { n.Heed(hint.Hint{Work: true}) },
		Changed: func(context.Context) error { return nil }, Silent: n.Silence,
		Heard: func(h hint.Hint) {
			n.Heed(h)
			n.listen <- h
		}}, st.Epoch())
	n.Heart, n.Death.Known = n.heart, true
	if err := n.heart.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.heart.Stop(context.Background()) })
	<-n.listen // it listens
	return n
}

func TestRunThatOneNodeQueuesWakesTheOthers(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	a, b := newNode(t, address, "a"), newNode(t, address, "b")
	a.apply(httpStep("send", "http://crm.test/"))
	b.sender.block, b.sender.began = make(chan struct{}), make(chan struct{}, 1)
	close(b.sender.block)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.Stop(context.Background())
	// The claim loop, that of the lanes and the look for old history wait for
	// their time.
	b.clock.AwaitTimers(3)
	a.Places.Close() // no room on this node
	a.event("x")
	<-b.sender.began
}

func TestRunThatAPersonEndsIsCutOnWhicheverNodeItIs(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	a, b := newNode(t, address, "a"), newNode(t, address, "b")
	a.apply(httpStep("send", "http://crm.test/"))
	b.sender.block, b.sender.began = make(chan struct{}), make(chan struct{}, 1)
	run := b.event("x")
	<-b.sender.began
	if _, err := a.store.Act(t.Context(), gonets.Action{RunID: run, Kind: gonets.ActionCancel}); err != nil {
		t.Fatal(err)
	}
	a.Abort(run)
	b.workers.Wait() // the request is cut although nobody answers it
	d := b.wantState(run, gonets.RunCancelled)
	if len(d.Attempts) != 1 || d.Attempts[0].Outcome != gonets.OutcomeCancelled || !d.Attempts[0].Fenced {
		t.Errorf("%+v", d.Attempts)
	}
}

func TestANodeThatJoinsWaitsForTheRequestsOfBefore(t *testing.T) {
	t.Parallel()
	address := cluster.Database(t)
	const crm = "http://crm.test:80"
	node := func(name string) *nodeRig {
		n := newNode(t, address, name)
		n.Book = n.store.(Book)
		n.Places.PlaceRules.Limits = func() map[string]gonets.LaneLimits { return map[string]gonets.LaneLimits{crm: {Concurrency: 3}} }
		return n
	}
	share := func(n *nodeRig) int {
		n.countNodes(t.Context())
		return n.DescribeLane(crm).Limit
	}
	a := node("a")
	if got := share(a); got != 3 {
		t.Fatalf("alone it sends %d", got)
	}
	a.apply(httpStep("send", crm+"/"))
	a.hang()
	for range 3 {
		a.event("x")
		<-a.sender.began
	}
	b := node("b")
	share(b)
	if got := share(a); got != 2 {
		t.Errorf("the first keeps %d", got)
	}
	// However long the requests of before take, there are never more than three.
	b.clock.Advance(time.Hour)
	if got := share(b); got != 0 {
		t.Errorf("the second begins with %d while there are three", got)
	}
	close(a.sender.block)
	a.workers.Wait()
	share(a)
	if got := share(b); got != 1 {
		t.Errorf("the second has %d when those are over", got)
	}
	// When a clock was set others look dead, and so does the node before it beats.
	before := a.Book
	a.Book = left{before, "b"}
	if got := share(a); got != 2 {
		t.Errorf("not heard of itself it sends %d", got)
	}
	a.Book, a.Heart = left{before, "a"}, unsettled{a.heart}
	if got := share(a); got != 2 {
		t.Errorf("while others may look dead it sends %d", got)
	}
	a.Book, a.Heart = before, a.heart
	// What a node has to itself again is known before it is used.
	a.Book = left{a.Book, "a"}
	if got := share(a); got != 3 {
		t.Errorf("left alone it sends %d", got)
	}
	if nodes, err := b.Book.LiveNodes(t.Context()); err != nil || nodes[0] != (lane.Sharer{Name: "a", Parts: 1}) {
		t.Errorf("%+v, %v", nodes, err)
	}
}

// left is what a node reads that all but one have left.
type left struct {
	Book
	name string
}

func (l left) LiveNodes(context.Context) ([]lane.Sharer, error) {
	return []lane.Sharer{{Name: l.name}}, nil
}

// unsettled is a heart while others may look dead.
type unsettled struct{ Node }

func (unsettled) Settled() bool { return false }

func TestScenarioThatAnotherNodeStoppedIsParkedHere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("send", "http://crm.test/"))
	r.Stopped([]string{"s", "other"})
	if run := r.event("x"); true {
		r.workers.Wait()
		r.wantState(run, gonets.RunQueued)
	}
	if r.sender.count() != 0 {
		t.Error("a run of a stopped scenario was sent")
	}
	r.Stopped([]string{"other"})
	r.work()
	if r.sender.count() != 1 {
		t.Error("the scenario was started again and its run does not go on")
	}
}
