package checking_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/hint"
	"gonets/internal/httpapi/checking"
)

// book is what the servers of one database know of checks.
type book struct {
	mu   sync.Mutex
	open []gonets.OpenCheck
	fail error
	lost []string
}

func (b *book) OpenChecks(context.Context) ([]gonets.OpenCheck, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.open), b.fail
}

func (b *book) EndCheck(_ context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.open {
		if b.open[i].ID == id {
			b.open[i].Ending = true
			return nil
		}
	}
	return gonets.Errorf(gonets.CodeNotFound, "no %s", id)
}

func (b *book) LoseCheck(_ context.Context, id string, _ time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = append(b.lost, id)
	b.open = slices.DeleteFunc(b.open, func(one gonets.OpenCheck) bool { return one.ID == id })
	return nil
}

func kept(id, node string) gonets.OpenCheck {
	return gonets.OpenCheck{RunSummary: gonets.RunSummary{Run: gonets.Run{ID: id, Scenario: "lead", Reason: gonets.CodeCheckGoing, Lease: gonets.Lease{Node: node}, Attempts: 2},
		Going: &gonets.GoingCheck{Title: "Lead", By: "anna", At: "deal"}}}
}

// between are two servers of one database in a bubble where time is not waited for.
func between(t *testing.T, f func(b *book, here, there *checking.Room, tr *trial)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, tr, stopping := &book{}, &trial{sizes: make(chan int)}, make(chan struct{})
		o := checking.Options{Rehearsal: tr, Book: b, Node: "here", Tell: func(hint.Hint) {}, Judges: func() bool { return true }, Stopping: stopping, Clock: gonets.SystemClock{}}
		here := checking.New(o)
		o.Node = "there"
		f(b, here, checking.New(o), tr)
		close(stopping)
		synctest.Wait()
	})
}

func TestChecksOfAllServersAreListed(t *testing.T) {
	between(t, func(b *book, here, there *checking.Room, _ *trial) {
		begin(here, wishes{goesOn: true})
		begin(here, wishes{goesOn: true}) // c2 has sent nothing yet, and stands nowhere else
		ending, lost, reader, request := kept("c3", "there"), kept("c4", ""), kept("c5", "there"), kept("c6", "there")
		ending.Ending, lost.Reason, reader.Going, request.Scenario = true, gonets.CodeCheckLost, nil, "request/chat/draft"
		b.open = []gonets.OpenCheck{kept("c1", "here"), ending, lost, reader, request}
		for room, want := range map[*checking.Room][]string{
			here:  {"c1 going lead", "c2 going lead", "c3 ending lead, elsewhere", "c4 lost lead", "c6 going chat, elsewhere"},
			there: {"c1 going lead, elsewhere", "c3 ending lead", "c4 lost lead", "c6 going chat"},
		} {
			list, err := room.List(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range list.Body.Items {
				text := one.RunID + " " + one.State + " " + one.Scenario + one.Request
				if one.Elsewhere {
					text += ", elsewhere"
				}
				got = append(got, text)
				if one.By != "anna" || one.Title != "Lead" || one.RunID != "c2" && (one.At != "deal" || one.Requests != 2) {
					t.Errorf("%+v", one)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// A hint may be lost: the one that has the check looks by itself.
func TestACheckIsEndedFromAnotherServer(t *testing.T) {
	between(t, func(b *book, here, there *checking.Room, tr *trial) {
		begin(here, wishes{goesOn: true})
		b.open = []gonets.OpenCheck{kept("c1", "here")}
		looks := here.Looks()
		if err := looks.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := there.Cancel(t.Context(), &checking.ID{ID: "c1"}); err != nil {
			t.Fatal(err)
		}
		if synctest.Wait(); len(tr.ends()) > 0 {
			t.Fatal("it ended before it was told to")
		}
		time.Sleep(gonets.NodeBeat + time.Second)
		if len(tr.ends()) != 1 || len(b.lost) > 0 {
			t.Errorf("ended: %v, lost: %v", tr.ends(), b.lost)
		}
		if err := looks.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := there.Cancel(t.Context(), &checking.ID{ID: "nobody"}); gonets.CodeOf(err) != gonets.CodeNotFound {
			t.Errorf("%v", err)
		}
	})
}

func TestChecksThatNoServerHasAreLost(t *testing.T) {
	for name, c := range map[string]struct {
		judges bool
		want   []string
	}{
		"a server that knows":           {true, []string{"own", "left"}},
		"one that was silent by itself": {false, []string{"own"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			left, lost := kept("left", "gone"), kept("lost", "")
			left.Left, lost.Reason, lost.Left = true, gonets.CodeCheckLost, true
			b := &book{open: []gonets.OpenCheck{kept("own", "here"), left, kept("there", "there"), lost}}
			checking.New(checking.Options{Book: b, Node: "here", Judges: func() bool { return c.judges }, Clock: gonets.SystemClock{}}).Look(t.Context())
			if diff := cmp.Diff(c.want, b.lost); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNothingIsLostWhileNobodyKnows(t *testing.T) {
	t.Parallel()
	left := kept("left", "there")
	left.Left = true
	b := &book{open: []gonets.OpenCheck{left}, fail: gonets.Errorf(gonets.CodeStoreFailed, "the connection broke")}
	checking.New(checking.Options{Book: b, Node: "here", Judges: func() bool { return true }, Clock: gonets.SystemClock{}}).Look(t.Context())
	if len(b.lost) > 0 {
		t.Errorf("lost: %v", b.lost)
	}
}

// A server that was cut off comes back: what a person said of its check meanwhile counts.
func TestWhatWasTakenForLostGoesOnUnlessItWasEnded(t *testing.T) {
	between(t, func(b *book, here, _ *checking.Room, tr *trial) {
		begin(here, wishes{goesOn: true})
		lost := kept("c1", "")
		lost.Reason = gonets.CodeCheckLost
		b.open = []gonets.OpenCheck{lost}
		here.Look(t.Context())
		if synctest.Wait(); len(tr.ends()) > 0 {
			t.Fatal("it ended before a person wanted it to")
		}
		b.open[0].Ending = true
		here.Look(t.Context())
		if synctest.Wait(); len(tr.ends()) != 1 || len(b.lost) > 0 {
			t.Errorf("ended: %v, lost: %v", tr.ends(), b.lost)
		}
	})
}

func TestWhatIsLostIsNoted(t *testing.T) {
	t.Parallel()
	lost := kept("lost", "")
	lost.Reason = gonets.CodeCheckLost
	b := &book{open: []gonets.OpenCheck{lost}}
	r := checking.New(checking.Options{Book: b, Node: "here", Tell: func(hint.Hint) {}, Judges: func() bool { return true }, Clock: gonets.SystemClock{}})
	list, err := r.List(t.Context(), nil)
	if err != nil || len(list.Body.Items) != 1 || list.Body.Items[0].State != api.CheckLost {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := r.Cancel(t.Context(), &checking.ID{ID: "lost"}); err != nil || !b.open[0].Ending || len(b.lost) > 0 {
		t.Errorf("%v %+v", err, b)
	}
	if list, err = r.List(t.Context(), nil); err != nil || len(list.Body.Items) > 0 {
		t.Errorf("what was noted is told again: %+v %v", list, err)
	}
}
