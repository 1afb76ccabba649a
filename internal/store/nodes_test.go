package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/erase"
	"gonets/internal/hint"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
	"gonets/internal/testkit"
)

const lane = "http://crm.example"

// nodes opens a database for several nodes; each has free places.
func nodes(t *testing.T, free int, names ...string) (address string, open []storetest.Opened) {
	t.Helper()
	address = cluster.Database(t)
	for _, name := range names {
		open = append(open, openPostgres(t, address, store.Options{Node: name, Clock: testkit.NewClock(),
			Placer: &storetest.Places{Lane: lane, Free: free}}))
	}
	_, err := open[0].Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}})
	if err != nil {
		t.Fatal(err)
	}
	return address, open
}

func acceptOn(t *testing.T, s storetest.Opened, key string) gonets.Accepted {
	t.Helper()
	acc, err := s.Accept(context.Background(), []gonets.Acceptance{{Key: key, DedupeWindow: 1e12,
		Event: gonets.Event{ID: newID(), Source: "s", Method: "POST", ReceivedAt: s.Clock.Now()}}})
	if err != nil {
		t.Error(err)
		return gonets.Accepted{}
	}
	return acc[0]
}

func claimOn(t *testing.T, s storetest.Opened, limit int) []gonets.Job {
	t.Helper()
	jobs, err := s.Claim(context.Background(), gonets.Claim{Lane: lane, Limit: limit, Node: s.Node(), Epoch: s.Epoch(), Now: s.Clock.Now()})
	if err != nil {
		t.Error(err)
	}
	return jobs
}

func TestNodesClaimEveryRunOnce(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b", "c")
	const runs = 300
	for i := range runs {
		acceptOn(t, open[i%len(open)], "")
	}
	var mu sync.Mutex
	owners := map[string]string{}
	var group sync.WaitGroup
	for _, s := range open {
		group.Go(func() {
			for {
				jobs := claimOn(t, s, 7)
				mu.Lock()
				for _, j := range jobs {
					if other, taken := owners[j.Run.ID]; taken {
						t.Errorf("run %s belongs to %s and %s", j.Run.ID, other, s.Node())
					}
					owners[j.Run.ID] = s.Node()
				}
				mu.Unlock()
				if len(jobs) == 0 {
					return
				}
			}
		})
	}
	group.Wait()
	if len(owners) != runs {
		t.Errorf("%d runs were claimed, want %d", len(owners), runs)
	}
}

func TestNodesKnowOneAnothersKeys(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	var group sync.WaitGroup
	var mu sync.Mutex
	first := map[string][]string{}
	for _, s := range open {
		for i := range 100 {
			group.Go(func() {
				key := fmt.Sprint(i)
				acc := acceptOn(t, s, key)
				mu.Lock()
				defer mu.Unlock()
				first[key] = append(first[key], acc.EventID)
			})
		}
	}
	group.Wait()
	for key, ids := range first {
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("key %s stands for %v", key, ids)
		}
	}
}

func TestPublishingOnOneNodeCountsOnTheOthersAtOnce(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	if acc := acceptOn(t, open[1], ""); len(acc.Runs) != 1 {
		t.Fatalf("%d runs", len(acc.Runs))
	}
	if _, err := open[0].Apply(t.Context(), document.Apply{Scenarios: []gonets.Scenario{storetest.Scenario("y", "s")}}); err != nil {
		t.Fatal(err)
	}
	if acc := acceptOn(t, open[1], ""); len(acc.Runs) != 2 {
		t.Errorf("%d runs after another node published a second scenario", len(acc.Runs))
	}
}

// silence makes a node's last heartbeat as old as the limit.
func silence(t *testing.T, address, node string) {
	t.Helper()
	silentFor(t, address, node, gonets.NodeDead)
}

