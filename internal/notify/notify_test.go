package notify

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func run(event, id string) gonets.Change { return gonets.Change{Kind: "run", ID: id, Event: event} }

// drain takes what waits in a channel now, by id.
func drain(c <-chan gonets.Change) (ids []string) {
	for {
		select {
		case v := <-c:
			ids = append(ids, v.ID)
		default:
			return ids
		}
	}
}

func TestSubscriberGetsEveryChangeUntilItLeaves(t *testing.T) {
	t.Parallel()
	var b Bus
	b.Publish(run("e", "before"))
	c, leave := b.Subscribe(10)
	other, leaveOther := b.Subscribe(10)
	defer leaveOther()
	b.Publish(run("e", "1"))
	b.Publish(gonets.Change{Kind: "config", ID: "2"})
	leave()
	leave()
	b.Publish(run("e", "3"))
	if diff := cmp.Diff([]string{"1", "2"}, drain(c)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "2", "3"}, drain(other)); diff != "" {
		t.Error(diff)
	}
}

// A publish that blocked would end this test by its time limit.
func TestPublishPassesByThoseWhoAreFull(t *testing.T) {
	t.Parallel()
	var b Bus
	full, leaveFull := b.Subscribe(1)
	defer leaveFull()
	roomy, leaveRoomy := b.Subscribe(2 * waiterBuffer)
	defer leaveRoomy()
	w := b.Await("e")
	defer w.Stop()
	var all []string
	for i := range 2 * waiterBuffer {
		all = append(all, fmt.Sprint(i))
		b.Publish(run("e", all[i]))
	}
	for name, tc := range map[string]struct{ want, got []string }{
		"full":   {all[:1], drain(full)},
		"roomy":  {all, drain(roomy)},
		"waiter": {all[:waiterBuffer], drain(w.C())},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWaiterGetsTheChangesOfItsEventAlone(t *testing.T) {
	t.Parallel()
	var b Bus
	// Registered before anything happens: nothing may be missed.
	first, second, other, nobody := b.Await("e"), b.Await("e"), b.Await("other"), b.Await("")
	b.Publish(run("e", "1"))
	b.Publish(run("other", "2"))
	b.Publish(gonets.Change{Kind: "config", ID: "3"})
	first.Stop()
	first.Stop()
	b.Publish(run("e", "4"))
	for name, tc := range map[string]struct {
		w    *Waiter
		want []string
	}{
		"stopped": {first, []string{"1"}}, "waiting": {second, []string{"1", "4"}}, "other": {other, []string{"2"}}, "of no event": {nobody, nil},
	} {
		if diff := cmp.Diff(tc.want, drain(tc.w.C())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		tc.w.Stop()
	}
	if len(b.waiters) != 0 {
		t.Errorf("%d events are remembered though nobody waits", len(b.waiters))
	}
}
