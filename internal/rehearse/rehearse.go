// Package rehearse shows what a draft would do: what each value becomes, which
// request would be sent, and, when somebody wants it, what the service answers.
// It fills in and sends by the same programs and the same client as runs do, but
// once, at once, and outside of all lanes.
package rehearse

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/mask"
	"gonets/internal/step"
)

// Store is where events and earlier replies are found and checks are kept.
type Store interface {
	Event(ctx context.Context, id string) (gonets.Event, error)
	Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error)
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	Run(ctx context.Context, id string) (gonets.RunDetail, error)
	// SaveCheck keeps a check, or replaces what was kept of it before.
	SaveCheck(ctx context.Context, d gonets.RunDetail) error
}

// Examples are the replies that people kept for steps.
type Examples interface {
	SaveExample(ctx context.Context, e gonets.Example) error
	Examples(ctx context.Context, scenario string) ([]gonets.Example, error)
	ExampleReplies(ctx context.Context, scenario string, paths []string) ([]gonets.Attempt, error)
	DropExample(ctx context.Context, scenario, path string) error
}

// Sender makes one exchange, or only its request.
type Sender interface {
	step.Sender
	Preview(r *gonets.Request) *gonets.Exchange
}

// Usual is a field that a source usually sends.
type Usual struct {
	// Path is relative to the event: body.Phone.
	Path   string
	Type   string
	Ru, En string
}

// Options are what a [Room] needs; all members but Log.
type Options struct {
	Store    Store
	Examples Examples
	Sender   Sender
	Env      *step.Env
	Clock    gonets.Clock
	// Node is this server's name among those of its database.
	Node string
	// Usual are the fields that a source usually sends.
	Usual func(source string) []Usual
	// Saved are the saved requests as they are now; nil is none.
	Saved func(ctx context.Context) ([]gonets.SavedRequest, error)
	// Masks are the rules of what is hidden from people; nil hides credentials
	// only.
	Masks func() *mask.Rules
	Log   *slog.Logger
}

// Room is where drafts are tried. It is safe for concurrent use.
type Room struct{ Options }

// New makes a room.
func New(o Options) *Room {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Room{o}
}

// Ask says what to look at.
type Ask struct {
	Scenario *gonets.Scenario
	// Step is the path of the step that matters.
	Step string
	// EventID names a received event, Sample is a made-up one; with neither it is
	// the last event of the scenario's first source.
	EventID string
	Sample  *gonets.Event
}

func (r *Room) rules() *mask.Rules {
	if r.Masks == nil {
		return &mask.Rules{}
	}
	return r.Masks()
}

// Use gives the steps of a draft the saved requests that they name, as they are now,
// but for those that have theirs.
func (r *Room) Use(ctx context.Context, sc *gonets.Scenario) error {
	wanted := false
	gonets.WalkSteps(sc.Steps, func(_ string, st *gonets.Step) { wanted = wanted || st.Request != "" && st.Saved == nil })
	if !wanted || r.Saved == nil {
		return nil
	}
	saved, err := r.Saved(ctx)
	if err == nil {
		sc.Use(saved)
	}
	return err
}

// Hide is a run as people see it.
func (r *Room) Hide(d gonets.RunDetail) gonets.RunDetail { return r.rules().Run(d) }

// cover hides what people may not see of a scope and of what was made of it.
func (r *Room) cover(s *step.Scope) *mask.Cover {
	c := r.rules().Cover()
	for _, name := range []string{"event", "vars", "steps"} {
		if v, ok := s.Lookup(name); ok {
			c.Learn(name, v)
		}
	}
	c.LearnCookies(s.Cookies())
	return c
}

// noRun stands for the run's id where there is no run yet.
const noRun = "00000000-0000-7000-8000-000000000000"

