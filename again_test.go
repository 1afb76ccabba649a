package gonets_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gonets"
)

// ask asks whether the step's request was done.
func (w *world) ask(a gonets.ActionNext) error {
	if !w.doubt[a.Path] {
		return fmt.Errorf("%s asks about what nobody sent", a.Path)
	}
	w.run.Attempts++
	p, x := gonets.PurposeAskNot, gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200}
	switch {
	case w.chance(10):
		w.crash(a, false)
		return nil
	case w.chance(6):
		p = gonets.PurposeAskDone
	case a.Step.HTTP.Renew != nil && w.chance(3):
		p, x = gonets.PurposeAsk, gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 401, Code: gonets.CodeExpired}
	case w.chance(2):
		p, x = gonets.PurposeAsk, gonets.Exchange{Outcome: gonets.OutcomeNetwork, Code: gonets.CodeRefused}
	}
	policy, older := a.Step.HTTP.Retry.OrDefault(), w.renewable(a)
	v := w.heard(p, &x, policy, gonets.Try{RunID: w.run.ID, Attempt: w.run.Attempts, Tries: w.run.Asked + 1, First: w.run.StepAt, Now: w.now, Renews: older != ""})
	if v.Kind == gonets.VerdictRenew {
		return w.renew(a, cmp.Or(older, w.older))
	}
	if x.Code == gonets.CodeExpired && older != "" {
		return fmt.Errorf("%s asks again with what is too old", a.Path)
	}
	if p == gonets.PurposeAsk {
		w.asked[a.Path]++
	}
	if got, most := w.asked[a.Path], most(&policy); got > most {
		return fmt.Errorf("%s has asked %d times of %d", a.Path, got, most)
	}
	switch v.Kind {
	case gonets.VerdictDone:
		w.done(a.Path, gonets.StepDone, nil)
	case gonets.VerdictSend:
		w.run.Doubts, w.run.Asked = w.run.Doubts.Without(a.Path), 0
		w.doubt[a.Path] = p != gonets.PurposeAskNot
		delete(w.asked, a.Path)
	case gonets.VerdictRetry:
		w.run.Asked++
		w.run.State, w.run.DueAt, w.due = gonets.RunWaiting, v.At, v.At
	default:
		w.run.State, w.run.DueAt = gonets.RunPaused, time.Time{}
	}
	w.run.Reason = v.Reason
	w.commit()
	return nil
}

// crash is a death of the process with a request on its way; the next start finds
// it in the journal, or knows only that there may have been one.
func (w *world) crash(a gonets.ActionNext, sent bool) {
	path := a.Path
	if w.chance(3) && !w.saved.Doubts.Of(path) {
		path = gonets.DoubtAny
	}
	w.saved.Attempts, w.saved.Doubts = w.run.Attempts, w.saved.Doubts.With(path)
	w.doubt[a.Path] = w.doubt[a.Path] || sent
	w.restart()
}

// renewable is the path of what can be done again for a step.
func (w *world) renewable(a gonets.ActionNext) string {
	if a.Step.HTTP.Renew == nil || w.run.Renewal != nil {
		return ""
	}
	done := w.progress()
	for path := a.Path; path != ""; {
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
		at := gonets.StepPath(path, a.Step.HTTP.Renew.Step)
		if st := gonets.FindStep(w.scenario.Steps, at); done[at].State != "" && done[at].State != gonets.StepSkipped && (st.HTTP != nil || st.Set != nil) {
			return at
		}
	}
	return ""
}

// renew leaves a step for an older one.
func (w *world) renew(a gonets.ActionNext, older string) error {
	if w.renewed[a.Path]++; w.renewed[a.Path] > 1 {
		return fmt.Errorf("for %s an older step is done again %d times", a.Path, w.renewed[a.Path])
	}
	w.older = older
	if name := w.names[older]; name != "" {
		w.used[name] = true
		delete(w.names, older)
	}
	w.run.Leave(a.Path, older)
	for _, results := range [][]gonets.StepResult{w.durable, w.pending} {
		for i := range results {
			if results[i].Path == older {
				results[i].State, results[i].Value = forgotten, nil
			}
		}
	}
	w.commit()
	return nil
}

// named is the name of the request of a step: the same in all attempts, and none
// that was used before the step was done again.
func (w *world) named(path string) error {
	name := w.request(&w.run, path, path)
	if w.used[name] {
		return fmt.Errorf("%s is done again under the name %s", path, name)
	}
	if old := w.names[path]; old != "" && old != name {
		return fmt.Errorf("%s was %s and is %s", path, old, name)
	}
	w.names[path] = name
	if w.run.Doubts.Of(path) {
		w.run.Doubts = w.run.Doubts.With(path)
	}
	return nil
}

// change makes a paused run go on with a version that has another request before
// the step at which it stands.
func (w *world) change() {
	at := gonets.StandsAt(w.scenario, w.progress())
	i := slices.IndexFunc(w.scenario.Steps, func(st gonets.Step) bool { return st.ID == at })
	if i < 0 || w.run.Renewal.Pending() {
		return
	}
	next := *w.scenario
	next.Steps = slices.Insert(slices.Clone(next.Steps), i, gonets.Step{ID: fmt.Sprintf("v%d", len(next.Steps)),
		HTTP: &gonets.HTTPStep{Retry: &gonets.Retry{Delays: []gonets.Duration{gonets.Duration(time.Second)}, Ask: &gonets.Ask{}}}})
	w.scenario = &next
}
