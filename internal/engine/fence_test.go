package engine

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/id"
)

// heart is a node's that tests stop.
type heart struct {
	life atomic.Int64
	dead atomic.Bool
}

func (h *heart) Epoch() int64           { return h.life.Load() }
func (h *heart) Alive(epoch int64) bool { return !h.dead.Load() && epoch == h.life.Load() }
func (h *heart) Settled() bool          { return true }
func (h *heart) Tell(hint.Hint)         {}

// deadRig is a rig whose node is out of touch with its database.
func deadRig(t *testing.T) (*rig, *heart, *bytes.Buffer) {
	t.Helper()
	r, h, log := newRig(t), &heart{}, &bytes.Buffer{}
	h.life.Store(r.store.(leasing).Epoch())
	h.dead.Store(true)
	r.Heart, r.Log = h, slog.New(slog.NewTextHandler(log, nil))
	r.apply(httpStep("send", "http://crm.test/"))
	return r, h, log
}

func TestSilentNodeSendsNothingUntilItBeats(t *testing.T) {
	t.Parallel()
	r, h, _ := deadRig(t)
	run := r.event("x")
	if unfenced {
		r.workers.Wait() // nothing holds the worker back
	} else {
		r.clock.AwaitTimers(1)
	}
	if r.sender.count() != 0 {
		t.Error("a silent node sent")
	}
	h.dead.Store(false)
	r.clock.Advance(claimEvery)
	r.workers.Wait()
	if r.wantState(run, gonets.RunSucceeded); r.sender.count() != 1 {
		t.Errorf("%d requests after its beat", r.sender.count())
	}
}

// leased accepts an event whose run is leased to the node and handed to nobody.
func (r *rig) leased() gonets.Run {
	r.t.Helper()
	acc, err := r.store.Accept(context.Background(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "in", Method: "POST", ReceivedAt: r.clock.Now()}}})
	if err != nil || !acc[0].Runs[0].Lease.Held() {
		r.t.Fatalf("%+v: %v", acc, err)
	}
	r.Places.Unreserve(acc[0].Runs[0].Lane, 1)
	return acc[0].Runs[0]
}

func TestSilentNodeClaimsNothing(t *testing.T) {
	t.Parallel()
	r, h, _ := deadRig(t)
	run := r.leased()
	if err := r.store.Release(t.Context(), []gonets.Run{run}); err != nil {
		t.Fatal(err)
	}
	r.claimPass()
	if got := r.run(run.ID).Run; got.Lease.Held() || got.State != gonets.RunQueued {
		t.Errorf("a silent node claimed: the run is %s", got.State)
	}
	h.dead.Store(false)
	r.work()
	r.wantState(run.ID, gonets.RunSucceeded)
}

func TestRunThatOthersTookOverIsNotSent(t *testing.T) {
	t.Parallel()
	r, h, log := deadRig(t)
	run := r.event("x")
	r.clock.AwaitTimers(1)
	h.life.Add(1)
	h.dead.Store(false)
	r.clock.Advance(claimEvery)
	r.workers.Wait()
	if r.sender.count() != 0 || !strings.Contains(log.String(), "left to other nodes") {
		t.Errorf("%d requests; %s", r.sender.count(), log)
	}
	r.wantState(run, gonets.RunRunning) // the store's next rescue frees it
}

// TestLeaseOfALifeThatTheHeartLearnsLaterIsKept: the store leases under a new life
// before the heart tells of it.
func TestLeaseOfALifeThatTheHeartLearnsLaterIsKept(t *testing.T) {
	t.Parallel()
	r, h, _ := deadRig(t)
	h.dead.Store(false)
	h.life.Add(-1)
	run := r.event("x")
	r.clock.AwaitTimers(1)
	h.life.Add(1)
	r.clock.Advance(claimEvery)
	r.workers.Wait()
	r.wantState(run, gonets.RunSucceeded)
}

func TestRequestOnItsWayIsCutBeforeOthersMakeItAgain(t *testing.T) {
	t.Parallel()
	r, h, _ := deadRig(t)
	h.dead.Store(false)
	r.sender.block, r.sender.began = make(chan struct{}), make(chan struct{}, 1)
	run := r.event("x")
	<-r.sender.began
	h.dead.Store(true)
	r.Silence()
	r.workers.Wait()
	d := r.wantState(run, gonets.RunQueued)
	if len(d.Attempts) != 1 || d.Attempts[0].Outcome != gonets.OutcomeUnknown || d.Attempts[0].Code != gonets.CodeCutOff || d.Attempts[0].Charged {
		t.Errorf("%+v", d.Attempts)
	}
	h.dead.Store(false)
	close(r.sender.block)
	r.work()
	if d := r.wantState(run, gonets.RunSucceeded); len(d.Attempts) != 2 || d.Run.Tries != 0 {
		t.Errorf("%+v", d.Attempts)
	}
}