func silentFor(t *testing.T, address, node string, d time.Duration) {
	t.Helper()
	statement := fmt.Sprintf(`UPDATE nodes SET heartbeat_at = heartbeat_at - %d WHERE id = '%s'`, d.Milliseconds()+1, node)
	if err := cluster.Exec(address, statement); err != nil {
		t.Fatal(err)
	}
}

// rescueOthers takes over what other nodes left.
func rescueOthers(t *testing.T, s storetest.Opened) (released int) {
	t.Helper()
	report, err := s.Rescue(t.Context(), gonets.Death{Others: true})
	if err != nil {
		t.Fatal(err)
	}
	return report.Released
}

// succeed finishes a run with one attempt and tells whether that was fenced.
func succeed(t *testing.T, s storetest.Opened, r gonets.Run) bool {
	t.Helper()
	fenced, err := s.Finish(t.Context(), gonets.Transition{RunID: r.ID, EventID: r.EventID, Lease: r.Lease, State: gonets.RunSucceeded,
		At: s.Clock.Now(), Attempt: &gonets.Attempt{RunID: r.ID, N: r.Attempts + 1, Path: "send", StartedAt: s.Clock.Now(),
			Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200}}})
	if err != nil {
		t.Fatal(err)
	}
	return fenced
}

// within does something in a transaction that stays open until end is called.
func within(t *testing.T, s storetest.Opened, do func()) (end func()) {
	t.Helper()
	var group sync.WaitGroup
	stall := func() (chan struct{}, chan struct{}) {
		entered, until := make(chan struct{}), make(chan struct{})
		group.Go(func() { s.Stall(entered, until) })
		return entered, until
	}
	entered, until := stall()
	<-entered
	group.Go(do)
	for s.QueueLength() < 1 {
		runtime.Gosched()
	}
	held, end2 := stall()
	for s.QueueLength() < 2 {
		runtime.Gosched()
	}
	close(until)
	<-held
	return func() {
		close(end2)
		group.Wait()
	}
}

// TestBeatAndTakeOverAtTheSameMomentAgree: whichever comes first, a node whose runs
// are taken over learns of it, and one that beats loses none.
func TestBeatAndTakeOverAtTheSameMomentAgree(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "a", "b")
	a, b := open[0], open[1]
	run := acceptOn(t, a, "").Runs[0]
	silence(t, address, "a")
	end := within(t, a, func() {
		if err := a.Damage(`UPDATE nodes SET heartbeat_at = heartbeat_at + ? WHERE id = 'a'`, 2*gonets.NodeDead.Milliseconds()); err != nil {
			t.Error(err)
		}
	})
	if n := rescueOthers(t, b); n != 0 {
		t.Errorf("%d runs were taken from a node that beats at this moment", n)
	}
	end()
	if n := rescueOthers(t, b); n != 0 || a.Epoch() != run.Lease.Epoch {
		t.Errorf("%d runs were taken from a node that has beaten", n)
	}
	silentFor(t, address, "a", 3*gonets.NodeDead)
	released := 0
	end = within(t, b, func() { released = rescueOthers(t, b) })
	beaten := make(chan error, 1)
	go func() {
		_, err := a.Beat(context.Background())
		beaten <- err
	}()
	end()
	if err := <-beaten; err != nil || released != 1 || a.Epoch() == run.Lease.Epoch {
		t.Errorf("%d runs were taken over, epoch %d after %d: %v", released, a.Epoch(), run.Lease.Epoch, err)
	}
}

