// Package hindsight tells, before a scenario is published, what it would have sent
// for the events that came: each is played by the stage with the replies that its
// run had, nothing is sent or stored, and what would be sent is compared with what
// was.
package hindsight

import (
	"context"
	"errors"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/rehearse"
	"gonets/internal/script"
	"gonets/internal/stage"
	"gonets/internal/step"
)

const (
	// pageSize is how many events are played for one answer, perEvent how long one
	// may take: together less than an answer may.
	pageSize = 10
	perEvent = 2 * time.Second
)

// Looker looks back, for one at a time: what an event carries, and its run was
// replied, is in memory once.
type Looker struct {
	*rehearse.Room
	// PerEvent is how long an event may take, from the plays to what differs.
	PerEvent time.Duration
	seat     chan struct{}
}

// New makes a looker that finds in the room what it needs.
func New(r *rehearse.Room) *Looker {
	return &Looker{Room: r, PerEvent: perEvent, seat: make(chan struct{}, 1)}
}

// Ask says what is compared.
type Ask struct {
	// Draft is what the scenario may become, Now the version that is published; nil
	// when there is none.
	Draft *gonets.Scenario
	Now   *gonets.Version
	// Cursor leads to a further page.
	Cursor string
}

// Look plays a page of the last events through the draft.
func (l *Looker) Look(ctx context.Context, a Ask) (out api.SentComparison, err error) {
	out.Items = []api.EventPlayed{}
	if err := l.Use(ctx, a.Draft); err != nil {
		return out, err
	}
	if problems := step.CompileDraft(a.Draft).Problems; len(problems) > 0 {
		return out, &gonets.Error{Code: gonets.CodeInvalid, Message: "The scenario cannot be compared before these mistakes are corrected.", Problems: problems}
	}
	if a.Now != nil {
		out.Version = a.Now.N
	}
	page, err := l.Store.Runs(ctx, gonets.RunFilter{Scenario: a.Draft.Name, Page: gonets.Page{Cursor: a.Cursor, Limit: pageSize}})
	if err != nil {
		return out, err
	}
	out.Next = page.Next
	for i := range page.Items {
		played, err := l.run(ctx, &a, &page.Items[i])
		if err != nil {
			return out, err
		}
		if played != nil {
			out.Items = append(out.Items, *played)
		}
	}
	return out, nil
}

// run plays the event of a run; nil is one that is gone, or for which a newer run
// speaks.
func (l *Looker) run(ctx context.Context, a *Ask, run *gonets.RunSummary) (*api.EventPlayed, error) {
	select {
	case l.seat <- struct{}{}:
		defer func() { <-l.seat }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	out := &api.EventPlayed{Run: run.ID, At: run.CreatedAt, Differences: []api.SentDifference{}}
	unplayed := func(why string) (*api.EventPlayed, error) {
		out.Outcome, out.Why = api.PlayedNot, why
		return out, nil
	}
	d, err := l.Store.Run(ctx, run.ID)
	switch gonets.CodeOf(err) {
	case "":
	case gonets.CodeNotFound:
		return nil, nil
	default:
		return nil, err
	}
	if again, err := l.rerun(ctx, &d); again || err != nil {
		return nil, err
	}
	if d.Event.Mark == gonets.MarkErased {
		return unplayed(api.UnplayedErased)
	}
	if len(d.Unread) > 0 {
		return unplayed(api.UnplayedDamaged)
	}
	err = l.compare(ctx, a, &d, out)
	if errors.Is(err, stage.ErrEndless) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return unplayed(api.UnplayedTooLong)
	}
	return out, err
}

// rerun tells whether the event has a newer run.
func (l *Looker) rerun(ctx context.Context, d *gonets.RunDetail) (bool, error) {
	if len(d.Reruns) == 0 {
		return false, nil
	}
	newest, err := l.Store.Runs(ctx, gonets.RunFilter{Scenario: d.Run.Scenario, EventID: d.Run.EventID, Page: gonets.Page{Limit: 1}})
	return err == nil && len(newest.Items) > 0 && newest.Items[0].ID != d.Run.ID, err
}

