package stage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/script"
)

// clock is a time that passes by jumps. Who waits for it makes it pass.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// set never goes back.
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = gonets.Later(c.now, t.UTC())
}

func (c *clock) pass(d time.Duration) { c.set(c.Now().Add(d).Truncate(time.Millisecond)) }

// NewTimer lets the time pass at once: the only one who waits is the worker
// whose turn it is.
func (c *clock) NewTimer(d time.Duration) gonets.Timer {
	c.pass(d)
	fired := make(chan time.Time, 1)
	fired <- c.Now()
	return timer(fired)
}

type timer chan time.Time

func (t timer) C() <-chan time.Time { return t }
func (t timer) Stop() bool          { return false }

// quiet is for what nobody listens to.
type quiet struct{}

func (quiet) Publish(gonets.Change)       {}
func (quiet) Attempt(gonets.Outcome)      {}
func (quiet) RunFinished(gonets.RunState) {}

// life is a run on its way.
type life struct {
	job gonets.Job
	// due is when it may have its next turn.
	due time.Time
	// over is true when it waits for nothing, or for a person.
	over bool
	// tries counts the charged attempts of steps.
	tries map[string]int
}

// world is all that is around the engine: the store of the runs, the journal, the
// bus and the services.
type world struct {
	scene Scene
	clock *clock
	// back tells that the engine is done with the run for now.
	back chan struct{}

	mu    sync.Mutex
	story Story
	// lives are the runs, in the order of their events; playing is the one that the
	// engine has.
	lives   []*life
	playing *life
	// over is true between the commit that gives the run back and what follows it.
	over bool
	// path is the step whose request comes next.
	path    string
	cursors map[string]*script.Cursor

	book
}

func newWorld(sc Scene, c *clock) *world {
	w := &world{scene: sc, clock: c, back: make(chan struct{}, 1), cursors: map[string]*script.Cursor{}}
	w.story.Began = sc.At
	for i := range sc.More + 1 {
		at := sc.At.Add(time.Duration(i) * sc.Every)
		l := &life{due: at, tries: map[string]int{}}
		l.job = gonets.Job{Event: sc.Event, Replies: map[int]*gonets.Attempt{}, Run: gonets.Run{ID: w.runID(i), EventID: sc.Event.ID,
			Scenario: sc.Scenario.Name, Version: 1, State: gonets.RunQueued, CreatedAt: at, DueAt: at}}
		if i > 0 {
			l.job.Event.ID = l.job.Run.ID
			l.job.Event.ReceivedAt, l.job.Run.EventID = at, l.job.Event.ID
		}
		w.lives = append(w.lives, l)
	}
	w.book = book{clock: c, troubles: map[string]*news.Trouble{}, told: w.letter}
	return w
}

func (w *world) runID(i int) string {
	if i == 0 && w.scene.Run != "" {
		return w.scene.Run
	}
	return fmt.Sprintf(runIDs, i+1)
}

// first is the run whose time comes first; nil when none is on its way.
func (w *world) first() (found *life) {
	for _, l := range w.lives {
		if !l.over && (found == nil || l.due.Before(found.due)) {
			found = l
		}
	}
	return found
}

// take leases a run, as a claim does.
func (w *world) take(l *life) gonets.Job {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.playing = l
	run := &l.job.Run
	run.State = gonets.RunRunning
	run.Lease = gonets.Lease{Node: nodeID, Epoch: 1, Seq: run.Lease.Seq + 1}
	if run.StepAt.IsZero() {
		run.StepAt = w.clock.Now()
	}
	job := l.job
	job.Results = append([]gonets.StepResult(nil), l.job.Results...)
	job.Replies = maps.Clone(l.job.Replies)
	return job
}

// note adds a line to the story when it is of the first run.
func (w *world) note(l Line) {
	if w.playing == w.lives[0] {
		w.story.Lines = append(w.story.Lines, l)
	}
}

func (w *world) tell(l Line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story.Lines = append(w.story.Lines, l)
}

// letter is told of what people are told. What happened first stands first.
func (w *world) letter(at time.Time, b *news.Bundle) {
	told := slices.SortedStableFunc(slices.Values(b.Notices), func(a, b *news.Notice) int { return a.At.Compare(b.At) })
	n := told[0]
	l := Line{Kind: Letter, At: at, Path: n.Path, Letter: n.Kind, Over: !n.RecoveredAt.IsZero()}
	for _, more := range told[1:] {
		if more.Kind != n.Kind && !slices.Contains(l.Also, more.Kind) {
			l.Also = append(l.Also, more.Kind)
		}
	}
	for i := range b.Letters {
		l.Channels = append(l.Channels, b.Letters[i].Channel)
	}
	w.tell(l)
}

// Version is the only one that there is.
func (w *world) Version(context.Context, string, int) (*gonets.Version, error) {
	return &gonets.Version{Scenario: *w.scene.Scenario, N: 1, CreatedAt: w.scene.At}, nil
}