// TestRetentionAndRerunDoNotMeet: retention of one node waits for nobody and takes
// nothing away that another one is about to use.
func TestRetentionAndRerunDoNotMeet(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 2, "a", "b")
	a, b := open[0], open[1]
	for _, s := range open {
		s.Clock.Advance(time.Hour)
	}
	first, second := acceptOn(t, a, "").Runs[0], acceptOn(t, a, "").Runs[0]
	for _, r := range []gonets.Run{first, second} {
		succeed(t, a, r)
	}
	prune := func(want int) {
		t.Helper()
		if n, err := b.Prune(t.Context(), b.Clock.Now().Add(time.Hour), 100); err != nil || n != want {
			t.Errorf("%d runs removed, want %d: %v", n, want, err)
		}
	}
	end := within(t, a, func() {
		if err := a.Damage(`UPDATE runs SET mark = mark WHERE id = ?`, second.ID); err != nil {
			t.Error(err)
		}
	})
	var again gonets.Job
	prune(1)
	end()
	end = within(t, a, func() {
		var err error
		if again, err = a.Rerun(context.Background(), gonets.Rerun{RunID: second.ID}); err != nil {
			t.Error(err)
		}
	})
	// Its event is in use at the moment: it stays for the next turn.
	prune(0)
	end()
	prune(1)
	if _, err := b.Event(t.Context(), again.Run.EventID); err != nil {
		t.Errorf("the event of a new run was removed: %v", err)
	}
	if _, err := b.Event(t.Context(), first.EventID); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("the event of a run that is gone: %v", err)
	}
	if _, err := a.Rerun(t.Context(), gonets.Rerun{RunID: second.ID}); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("a run that is gone ran again: %v", err)
	}
}

// TestSilenceAloneTakesNothingFromANode: when the database was away all nodes
// were silent, and what they had in memory is still theirs.
func TestSilenceAloneTakesNothingFromANode(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "a", "b")
	a, b := open[0], open[1]
	run, epoch := acceptOn(t, a, "").Runs[0], a.Epoch()
	silentFor(t, address, "a", time.Hour)
	// The other one came back first, and does not judge yet.
	if report, err := b.Rescue(t.Context(), gonets.Death{}); err != nil || report.Released != 0 {
		t.Errorf("%d runs were taken over at once: %v", report.Released, err)
	}
	if pulse, err := a.Beat(t.Context()); err != nil || pulse.Epoch != epoch || a.Epoch() != epoch {
		t.Errorf("epoch %d after a silence, %d before: %v", pulse.Epoch, epoch, err)
	}
	if n := rescueOthers(t, b); n != 0 {
		t.Errorf("%d runs of a node that came back were taken over", n)
	}
	if succeed(t, a, run) {
		t.Error("the reply that waited was fenced")
	}
}

// TestWokenNodeFreesWhatItsLastLifeTookLate: a commit that was under way when the
// node froze may come after others took its runs over.
func TestWokenNodeFreesWhatItsLastLifeTookLate(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "a", "b")
	a, b := open[0], open[1]
	acceptOn(t, a, "")
	silence(t, address, "a")
	if n := rescueOthers(t, b); n != 1 {
		t.Fatalf("%d runs were taken over", n)
	}
	late := acceptOn(t, a, "").Runs[0]
	epoch := a.Epoch()
	if _, err := a.Beat(t.Context()); err != nil || a.Epoch() <= epoch || late.Lease.Epoch != epoch {
		t.Fatalf("epoch %d after %d: %v", a.Epoch(), epoch, err)
	}
	if n := rescueOthers(t, b); n != 0 {
		t.Errorf("%d runs were taken from a node that lives again and frees them itself", n)
	}
	if report, err := a.Rescue(t.Context(), gonets.Death{}); err != nil || report.Released != 1 {
		t.Errorf("%d runs freed: %v", report.Released, err)
	}
	if !succeed(t, a, late) {
		t.Error("a lease of the ended life works")
	}
}