// event finds the event; known tells whether it is one that was received.
func (r *Room) event(ctx context.Context, a Ask) (ev gonets.Event, known bool, err error) {
	source := ""
	if len(a.Scenario.Sources) > 0 {
		source = a.Scenario.Sources[0]
	}
	switch {
	case a.EventID != "":
		ev, err = r.Store.Event(ctx, a.EventID)
		return ev, true, err
	case a.Sample != nil:
		ev = *a.Sample
		if ev.Source == "" {
			ev.Source = source
		}
	case source != "":
		last, err := r.Store.Events(ctx, gonets.EventFilter{Source: source, Page: gonets.Page{Limit: 1}})
		if err != nil {
			return ev, false, err
		}
		if len(last.Items) > 0 {
			ev, err = r.Store.Event(ctx, last.Items[0].ID)
			return ev, true, err
		}
		ev.Source = source
	}
	if ev.Method == "" {
		ev.Method = "POST"
	}
	if ev.ContentType == "" {
		ev.ContentType = gonets.HeaderValue(ev.Headers, "Content-Type")
	}
	ev.ID, ev.ReceivedAt = id.New(), r.Clock.Now().UTC()
	return ev, false, nil
}

// Event finds the event on which something is tried; known is its id when it is
// one that was received.
func (r *Room) Event(ctx context.Context, a Ask) (ev gonets.Event, known string, err error) {
	ev, received, err := r.event(ctx, a)
	if received {
		known = ev.ID
	}
	return ev, known, err
}

// scope is what a run of the draft would see at its start.
func (r *Room) scope(d *step.Draft, runID string, ev *gonets.Event) (*step.Scope, error) {
	now := r.Clock.Now()
	s, err := step.NewScope(&gonets.Job{
		Run:   gonets.Run{ID: runID, EventID: ev.ID, Scenario: d.Scenario.Name, CreatedAt: now},
		Event: *ev,
	}, d.Program, r.Env)
	if err != nil {
		return nil, err
	}
	s.At(now)
	return s, nil
}

// advance does what comes before the step at a path, without a request: replies
// are those of the past.
func (r *Room) advance(d *step.Draft, s *step.Scope, target string, past Past) {
	walk := walker{draft: d, scope: s, target: target, past: past}
	walk.steps("", d.Scenario.Steps)
}

type walker struct {
	draft  *step.Draft
	scope  *step.Scope
	target string
	past   Past
}

// steps tells whether the target was reached.
func (w *walker) steps(parent string, steps []gonets.Step) bool {
	for i := range steps {
		st := &steps[i]
		path := gonets.StepPath(parent, st.ID)
		if path == w.target {
			return true
		}
		var branch []gonets.Step
		yes, err := w.draft.When(path, w.scope)
		switch h := w.draft.HTTP(path); {
		case w.draft.Broken(path) || err != nil || !yes:
		case h != nil:
			w.past.finish(h, path, st, w.scope)
		default:
			// A step that fails leaves its values missing, which is then seen.
			res, err := w.draft.Run(path, w.scope)
			branch = st.Else
			if string(res.Step.Value) == "true" {
				branch = st.Then
			}
			if err != nil {
				branch = nil
			}
		}
		if w.steps(path, w.towards(path, st, branch)) {
			return true
		}
	}
	return false
}

// towards is the branch that holds the target, else the one that is taken.
func (w *walker) towards(path string, st *gonets.Step, taken []gonets.Step) []gonets.Step {
	for _, branch := range [][]gonets.Step{st.Then, st.Else} {
		if w.within(path) && w.holds(path, branch) {
			return branch
		}
	}
	return taken
}

// within tells whether the target is somewhere inside the step at a path.
func (w *walker) within(path string) bool {
	return len(w.target) > len(path) && w.target[:len(path)] == path && w.target[len(path)] == '/'
}

func (w *walker) holds(path string, steps []gonets.Step) bool {
	return slices.ContainsFunc(steps, func(st gonets.Step) bool {
		child := gonets.StepPath(path, st.ID)
		return child == w.target || w.within(child)
	})
}