// Finish takes up a commit of the engine.
func (w *world) Finish(ctx context.Context, t gonets.Transition) (fenced bool, err error) {
	if err := w.Signal(ctx, t.Signals); err != nil {
		return false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.playing
	run := &l.job.Run
	l.job.Results = slices.DeleteFunc(append(l.job.Results, t.Results...), func(r gonets.StepResult) bool { return slices.Contains(t.Forget, r.Path) })
	if t.Answer != nil && w.story.Answer == nil && l == w.lives[0] {
		w.story.Answer = t.Answer
	}
	if a := t.Attempt; a != nil {
		if w.scene.Recorded {
			w.forget(l, a)
		}
		run.Attempts = a.N
		l.job.Replies[a.N] = a
		w.attempt(&t)
	}
	if t.State == gonets.RunWaiting && (t.Reason == "" || t.Attempt == nil) {
		l := Line{Kind: Wait, At: t.At, Path: t.Cursor, Next: t.DueAt, Why: ByStep}
		if t.Reason != "" {
			l.Why = ByQuiet
		}
		w.note(l)
	}
	run.State, run.Reason, run.Lane, run.DueAt = t.State, t.Reason, t.Lane, t.DueAt
	run.Cursor, run.Tries, run.StepAt, run.Mark = t.Cursor, t.Tries, t.StepAt, t.Mark
	run.Doubts, run.Asked, run.Renewal = t.Doubts, t.Asked, t.Renewal
	w.over = !t.KeepLease
	return false, nil
}

// forget lets go of what a step was replied before: a recorded play tells only of the
// last time, and a hundred tries may each have a large body.
func (w *world) forget(l *life, last *gonets.Attempt) {
	old := func(a *gonets.Attempt) bool { return a != nil && a.Path == last.Path && a.Purpose == last.Purpose }
	maps.DeleteFunc(l.job.Replies, func(_ int, a *gonets.Attempt) bool { return old(a) })
	w.story.Lines = slices.DeleteFunc(w.story.Lines, func(line Line) bool { return old(line.Attempt) })
}

// attempt tells of a request, and of what follows from it.
func (w *world) attempt(t *gonets.Transition) {
	a := t.Attempt
	l := Line{Kind: Attempt, At: a.StartedAt, Path: a.Path, Attempt: a, Step: gonets.FindStep(w.scene.Scenario.Steps, a.Path)}
	if a.Charged && l.Step != nil && l.Step.Sends() != nil {
		w.playing.tries[a.Path]++
		policy := w.playing.job.Run.Policy(a.Path, l.Step.Sends().Retry)
		l.N, l.Of = w.playing.tries[a.Path], tries(&policy)
		if t.State == gonets.RunWaiting && t.Reason != "" {
			l.Next, l.Why = t.DueAt, why(&policy, t)
		}
	}
	if a.Outcome == gonets.OutcomeTemplate {
		w.story.Error = a.Error
	}
	w.note(l)
}

// tries is how many a policy allows.
func tries(p *gonets.Retry) int {
	if p.Exponential != nil {
		return p.Exponential.Tries
	}
	return len(p.Delays) + 1
}

// why tells what made the next try's time later than its delay.
func why(p *gonets.Retry, t *gonets.Transition) Why {
	d, _ := p.Delay(t.Tries)
	latest := t.At.Add(d + time.Duration(float64(d)*gonets.MaxJitter) + time.Millisecond)
	switch {
	case !t.DueAt.After(latest):
		return ByDelay
	case gonets.RetryAfter(&t.Attempt.Exchange, t.At).Equal(t.DueAt):
		return ByRetryAfter
	}
	return ByQuiet
}

// Publish is the last thing of a commit: the run is back when it was given back.
func (w *world) Publish(gonets.Change) {
	w.mu.Lock()
	over := w.over
	w.over = false
	w.mu.Unlock()
	if over {
		w.back <- struct{}{}
	}
}

// Release takes the run back as it was.
func (w *world) Release(context.Context, []gonets.Run) error {
	w.mu.Lock()
	w.playing.job.Run.State = gonets.RunQueued
	w.mu.Unlock()
	w.back <- struct{}{}
	return nil
}

// Begin learns which step sends.
func (w *world) Begin(f gonets.InFlight) (done func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.path = f.Path
	return func() {}
}

// Reset and the following are for a server that begins and for a past that there
// is none of.
func (w *world) Reset(int64) error { return nil }

// Claim finds nothing: the stage hands the run over itself.
func (w *world) Claim(context.Context, gonets.Claim) ([]gonets.Job, error) { return nil, nil }

// Backlog is none.
func (w *world) Backlog(context.Context) ([]gonets.LaneBacklog, error) { return nil, nil }

// Rescue finds nothing to save.
func (w *world) Rescue(context.Context, gonets.Death) (r gonets.RescueReport, err error) {
	return r, nil
}

// Prune removes nothing.
func (w *world) Prune(context.Context, time.Time, int) (int, error) { return 0, nil }

// Stats are of nothing.
func (w *world) Stats(context.Context) (s gonets.StoreStats, err error) { return s, nil }