func TestNodesThatAreLongGoneAreForgotten(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "holds", "empty", "to come", "recent", "judge")
	run := acceptOn(t, open[0], "").Runs[0]
	for _, name := range []string{"empty", "recent"} {
		err := errors.Join(open[4].KeepOutcomes(t.Context(), name, "1", nil), open[4].KeepRejected(t.Context(), name, "1", nil))
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"holds", "empty"} {
		silentFor(t, address, name, gonets.NodeForgotten)
	}
	silentFor(t, address, "to come", -gonets.NodeForgotten-time.Hour)
	silentFor(t, address, "recent", gonets.NodeForgotten-time.Hour)
	list := func(query string) []string {
		t.Helper()
		names, err := open[4].Texts(query)
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if n := rescueOthers(t, open[4]); n != 1 {
		t.Fatalf("%d runs were taken over", n)
	}
	rescueOthers(t, open[4])
	if diff := cmp.Diff([]string{"holds", "judge", "recent"}, list(`SELECT id FROM nodes ORDER BY id`)); diff != "" {
		t.Errorf("the node with the newest life stays: %s", diff)
	}
	kept := list(`SELECT name FROM meta WHERE name LIKE 'outcomes/%' OR name LIKE 'rejected/%' ORDER BY name`)
	if diff := cmp.Diff([]string{"outcomes/recent", "rejected/recent"}, kept); diff != "" {
		t.Errorf("what is kept of nodes: %s", diff)
	}
	if !succeed(t, open[0], run) {
		t.Error("the lease of a dead node works")
	}
}

func TestServersThatHaveLongGivenNoSignAreGone(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "here", "quiet", "gone", "to come")
	silentFor(t, address, "quiet", 50*time.Minute)
	silentFor(t, address, "gone", 70*time.Minute)
	silentFor(t, address, "to come", -70*time.Minute) // the clock was set back
	got, err := open[0].Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"here", "quiet"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDeadNodesRunsAreTakenOverAndItsResultsFenced(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "a", "b")
	a, b := open[0], open[1]
	run := acceptOn(t, a, "").Runs[0]
	if !run.Lease.Held() || run.Lease.Node != "a" {
		t.Fatalf("%+v", run.Lease)
	}
	rescue := func(s storetest.Opened, want int) {
		t.Helper()
		if n := rescueOthers(t, s); n != want {
			t.Fatalf("%s rescued %d runs, want %d", s.Node(), n, want)
		}
	}
	rescue(b, 0)
	silence(t, address, "a")
	rescue(b, 1)
	jobs := claimOn(t, b, 10)
	if len(jobs) != 1 || jobs[0].Run.ID != run.ID {
		t.Fatalf("%d runs claimed", len(jobs))
	}
	attempts := func() []gonets.Attempt {
		t.Helper()
		d, err := b.Run(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		return d.Attempts
	}
	if got := attempts(); len(got) != 1 || got[0].N != 1 || got[0].Outcome != gonets.OutcomeUnknown || got[0].Charged {
		t.Errorf("what the dead node may have sent: %+v", got)
	}
	// The frozen node wakes: what it did counts for nothing, and it knows.
	if !succeed(t, a, run) {
		t.Error("the result of a node that counted as dead was taken")
	}
	old := a.Epoch()
	pulse, err := a.Beat(t.Context())
	if err != nil || pulse.Epoch == old || a.Epoch() != pulse.Epoch {
		t.Errorf("a woken node lives on in epoch %d (before %d): %v", pulse.Epoch, old, err)
	}
	if got := attempts(); len(got) != 1 || got[0].N != 1 || got[0].Outcome != gonets.OutcomeOK || !got[0].Fenced {
		t.Errorf("what the frozen node did send: %+v", got)
	}
	if succeed(t, b, jobs[0].Run) {
		t.Error("the new owner's result was fenced")
	}
	d, err := b.Run(t.Context(), run.ID)
	if err != nil || len(d.Attempts) != 2 || !d.Attempts[0].Fenced || d.Attempts[1].Fenced || d.Run.State != gonets.RunSucceeded {
		t.Errorf("the history shows %+v (%v)", d.Attempts, err)
	}
	if next, err := a.Beat(t.Context()); err != nil || next.Epoch != pulse.Epoch {
		t.Errorf("a beat in time gave epoch %d, want %d (%v)", next.Epoch, pulse.Epoch, err)
	}
}

