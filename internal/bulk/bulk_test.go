package bulk_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/notify"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// shelf is a store with one job over endless runs, each of which takes its time.
type shelf struct {
	bulk.Store
	clock *testkit.Clock
	// commit is how long a page waits for its commit, own how long its statements
	// take, each how much longer for each run.
	commit, own, each time.Duration
	err               error
	// pages are the sizes of the pages that were worked on, asked how often.
	pages []int
	asked int
}

func (s *shelf) TakeBulks(context.Context, bulk.Owner, time.Time) ([]bulk.Job, error) {
	return []bulk.Job{{ID: "b", Action: gonets.ActionCancel, State: bulk.Running}}, nil
}

func (s *shelf) StepBulk(_ context.Context, step bulk.Step) (bulk.Stepped, error) {
	s.asked++
	if s.err != nil {
		return bulk.Stepped{}, s.err
	}
	took := s.own + time.Duration(len(step.Runs))*s.each
	s.clock.Advance(s.commit + took)
	s.pages = append(s.pages, len(step.Runs))
	after := *step.Job
	after.Position += "x"
	return bulk.Stepped{Job: &after, Took: took}, nil
}

func (s *shelf) UnsettledBulks(context.Context) ([]string, error) { return nil, nil }
func (s *shelf) SettleBulk(context.Context, string, bulk.Look) (bool, bulk.Look, error) {
	return false, bulk.Look{}, nil
}

type endless struct{ bulk.History }

func (endless) Runs(_ context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	l := gonets.List[gonets.RunSummary]{Next: "more"}
	for i := range f.Page.Limit {
		l.Items = append(l.Items, gonets.RunSummary{Run: gonets.Run{ID: strconv.Itoa(i)}})
	}
	return l, nil
}

func newService(each time.Duration) (*bulk.Service, *shelf) {
	clock := testkit.NewClock()
	st := &shelf{clock: clock, each: each}
	return bulk.New(bulk.Options{Store: st, History: endless{}, Bus: &notify.Bus{}, Owner: "me", Clock: clock, Log: slog.New(slog.DiscardHandler)}), st
}

func TestPagesAreAsLargeAsTheDatabaseIsQuick(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		commit, own, each time.Duration
		least, most       int
	}{
		{0, 0, time.Microsecond, bulk.StepSize, bulk.StepSize},
		{time.Second, 0, time.Microsecond, bulk.StepSize, bulk.StepSize}, // others wait for nothing of it
		{0, 15 * time.Millisecond, time.Microsecond, bulk.StepSize, bulk.StepSize},
		{0, 0, 250 * time.Microsecond, 64, 128}, {0, 15 * time.Millisecond, 250 * time.Microsecond, 32, 64},
		{0, 0, 5 * time.Millisecond, 4, 8}, {0, time.Second, time.Second, 4, 4},
	} {
		s, st := newService(tt.each)
		st.commit, st.own = tt.commit, tt.own
		s.Turn(t.Context())
		late := st.pages[len(st.pages)/2 : len(st.pages)-1]
		if len(st.pages) < 5 || slices.Min(late) < tt.least || slices.Max(late) > tt.most {
			t.Errorf("%+v: pages of %v", tt, st.pages)
		}
	}
}

func TestAJobThatCannotBeWorkedOnRests(t *testing.T) {
	t.Parallel()
	s, st := newService(time.Millisecond)
	st.err = gonets.Errorf(gonets.CodeStoreAway, "away")
	turns := func(n int) (asked int) {
		before := st.asked
		for range n {
			s.Turn(t.Context())
			st.clock.Advance(bulk.Tick)
		}
		return st.asked - before
	}
	if asked := turns(5 * 600); asked < 10 || asked > 30 {
		t.Errorf("asked %d times in ten minutes", asked)
	}
	st.err = nil
	turns(5 * 61)
	if len(st.pages) == 0 {
		t.Error("the job never went on")
	}
}
