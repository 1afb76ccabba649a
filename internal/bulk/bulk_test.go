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
	"gonets/internal/seek"
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

// texts are a hundred runs, each tenth of which carries the text, and the fiftieth
// cannot be read; they are met so many at a time.
type texts struct {
	bulk.History
	clock   *testkit.Clock
	each    time.Duration
	stretch int
}

const hundred = 100

func (h *texts) Runs(_ context.Context, f gonets.RunFilter) (l gonets.List[gonets.RunSummary], err error) {
	if f.Text != "" {
		return l, gonets.Errorf(gonets.CodeQueryText, "texts are not looked for here")
	}
	for i := range hundred {
		l.Items = append(l.Items, gonets.RunSummary{Run: gonets.Run{ID: strconv.Itoa(i)}})
	}
	return l, nil
}

func (h *texts) Scenario(context.Context, string) (gonets.ScenarioInfo, error) {
	return gonets.ScenarioInfo{}, gonets.Errorf(gonets.CodeNotFound, "deleted")
}

func (h *texts) Carrying(_ context.Context, f gonets.RunFilter, most time.Duration) (s seek.Stretch, err error) {
	h.clock.Advance(min(h.each, most))
	from, _ := strconv.Atoi(f.Page.Cursor)
	for i := from; i < hundred; i++ {
		if s.Looked == h.stretch || len(s.Items) == f.Page.Size() {
			s.Next = strconv.Itoa(i)
			return s, nil
		}
		s.Looked++
		switch {
		case i == 50:
			s.Unread, s.Damage = s.Unread+1, gonets.Errorf(gonets.CodeInternal, "damaged")
		case i%10 == 0:
			s.Items = append(s.Items, gonets.RunSummary{Run: gonets.Run{ID: strconv.Itoa(i)}})
		}
	}
	return s, nil
}

// one is a store with one job, which it moves as the real one does.
type one struct {
	bulk.Store
	job   bulk.Job
	steps []bulk.Step
}

func (s *one) TakeBulks(context.Context, bulk.Owner, time.Time) ([]bulk.Job, error) {
	if s.job.Walked {
		return nil, nil
	}
	return []bulk.Job{s.job}, nil
}

func (s *one) CreateBulk(_ context.Context, j bulk.Job, _ string) (bulk.Job, error) {
	s.job, s.job.State = j, bulk.Running
	return s.job, nil
}

func (s *one) StepBulk(_ context.Context, step bulk.Step) (bulk.Stepped, error) {
	s.steps = append(s.steps, step)
	s.job.Acted, s.job.Refused, s.job.Total = s.job.Acted+len(step.Runs), s.job.Refused+step.Unread, s.job.Total-step.Missed
	s.job.Position, s.job.Walked = step.Next, step.Last
	after := s.job
	return bulk.Stepped{Job: &after}, nil
}

func (s *one) UnsettledBulks(context.Context) ([]string, error) { return nil, nil }
func (s *one) SettleBulk(context.Context, string, bulk.Look) (bool, bulk.Look, error) {
	return false, bulk.Look{}, nil
}

func TestAJobAsksItsRunsForTheTextAndLosesThoseWithoutIt(t *testing.T) {
	t.Parallel()
	for _, stretch := range []int{1, 7, hundred} {
		clock, st := testkit.NewClock(), &one{}
		h := &texts{clock: clock, stretch: stretch}
		s := bulk.New(bulk.Options{Store: st, History: h, Bus: &notify.Bus{}, Owner: "me", Clock: clock, Log: slog.New(slog.DiscardHandler)})
		wish := bulk.Wish{Action: string(gonets.ActionCancel), Filter: gonets.RunFilter{Text: "Anna"}}
		plan, err := s.Plan(t.Context(), wish)
		if whole := stretch == hundred; err != nil || plan.AtMost == whole || plan.Total != map[bool]int{true: 10, false: hundred}[whole] {
			t.Errorf("in stretches of %d: planned %+v, %v", stretch, plan, err)
		}
		made, err := s.Begin(t.Context(), wish)
		if err != nil || made.Total != hundred || !made.AtMost || made.ETA != nil {
			t.Errorf("in stretches of %d: %+v, %v", stretch, made, err)
		}
		var met []string
		for range 20 {
			s.Turn(t.Context())
			clock.Advance(bulk.Tick)
		}
		for _, step := range st.steps {
			met = append(met, step.Runs...)
		}
		if want := []string{"0", "10", "20", "30", "40", "60", "70", "80", "90"}; !slices.Equal(met, want) {
			t.Errorf("in stretches of %d: met %v", stretch, met)
		}
		if j := st.job; !j.Walked || j.Total != 10 || j.Acted != 9 || j.Refused != 1 || j.AtMost() {
			t.Errorf("in stretches of %d: %+v", stretch, j)
		}
	}
}

// However slowly bodies are read, a turn ends within the lease.
func TestATextIsLookedForNoLongerThanOthersMayWait(t *testing.T) {
	t.Parallel()
	clock, st := testkit.NewClock(), &one{}
	h := &texts{clock: clock, stretch: 1, each: time.Minute}
	s := bulk.New(bulk.Options{Store: st, History: h, Bus: &notify.Bus{}, Owner: "me", Clock: clock, Log: slog.New(slog.DiscardHandler)})
	if _, err := s.Begin(t.Context(), bulk.Wish{Action: string(gonets.ActionCancel), Filter: gonets.RunFilter{Text: "Anna"}}); err != nil {
		t.Fatal(err)
	}
	s.Turn(t.Context())
	if len(st.steps) != 1 || st.job.Walked {
		t.Errorf("%d stretches in a turn", len(st.steps))
	}
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