// TestADeadNodeWhoseHeartbeatIsToComeIsDead: the database's clock was set back
// after its last one.
func TestADeadNodeWhoseHeartbeatIsToComeIsDead(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 3, "a", "b")
	acceptOn(t, open[0], "")
	silentFor(t, address, "a", -time.Hour)
	if got, err := open[1].LiveNodes(t.Context()); err != nil || len(got) != 1 || got[0].Name != "b" {
		t.Errorf("%+v live, %v", got, err)
	}
	if n := rescueOthers(t, open[1]); n != 1 {
		t.Errorf("%d runs were taken over", n)
	}
}

func TestTwoServersOfOneNameDoNotWorkTogether(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "a")
	if _, err := open[1].Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := open[0].Beat(t.Context()); gonets.CodeOf(err) != gonets.CodeStoreFailed {
		t.Errorf("the older one beats: %v", err)
	}
	select {
	case <-open[0].Failed():
	default:
		t.Error("the older one goes on")
	}
}

// hear listens on a node until the test ends and hands over what it hears.
func hear(t *testing.T, s storetest.Opened) <-chan hint.Hint {
	t.Helper()
	heard := make(chan hint.Hint, 100)
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		for ctx.Err() == nil {
			if err := s.Listen(ctx, func(h hint.Hint) { heard <- h }); err == nil {
				t.Error("listening ended without a reason")
			}
		}
	})
	t.Cleanup(func() {
		stop()
		group.Wait()
	})
	if h := <-heard; !h.Work || !h.Config {
		t.Errorf("a node that begins to listen looks at everything: %+v", h)
	}
	return heard
}