// compare plays an event through the draft and through the published version.
func (l *Looker) compare(ctx context.Context, a *Ask, d *gonets.RunDetail, out *api.EventPlayed) error {
	ctx, cancel := context.WithTimeout(ctx, l.PerEvent)
	defer cancel()
	becomes, err := l.play(ctx, d, a.Draft)
	if err != nil {
		return err
	}
	out.Step, out.Problem = becomes.end, becomes.problem
	if a.Now != nil {
		was, err := l.play(ctx, d, &a.Now.Scenario)
		if err != nil {
			return err
		}
		out.Differences, out.More = differences(was, becomes, sent(l.Hide(*d), a.Now))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	switch {
	case becomes.problem != nil:
		out.Outcome = api.PlayedUnbuilt
	case len(out.Differences) > 0:
		out.Outcome = api.PlayedDiffers
	case becomes.end != "":
		out.Outcome = api.PlayedUnanswered
	case a.Now == nil:
		out.Outcome = api.PlayedBuilt
	default:
		out.Outcome = api.PlayedSame
	}
	return nil
}

// play is what would come of a run's event now, as people see it.
func (l *Looker) play(ctx context.Context, d *gonets.RunDetail, sc *gonets.Scenario) (*played, error) {
	past := rehearse.Answered(d, sc)
	scene := stage.Scene{Scenario: sc, Event: d.Event, Run: d.Run.ID, At: d.Run.CreatedAt, Env: l.Env, Recorded: true, Usual: map[string]script.Step{}}
	for path, a := range past {
		// What was cut short would be read as if it were all.
		if !bare(a) && !a.ReplyCut && a.Outcome != gonets.OutcomeUnknown {
			scene.Usual[path] = stage.Recorded(a)
		}
	}
	story, err := stage.Play(ctx, scene)
	if err != nil {
		return nil, err
	}
	out := &played{first: gonets.FirstPaths(sc.Steps), end: story.Silent}
	shown := gonets.RunDetail{Run: d.Run, Event: d.Event, Version: &gonets.Version{Scenario: *sc}, Results: story.Results}
	shown.Event.Answer = story.Answer
	for i := range story.Sent {
		s := &story.Sent[i]
		made := gonets.Attempt{N: i + 1, Path: s.Path, Exchange: *l.Sender.Preview(s.Request)}
		if a := past[s.Path]; a != nil {
			made.ReplyHeaders, made.ReplyBody = a.ReplyHeaders, a.ReplyBody
		}
		shown.Attempts = append(shown.Attempts, made)
		if made.Outcome != gonets.OutcomeOK {
			out.end, out.problem = s.Path, refused(sc, &made)
			break
		}
	}
	if path := stuck(story); path != "" && out.problem == nil {
		out.end = path
		if out.problem, err = l.failure(scene, story, path); err != nil {
			return out, err
		}
	}
	shown = l.Hide(shown)
	out.take(&shown)
	return out, nil
}

// refused is that nothing may be sent to where a request goes.
func refused(sc *gonets.Scenario, a *gonets.Attempt) *gonets.Problem {
	return &gonets.Problem{Code: a.Code, Message: a.Error, Pointer: step.CompileDraft(sc).PointerOf(a.Path) + "/http/url"}
}

// stuck is the step that could not be done; empty when all could.
func stuck(story *stage.Story) string {
	for i := range story.Lines {
		if a := story.Lines[i].Attempt; a != nil && a.URL == "" {
			return a.Path
		}
	}
	return ""
}

// failure is why a step could not be done.
func (l *Looker) failure(sc stage.Scene, story *stage.Story, path string) (*gonets.Problem, error) {
	job := &gonets.Job{Event: sc.Event, Results: story.Results, Replies: map[int]*gonets.Attempt{},
		Run: gonets.Run{ID: sc.Run, EventID: sc.Event.ID, Scenario: sc.Scenario.Name, CreatedAt: sc.At, StepAt: story.Ended}}
	for i := range story.Lines {
		if a := story.Lines[i].Attempt; a != nil {
			job.Replies[a.N] = a
		}
	}
	if p, err := l.Failure(sc.Scenario, job, path); err != nil || p != nil {
		return p, err
	}
	return &gonets.Problem{Code: story.Reason, Message: story.Error, Pointer: step.CompileDraft(sc.Scenario).PointerOf(path)}, nil
}
