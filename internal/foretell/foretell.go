// Package foretell answers the question what would become of an event while
// services fail, for a draft or a version: the room of rehearsals finds the event
// and how services answered last, the stage plays it, and what happened there is
// put as the API shows it.
package foretell

import (
	"context"
	"fmt"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/explain"
	"gonets/internal/rehearse"
	"gonets/internal/script"
	"gonets/internal/stage"
	"gonets/internal/step"
)

// Teller foretells, and does what its room does.
type Teller struct{ *rehearse.Room }

// Foretell plays an event through a scenario. Nothing is sent, stored or counted.
func (t Teller) Foretell(ctx context.Context, a rehearse.Ask, in *api.Rehearsal) (api.RehearsalResult, error) {
	out := api.RehearsalResult{Lines: []api.RehearsalLine{}}
	scene, known, err := t.scene(ctx, &a, in.Outages)
	if err == nil {
		err = stream(&scene, in.Every)
	}
	if err != nil {
		return out, err
	}
	story, err := stage.Play(ctx, scene)
	if err != nil {
		return out, err
	}
	set := t.Env.Settings()
	out.Began, out.Ended, out.State, out.Told = story.Began, story.Ended, string(story.State), stage.Tells(&set)
	out.Event = known
	if o := &story.Others; scene.More > 0 {
		out.Others = &api.RehearsalOthers{Events: o.Events, Succeeded: o.Done, Paused: o.Waiting, Failed: o.Failed, Attempts: o.Attempts}
		if !o.Last.IsZero() {
			out.Others.Last = &o.Last
		}
	}
	for i := range story.Lines {
		out.Lines = append(out.Lines, line(&story.Lines[i], set.Zone()))
	}
	return out, nil
}

func (t Teller) scene(ctx context.Context, a *rehearse.Ask, outages []api.Outage) (sc stage.Scene, known string, err error) {
	if err := t.Use(ctx, a.Scenario); err != nil {
		return sc, "", err
	}
	sc = stage.Scene{Scenario: a.Scenario, At: t.Clock.Now(), Env: t.Env, Scripts: map[string][]script.Step{}}
	if problems := step.CompileDraft(a.Scenario).Problems; len(problems) > 0 {
		return sc, "", &gonets.Error{Code: gonets.CodeInvalid, Message: "The scenario cannot be rehearsed before these mistakes are corrected.", Problems: problems}
	}
	for i := range outages {
		o, pointer := &outages[i], fmt.Sprintf("/outages/%d", i)
		if st := gonets.FindStep(a.Scenario.Steps, o.Step); o.Step != "" && (st == nil || !st.IsRequest()) {
			return sc, "", mistake(pointer+"/step", gonets.CodeBadChoice, "%s is %q; it must be %s", "step", o.Step, "http")
		}
		steps, err := script.Parse(o.Script)
		if err != nil {
			return sc, "", mistake(pointer+"/script", codeScript, "%s", err)
		}
		sc.Scripts[o.Step] = steps
	}
	if sc.Event, known, err = t.Event(ctx, *a); err != nil {
		return sc, "", err
	}
	past, err := t.Past(ctx, a.Scenario)
	if err != nil {
		return sc, "", err
	}
	sc.Usual = usual(past)
	return sc, known, nil
}

const (
	// maxMore bounds further events, minEvery how fast they come.
	maxMore  = 300
	minEvery = time.Second
	// anHour is how long they come where no script says how long it lasts.
	anHour = time.Hour
	aDay   = 24 * time.Hour
)

// stream lets the like event come again and again while services fail.
func stream(sc *stage.Scene, every string) error {
	if every == "" {
		return nil
	}
	d, err := gonets.ParseDuration(every)
	if err != nil {
		return mistake("/every", gonets.CodeBadDuration, "%s", err)
	}
	if d.D() < minEvery || d.D() > aDay {
		return mistake("/every", gonets.CodeBadSpan, "%s is %s; it must be between %s and %s", "every", d, gonets.Duration(minEvery), gonets.Duration(aDay))
	}
	var longest time.Duration
	for _, steps := range sc.Scripts {
		var lasts time.Duration
		for i := range steps {
			s := &steps[i]
			// In a play one waits after the other, for a service that is slow.
			if s.Kind == script.Hang || s.Kind == script.Slow || s.Delay > 0 {
				return mistake("/every", gonets.CodeNotBoth, "give %s or %s, not both", "every", "delay, hang, slow")
			}
			lasts += s.For
		}
		longest = max(longest, lasts)
	}
	if longest == 0 {
		longest = anHour
	}
	sc.Every, sc.More = d.D(), min(max(int(longest/d.D()), 1), maxMore)
	return nil
}

// codeScript is a script that cannot be read.
const codeScript gonets.Code = "rehearsal.script"

func mistake(pointer string, code gonets.Code, format string, args ...any) error {
	p := gonets.Mistake(pointer, code, format, args...)
	return &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
}

// usual are the last good replies of services.
func usual(past rehearse.Past) map[string]script.Step {
	out := map[string]script.Step{}
	for path, a := range past {
		if a.Outcome == gonets.OutcomeOK {
			out[path] = stage.Recorded(a)
		}
	}
	return out
}

// line is a line of a story as the API shows it.
func line(l *stage.Line, zone *time.Location) api.RehearsalLine {
	out := api.RehearsalLine{Kind: string(l.Kind), At: l.At, Step: l.Path, N: l.N, Of: l.Of, Why: string(l.Why),
		Letter: string(l.Letter), Over: l.Over, Channels: l.Channels, State: string(l.State), Reason: l.Reason}
	if !l.Next.IsZero() {
		next := l.Next
		out.Next = &next
	}
	for _, kind := range l.Also {
		out.Also = append(out.Also, string(kind))
	}
	a := l.Attempt
	if a == nil {
		return out
	}
	out.Outcome, out.Purpose, out.Code, out.Status = string(a.Outcome), string(a.Purpose), a.Code, a.Status
	// What a service once replied may hold what people are not shown.
	shown := *a
	shown.ReplyBody = nil
	facts := explain.Facts{Attempt: &shown, Next: l.Next, Now: l.At, Zone: zone}
	if l.N < l.Of && out.Next != nil {
		facts.Try, facts.Max = l.N+1, l.Of
	}
	if l.Step != nil {
		facts.Step = l.Step.Sends()
	}
	if e, ok := explain.Attempt(facts); ok {
		out.Explain = &api.Explain{Ru: api.Message(e.Ru), En: api.Message(e.En)}
	}
	return out
}