// TestANodeThatDidNotHearForAWhileAsksForErasures: a short trouble of the network ends no
// checks, and an erasure that it hid does.
func TestANodeThatDidNotHearForAWhileAsksForErasures(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 0, "a", "b")
	heard := hear(t, open[1])
	happens := func(st erase.State) {
		t.Helper()
		j := erase.Job{ID: newID(), State: erase.Found, By: "anna", CreatedAt: open[0].Clock.Now(), Value: "anna"}
		if err := open[0].CreateErasure(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if _, err := open[0].SteerErasure(t.Context(), j.ID, "anna", func(j *erase.Job) error { j.State = st; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		while func()
		want  bool
	}{
		{"nothing happens", func() {}, false},
		{"one is looked for", func() { happens(erase.Found) }, false},
		{"one is erased", func() { happens(erase.Finished) }, true},
		{"that was before", func() {}, false},
		{"one is being erased", func() { happens(erase.Erasing) }, true},
	} {
		for _, s := range open {
			s.Clock.Advance(2 * time.Minute)
		}
		if err := open[0].Tell(t.Context(), hint.Hint{Config: true}); err != nil {
			t.Fatal(err)
		}
		if h := <-heard; h.Work {
			t.Fatalf("%s: it began anew by itself: %+v", c.name, h)
		}
		for _, s := range open {
			s.Clock.Advance(2 * time.Minute)
		}
		c.while()
		if err := cluster.Exec(address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN gonets' AND datname = current_database()`); err != nil {
			t.Fatal(err)
		}
		if h := <-heard; !h.Work || h.Erased != c.want {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

func TestNodesHearHintsOfTheOthersAlone(t *testing.T) {
	t.Parallel()
	address, open := nodes(t, 0, "a", "b")
	a, b := hear(t, open[0]), hear(t, open[1])
	tell := func(s storetest.Opened, h hint.Hint) {
		t.Helper()
		if err := s.Tell(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if err := cluster.Exec(address, `NOTIFY gonets, 'nonsense'`); err != nil {
		t.Fatal(err)
	}
	want := hint.Hint{Work: true, Answered: []string{newID()}, Ended: []string{newID()}}
	tell(open[0], want)
	if diff := cmp.Diff(want, <-b); diff != "" {
		t.Error(diff)
	}
	// Its own hint came before this one, had it been handed over.
	tell(open[1], hint.Hint{Config: true})
	if diff := cmp.Diff(hint.Hint{Config: true}, <-a); diff != "" {
		t.Error(diff)
	}
	if err := cluster.Exec(address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN gonets' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	for h := range b {
		if h.Config && h.Work {
			break // listening again
		}
	}
	tell(open[0], want)
	if diff := cmp.Diff(want, <-b); diff != "" {
		t.Error(diff)
	}
}

func TestLargestHintFitsIntoANotification(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	b := hear(t, open[1])
	var h hint.Hint
	for range 2 * hint.MaxHintIDs {
		h.Merge(hint.Hint{Answered: []string{newID()}, Ended: []string{newID()}})
	}
	if err := open[0].Tell(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if got := <-b; len(got.Answered) != hint.MaxHintIDs || len(got.Ended) != hint.MaxHintIDs {
		t.Errorf("%d and %d ids", len(got.Answered), len(got.Ended))
	}
}

func TestNodesShareTheOriginOfAFastClock(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	first, _, err := open[0].ClockOrigin(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	again, now, err := open[1].ClockOrigin(t.Context(), 100)
	if err != nil || !again.Equal(first) || now.Before(first) {
		t.Errorf("%v and %v at %v (%v)", first, again, now, err)
	}
	if real := (gonets.SystemClock{}).Now(); now.Sub(real).Abs() > time.Minute {
		t.Errorf("the database is at %v, this machine at %v", now, real)
	}
}

// TestAnErasedKeyIsKnownOnEveryNode: also on one that has accepted events before
// and knows of no erasure.
func TestAnErasedKeyIsKnownOnEveryNode(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	first := acceptOn(t, open[0], "79990001122")
	if got := acceptOn(t, open[1], "79990001122"); got.EventID != first.EventID {
		t.Fatalf("%+v is no repeat of %s", got, first.EventID)
	}
	hide(t, open[0].Store, testkit.NewClock(), "79990001122")
	for _, s := range open {
		if got := acceptOn(t, s, "79990001122"); got.EventID != first.EventID || !got.Duplicate {
			t.Errorf("node %s: %+v is no repeat of %s", s.Node(), got, first.EventID)
		}
	}
}

// TestNodesKnowOfEachOthersChecks: a check is there for all nodes; which is left is told
// by the silence of its node.
func TestNodesKnowOfEachOthersChecks(t *testing.T) {
	t.Parallel()
	_, open := nodes(t, 0, "a", "b")
	a, b := open[0], open[1]
	run := gonets.Run{ID: newID(), Scenario: "x", State: gonets.RunCancelled, Reason: gonets.CodeCheckGoing, Lease: gonets.Lease{Node: "a"},
		Mark: gonets.MarkCheck, CreatedAt: a.Clock.Now()}
	d := gonets.RunDetail{Run: gonets.RunSummary{Run: run, Going: &gonets.GoingCheck{By: "anna"}}, Event: gonets.Event{Mark: gonets.MarkCheck}}
	if err := a.SaveCheck(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	seen := func(s storetest.Opened) string {
		list, err := s.OpenChecks(t.Context())
		if err != nil || len(list) != 1 {
			t.Fatalf("%v %v", list, err)
		}
		return fmt.Sprint(list[0].Reason, " ending ", list[0].Ending, " left ", list[0].Left)
	}
	if got := seen(b); got != "check.going ending false left false" {
		t.Error(got)
	}
	if err := b.EndCheck(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if got := seen(a); got != "check.going ending true left false" {
		t.Error(got)
	}
	a.Exec(t, `UPDATE nodes SET heartbeat_at = heartbeat_at - 60000 WHERE id = ?`, "a")
	if got := seen(b); got != "check.going ending true left true" {
		t.Error(got)
	}
	a.Exec(t, `ALTER TABLE nodes RENAME COLUMN heartbeat_at TO heard`)
	if list, err := b.OpenChecks(t.Context()); err == nil || list != nil {
		t.Errorf("while nobody knows which nodes there are: %v %v", list, err)
	}
}
