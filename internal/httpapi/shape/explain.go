package shape

import (
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/explain"
)

// explanation is what is known about an attempt.
type explanation struct {
	attempt *gonets.Attempt
	step    *gonets.HTTPStep
	retry   gonets.Retry
	next    time.Time
	try     int
	check   bool
	reader  Reader
}

// explained is the attempt's explanation; nil when it needs none.
func explained(x explanation) *api.Explain {
	facts := explain.Facts{Attempt: x.attempt, Step: x.step, Next: x.next, Try: x.try, Check: x.check, Zone: x.reader.Zone, Now: x.reader.Now, Contact: x.reader.Contact}
	if x.step != nil && !x.attempt.Purpose.Asks() {
		facts.Max = triesMax(&x.retry)
	}
	e, ok := explain.Attempt(facts)
	if !ok {
		return nil
	}
	return &api.Explain{Ru: api.Message(e.Ru), En: api.Message(e.En)}
}

// explainAll explains every attempt of a run; the last one of a waiting run
// knows when the next is, unless that is for its queue to say.
func explainAll(run *api.Run, d *gonets.RunDetail, r Reader) {
	byN := map[int]*gonets.Attempt{}
	for i := range d.Attempts {
		byN[d.Attempts[i].N] = &d.Attempts[i]
	}
	for i := range run.Steps {
		st := &run.Steps[i]
		for j := range st.Attempts {
			shape := &st.Attempts[j]
			x := explanation{attempt: byN[shape.N], step: d.Version.Sends(st.Path), check: d.Run.Mark == gonets.MarkCheck, reader: r}
			if x.step != nil {
				x.retry = policyOf(d, st.Path, x.step)
			}
			if shape.N == d.Run.Attempts && len(run.NextTries) > 0 && st.State == api.StepActive {
				// The very moment, which is a little later than the pause says.
				x.next, x.try = d.Run.DueAt, d.Run.Tries+1
				if w := run.Wait; w != nil && (w.Until == nil || !x.next.After(r.Now)) {
					x.next = time.Time{}
				}
			}
			shape.Explain = explained(x)
		}
	}
}

// Last shows a run's last attempt in a table, with what happened; nil when it is not
// there. When it is tried again is for the run to say.
func Last(d *gonets.RunDetail, r Reader) *api.Attempt {
	for i := range d.Attempts {
		if a := &d.Attempts[i]; a.N == d.Run.Attempts {
			st := d.Version.Sends(a.Path)
			out := unmarked(a, st)
			out.Explain = explained(explanation{attempt: a, step: st, check: d.Run.Mark == gonets.MarkCheck, reader: r})
			return &out
		}
	}
	return nil
}

// nextTries are when a run that waits for a retry is tried; of one that waits
// for its time, when it goes on.
func nextTries(d *gonets.RunDetail, active string) []time.Time {
	run := &d.Run.Run
	if run.State != gonets.RunWaiting || run.DueAt.IsZero() {
		return nil
	}
	st := d.Version.Sends(active)
	if st == nil || !run.Retrying() || len(d.Attempts) == 0 {
		return []time.Time{run.DueAt}
	}
	last := &d.Attempts[len(d.Attempts)-1]
	policy := run.Policy(active, st.Retry)
	tries := run.Tries
	if run.Asked > 0 {
		tries = run.Asked // it is the question that is tried again
	}
	return (&Upcoming{Policy: policy, Tries: tries, First: run.FirstTry(active), Last: last.StartedAt.Add(last.Duration), Due: run.DueAt}).Times()
}
