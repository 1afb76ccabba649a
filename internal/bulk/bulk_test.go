package bulk_test

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/id"
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
	// apart is how many runs lie between those that carry it, 0 for ten.
	apart int
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
		case i%cmp.Or(h.apart, 10) == 0 && h.apart <= hundred:
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
	clock *testkit.Clock
	// walked, if any, is closed when the job's last run was met.
	walked chan struct{}
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
	if s.walked != nil && s.job.Walked {
		close(s.walked)
	}
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

// Looking for a text takes no pauses while it finds nothing: nobody waits for reading.
func TestASearchGoesOnWithoutAPause(t *testing.T) {
	t.Parallel()
	st, stop := searching(t, 2*hundred)
	select {
	case <-st.walked:
	case <-time.After(time.Minute):
		t.Error("it waits for the clock")
	}
	stop()
}

// What is done to the runs that carry it takes the pauses of any mass action.
func TestASearchThatActsLeavesOthersTheirTurn(t *testing.T) {
	t.Parallel()
	st, stop := searching(t, 1)
	st.clock.AwaitTimers(1)
	stop()
	if len(st.steps) > 2 { // one of them because it was just begun
		t.Errorf("%d pages without a pause", len(st.steps))
	}
}

// searching begins a mass action whose text is looked for in one run after another; the
// clock stands but for the time that looking takes.
func searching(t *testing.T, apart int) (st *one, stop func()) {
	t.Helper()
	clock := testkit.NewClock()
	st = &one{walked: make(chan struct{}), clock: clock}
	h := &texts{clock: clock, stretch: 1, each: time.Minute, apart: apart}
	s := bulk.New(bulk.Options{Store: st, History: h, Bus: &notify.Bus{}, Owner: "me", Clock: clock, Log: slog.New(slog.DiscardHandler)})
	if _, err := s.Begin(t.Context(), bulk.Wish{Action: string(gonets.ActionCancel), Filter: gonets.RunFilter{Text: "Anna"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st, func() {
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
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

// stands is a history of paused runs of which the rows are a step behind.
type stands struct{ bulk.History }

func (stands) Runs(_ context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	var l gonets.List[gonets.RunSummary]
	for _, name := range []string{"behind", "ends", "waits"} {
		l.Items = append(l.Items, gonets.RunSummary{Run: gonets.Run{ID: name, Scenario: "x", Version: 1, Cursor: "first", State: gonets.RunPaused}})
	}
	return l, nil
}

func (stands) Scenario(context.Context, string) (gonets.ScenarioInfo, error) {
	return gonets.ScenarioInfo{Version: 1}, nil
}

func (stands) Version(context.Context, string, int) (*gonets.Version, error) {
	return &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "first", HTTP: &gonets.HTTPStep{}}, {ID: "second", HTTP: &gonets.HTTPStep{}}}}}, nil
}

func (stands) Walked(context.Context, []gonets.RunSummary) (map[string][]gonets.StepResult, error) {
	first, second := gonets.StepResult{Path: "first", State: gonets.StepDone}, gonets.StepResult{Path: "second", State: gonets.StepDone}
	return map[string][]gonets.StepResult{"behind": {first}, "ends": {first, second}}, nil
}

// TestAPlanNamesTheStepThatIsSkipped: by what a run has done, as the skip itself sees it.
func TestAPlanNamesTheStepThatIsSkipped(t *testing.T) {
	t.Parallel()
	s := bulk.New(bulk.Options{History: stands{}, Clock: testkit.NewClock()})
	for action, want := range map[gonets.ActionKind]map[string]int{
		gonets.ActionSkip: {"first": 1, "second": 1}, gonets.ActionResume: {"first": 3},
	} {
		plan, err := s.Plan(t.Context(), bulk.Wish{Action: string(action)})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, g := range plan.Plan.Groups {
			got[g.Step] += g.Runs
		}
		if !maps.Equal(got, want) || plan.Total != 3 {
			t.Errorf("%s: %v of %d", action, got, plan.Total)
		}
	}
}

// carried is a history in which one run sent a key, and maybe others hold it as a value.
type carried struct {
	bulk.History
	bulk.Store
	run    string
	others int
	kept   bulk.Job
}

func (c *carried) Runs(context.Context, gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	l := gonets.List[gonets.RunSummary]{Items: []gonets.RunSummary{{Run: gonets.Run{ID: c.run}}}}
	for range c.others {
		l.Items = append(l.Items, gonets.RunSummary{Run: gonets.Run{ID: id.New()}})
	}
	return l, nil
}

func (c *carried) CreateBulk(_ context.Context, j bulk.Job, _ string) (bulk.Job, error) {
	c.kept = j
	return j, nil
}

// TestAKeyOfOursMeansTheRunForOlderServersToo: one of them may work on the job.
func TestAKeyOfOursMeansTheRunForOlderServersToo(t *testing.T) {
	t.Parallel()
	run := id.New()
	for others, want := range map[int]gonets.RunFilter{0: {ID: run}, 1: {Value: run + "-send"}} {
		c := &carried{run: run, others: others}
		s := bulk.New(bulk.Options{Store: c, History: c, Bus: &notify.Bus{}, Clock: testkit.NewClock()})
		if _, err := s.Begin(t.Context(), bulk.Wish{Action: string(gonets.ActionResume), Filter: gonets.RunFilter{Value: run + "-send"}}); err != nil {
			t.Fatal(err)
		}
		if f := c.kept.Filter; f.ID != want.ID || f.Value != want.Value {
			t.Errorf("with %d others the job is over %+v", others, f)
		}
	}
}