func TestSilentNodeThatStopsGivesItsRunsBack(t *testing.T) {
	t.Parallel()
	r, _, log := deadRig(t)
	run := r.event("x")
	r.clock.AwaitTimers(1)
	if err := r.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := r.wantState(run, gonets.RunQueued); got.Run.Lease.Held() || r.sender.count() != 0 || strings.Contains(log.String(), "left to other nodes") {
		t.Errorf("%+v, %d requests; %s", got.Run.Lease, r.sender.count(), log)
	}
}

// forgetful is a store that loses the first releases.
type forgetful struct {
	Store
	left atomic.Int64
}

func (f *forgetful) Release(ctx context.Context, runs []gonets.Run) error {
	if f.left.Add(-1) >= 0 {
		return gonets.Errorf(gonets.CodeStoreAway, "away")
	}
	return f.Store.Release(ctx, runs)
}

func TestLeaseThatTheStoreCouldNotTakeBackIsGivenBackLater(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	store := &forgetful{Store: r.Engine.Store}
	store.left.Store(2)
	r.Engine.Store = store
	r.apply(httpStep("send", "http://crm.test/"))
	run := r.leased()
	r.release(run)
	r.claimPass()
	r.wantState(run.ID, gonets.RunRunning)
	r.work()
	r.wantState(run.ID, gonets.RunSucceeded)
}

// damaged is a store that cannot write to one run.
type damaged struct {
	Store
	run string
}

func (d *damaged) Release(ctx context.Context, runs []gonets.Run) error {
	if slices.ContainsFunc(runs, func(r gonets.Run) bool { return r.ID == d.run }) {
		return gonets.Errorf(gonets.CodeInternal, "a damaged page")
	}
	return d.Store.Release(ctx, runs)
}

func TestALeaseThatCannotBeGivenBackKeepsNoOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.apply(httpStep("send", "http://crm.test/"))
	lost, run := r.leased(), r.leased()
	r.Engine.Store = &damaged{r.Engine.Store, lost.ID}
	r.owed = append(r.owed, lost, run)
	r.claimPass()
	r.work()
	r.wantState(run.ID, gonets.RunSucceeded)
	r.wantState(lost.ID, gonets.RunRunning)
}

// blind is a store that leases a run once and cannot read it.
type blind struct {
	*forgetful
	claimed bool
}

func (b *blind) Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error) {
	jobs, err := b.forgetful.Claim(ctx, c)
	if b.claimed || err != nil || len(jobs) == 0 {
		return jobs, err
	}
	b.claimed = true
	return []gonets.Job{{Run: jobs[0].Run, Unread: true}}, gonets.Errorf(gonets.CodeStoreAway, "away")
}

func TestALeaseThatCouldBeNeitherReadNorGivenBackIsGivenBackLater(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	store := &blind{forgetful: &forgetful{Store: r.Engine.Store}}
	r.Engine.Store = store
	r.apply(httpStep("send", "http://crm.test/"))
	run := r.leased()
	r.release(run)
	store.left.Store(2)
	r.claimPass()
	for range 2 {
		if d := r.wantState(run.ID, gonets.RunRunning); !store.claimed || r.sender.count() != 0 || !d.Run.Lease.Held() {
			t.Fatalf("it is worked on without having been read: %+v", d.Run)
		}
		r.claimPass()
	}
	r.work()
	if r.wantState(run.ID, gonets.RunSucceeded); r.sender.count() != 1 {
		t.Errorf("%d requests", r.sender.count())
	}
}

// TestUnfencedNodeIsCaught: the tests of the fence fail without it.
func TestUnfencedNodeIsCaught(t *testing.T) {
	t.Parallel()
	if testing.Short() || unfenced {
		t.Skip("builds the package anew")
	}
	out, err := exec.Command("go", "test", "-tags", "sabotage_unfenced", "-run", "^TestSilentNode(SendsNothing|ClaimsNothing)", ".").CombinedOutput()
	for _, name := range []string{"TestSilentNodeSendsNothingUntilItBeats", "TestSilentNodeClaimsNothing"} {
		if err == nil || !strings.Contains(string(out), "--- FAIL: "+name) {
			t.Errorf("%s passes without the fence: %v\n%s", name, err, out)
		}
	}
}
