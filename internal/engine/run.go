package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strings"
	"time"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/mask"
	"gonets/internal/outbound"
	"gonets/internal/step"
)

// work of one job: its state as the worker knows it, and what has happened
// since the last commit.
type jobWork struct {
	*Engine
	lane string
	// home is the lane of the last request; a run that survived one in
	// quarantine goes back there.
	home    string
	hold    *hold
	run     gonets.Run
	event   *gonets.Event
	decoded *gonets.Decoded
	program *step.Program
	scope   *step.Scope
	done    gonets.Progress

	// results, attempt and answer wait for the next commit. Steps without an
	// outside effect ride along with the next one that has one.
	results []gonets.StepResult
	attempt *gonets.Attempt
	answer  *gonets.Answer
	// landed tells the journal that the request's result is in the store.
	landed func()
	// lighten gives back the memory of the last reply.
	lighten func()
}

// runJob works on a run until it waits, ends, or moves to another lane. A
// panic in our own code pauses the run and leaves the others alone.
func (e *Engine) runJob(laneName string, job gonets.Job) {
	w := &jobWork{Engine: e, lane: laneName, run: job.Run, event: &job.Event, decoded: job.Decoded, done: gonets.NewProgress(job.Results)}
	if w.hold = e.holdOf(&job.Run); w.hold == nil {
		return
	}
	defer e.letGo(job.Run.ID, w.hold)
	w.lighten = func() {}
	defer func() { w.lighten() }()
	defer func() {
		if p := recover(); p != nil {
			e.Log.Error("a run met a fault of ours and was paused", "run", job.Run.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			w.pauseWith(w.run.Cursor, gonets.Errorf(gonets.CodeInternal, "Gonets met a fault of its own in this step. The log has the details; please report it."))
		}
	}()
	switch err := w.learn(&job); {
	case err != nil && e.loopCtx.Err() != nil:
		e.release(job.Run)
		return
	case err != nil:
		w.pauseWith("", err)
		return
	}
	w.freeze()
	w.loop()
}

// holdOf finds the hold under which a run was handed over; nil when a person's
// action made it void meanwhile.
func (e *Engine) holdOf(run *gonets.Run) *hold {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.holds[run.ID]
	if h == nil || h.lease != run.Lease || h.aborted {
		return nil
	}
	return h
}

// letGo ends a hold, unless the run was handed over again under a new one.
func (e *Engine) letGo(runID string, h *hold) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.holds[runID] == h {
		delete(e.holds, runID)
	}
}

// freeze sets the time that the next step's templates see, now and at every
// later attempt.
func (w *jobWork) freeze() {
	if w.run.StepAt.IsZero() {
		w.run.StepAt = w.Clock.Now()
	}
	w.scope.At(w.run.StepAt)
}

func (w *jobWork) loop() {
	for range gonets.MaxStepsPerRun {
		next := gonets.Next(w.program.Scenario, &w.run, w.done, w.Clock.Now())
		switch next.Kind {
		case gonets.NextRunStep:
			w.run.Cursor = next.Path
			if w.run.Arrive(next.Path) {
				w.rebuild()
				w.freeze()
				continue // with what it had when it was left
			}
			if !w.step(next) {
				return
			}
		case gonets.NextFinish:
			w.finish(next.State)
			return
		default:
			// The run is not due or not ours to work on: the claim was too early.
			w.release(w.run)
			return
		}
	}
	w.pauseWith(w.run.Cursor, gonets.Errorf(gonets.CodeLimitSteps,
		"the run has made %d steps; more are not allowed", gonets.MaxStepsPerRun))
}

// step does one step; it returns false when the worker is done with the run.
func (w *jobWork) step(next gonets.ActionNext) bool {
	yes, err := w.program.When(next.Path, w.scope)
	if err != nil {
		w.pauseWith(next.Path, err)
		return false
	}
	if !yes {
		w.add(gonets.StepResult{Path: next.Path, State: gonets.StepSkipped})
		if w.run.Tries > 0 || w.run.Renewal != nil {
			w.run.Passed(next.Path, next.Step)
			w.freeze()
		}
		return true
	}
	if h := w.program.HTTP(next.Path); h != nil {
		return w.http(next, h)
	}
	res, err := w.program.Run(next.Path, w.scope)
	if err != nil {
		w.pauseWith(next.Path, err)
		return false
	}
	w.mark()
	w.add(res.Step)
	if res.Answer != nil && w.answer == nil {
		w.answer = res.Answer
	}
	if res.Wait > 0 {
		t := w.transition(gonets.RunWaiting)
		t.DueAt = w.Clock.Now().Add(res.Wait.D())
		t.StepAt = time.Time{}
		w.commit(t)
		return false
	}
	return true
}

func (w *jobWork) add(r gonets.StepResult) {
	r.FinishedAt = w.Clock.Now().UnixMilli()
	w.results = append(w.results, r)
	w.done[r.Path] = r
}

// mark notes on the run that a template asked for something that is not there.
func (w *jobWork) mark() string {
	missing := step.DescribeMissing(w.scope.Missing())
	if missing != "" && w.run.Mark == "" {
		w.run.Mark = gonets.MarkMissing
	}
	return missing
}

// untilMorning makes a retry wait that came late into its quiet hours: the server
// was down, or the lane was closed, when it was due. A person who sends now takes
// the reason of the wait away.
func (w *jobWork) untilMorning(next gonets.ActionNext, h *step.HTTP) bool {
	if !w.run.Retrying() || w.run.Reason == "" {
		return false
	}
	policy := w.run.Policy(next.Path, h.Retry())
	until := policy.Quiet.Until(w.Clock.Now())
	if until.IsZero() {
		return false
	}
	t := w.transition(gonets.RunWaiting)
	t.DueAt, t.Reason, t.Cursor = until, w.run.Reason, next.Path
	w.commit(t)
	return true
}

// http makes one attempt of an HTTP step.
func (w *jobWork) http(next gonets.ActionNext, h *step.HTTP) bool {
	if w.untilMorning(next, h) {
		return false
	}
	if w.run.Doubts.Of(next.Path) {
		w.run.Doubts = w.run.Doubts.With(next.Path) // it was not known which one it is
	}
	build := h.Build
	if next.Asks {
		build = h.Ask().Build
	}
	req, err := build(next.Path, w.scope, w.program)
	if err != nil {
		w.pauseWith(next.Path, err)
		return false
	}
	missing := w.mark()
	if w.scope.OutputsFull() {
		w.pauseWith(next.Path, gonets.Errorf(gonets.CodeTemplateLimit,
			"the replies that this run keeps take more than %d MiB", gonets.MaxOutputsPerRun>>20))
		return false
	}
	dest := w.Places.of(req)
	// The first request of a run in quarantine is made there, so that it is
	// alone; a run that survived it is a run like any other.
	if dest != w.lane && (w.lane != lane.Quarantine || w.home != "") {
		w.move(dest)
		return false
	}
	w.home = dest
	// What earlier steps did must be durable before the next effect: otherwise
	// a crash would do it again.
	if (w.attempt != nil || w.answer != nil) && !w.flush() {
		return false
	}
	a, found := w.exchange(next, h, req)
	if a == nil {
		return false
	}
	if missing != "" {
		a.Error = joinSentences(a.Error, "Not there, sent empty: "+missing+".")
	}
	w.Metrics.Attempt(a.Outcome)
	if next.Asks {
		return w.heard(next, h, a, found)
	}
	return w.judge(next, h, a)
}

// exchange makes the request when the lane lets it, and tells the lane how it
// ended. It is nil when nothing was sent; then the worker is done with the run.
// What was found by asking comes along.
func (w *jobWork) exchange(next gonets.ActionNext, h *step.HTTP, req *gonets.Request) (_ *gonets.Attempt, found []byte) {
	w.lighten() // whoever is before us in the lane may wait for that memory
	pass, err := w.Places.Enter(w.loopCtx, w.lane)
	if err != nil {
		w.giveBack()
		return nil, nil
	}
	var result lane.Result
	defer func() { pass.Leave(result) }()
	// It may have waited long for its turn.
	if w.untilMorning(next, h) {
		return nil, nil
	}
	req.Concurrency = max(1, w.Places.limits(w.lane).Requests)
	a := w.send(next.Path, req)
	if a == nil {
		return nil, nil
	}
	a.Purpose = w.run.PurposeAt(next.Path, next.Step)
	if next.Asks {
		a.Purpose, found = h.Ask().Judge(&a.Exchange, w.scope)
	} else {
		h.Judge(&a.Exchange, w.scope)
	}
	a.Error = mask.Cookies(a.Error, req.Jar, a.Cookies)
	result = w.laneResult(a)
	return a, found
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	if !strings.HasSuffix(a, ".") {
		a += "."
	}
	return a + " " + b
}

// giveBack ends the work on a run that sent nothing, because the server stops or
// nothing may be sent to its destination now.
func (w *jobWork) giveBack() {
	t := w.transition(gonets.RunQueued)
	t.DueAt, t.Reason = w.Clock.Now(), w.run.Reason
	w.commit(t)
}

// send makes the exchange; a person, a stopping server or one that lost its
// database may cut it. It is nil when nothing was sent because the run or its
// scenario was stopped, or the run is another node's: then the worker is done
// with the run.
func (w *jobWork) send(path string, req *gonets.Request) *gonets.Attempt {
	ctx, cancel := context.WithCancelCause(w.sendCtx)
	defer cancel(nil)
	ctx, w.lighten = outbound.Keep(ctx)
	if !w.admit(cancel) {
		return nil
	}
	a := &gonets.Attempt{RunID: w.run.ID, N: w.run.Attempts + 1, Path: path, StartedAt: w.Clock.Now()}
	w.landed = w.Journal.Begin(gonets.InFlight{RunID: w.run.ID, Attempt: a.N, Path: path})
	a.Exchange = *w.Sender.Do(ctx, req)
	w.mu.Lock()
	w.hold.cancel = nil
	w.mu.Unlock()
	a.Duration = time.Duration(a.Timings.Total) * time.Microsecond
	if a.Outcome == gonets.OutcomeCancelled && errors.Is(context.Cause(ctx), errSilent) {
		a.Outcome, a.Code, a.Error = gonets.OutcomeUnknown, gonets.CodeCutOff,
			"this server lost touch with its database and cut the request, before another one could make it again; it may have been sent"
		return a
	}
	// A call of our own address that fails while we stop fails because we stop.
	ownFault := w.loopCtx.Err() != nil && isOwnLane(w.home) && a.Status/100 != 2
	a.Charged = a.Outcome != gonets.OutcomeCancelled && !ownFault
	return a
}

// admit registers the request that is about to be made, so that it can be cut.
// It returns false when there must be none.
func (w *jobWork) admit(cancel context.CancelCauseFunc) bool {
	for {
		switch err := w.awaitHeart(); {
		case errors.Is(err, errStopping):
			w.giveBack()
			return false
		case err != nil:
			// What is sent now would be sent twice.
			w.Log.Warn("a run is left to other nodes: this one was out of touch with the database", "run", w.run.ID)
			return false
		}
		w.mu.Lock()
		aborted, parked, mine := w.hold.aborted, w.parked[w.run.Scenario], w.mine(w.run.Lease.Epoch)
		admitted := mine && !aborted && !parked
		if admitted {
			w.hold.cancel = cancel
		}
		w.mu.Unlock()
		switch {
		case aborted:
			return false
		case parked:
			w.giveBack()
			return false
		case admitted:
			return true
		}
	}
}

// judge does what follows from an attempt; it returns true when the run goes on.
func (w *jobWork) judge(next gonets.ActionNext, h *step.HTTP, a *gonets.Attempt) bool {
	now := w.Clock.Now()
	older := w.renewable(next)
	verdict := gonets.Classify(&a.Exchange, w.run.Policy(next.Path, h.Retry()), h.OnFailure(), gonets.Try{
		RunID: w.run.ID, Attempt: a.N, Tries: w.run.Tries + 1, First: w.run.FirstTry(next.Path), Now: now, Renews: older != "",
	})
	w.attempt, w.run.Attempts = a, a.N
	if a.Outcome.MayBeDone() {
		w.run.Doubts = w.run.Doubts.With(next.Path)
	}
	if a.Charged && verdict.Kind == gonets.VerdictRenew {
		a.Charged, a.Purpose = false, gonets.PurposeExpired
		return w.renew(next, older)
	}
	if !a.Charged || forgets && w.loopCtx.Err() != nil {
		w.giveBack()
		return false
	}
	w.run.Tries++
	switch verdict.Kind {
	case gonets.VerdictDone, gonets.VerdictContinue:
		r := gonets.StepResult{Path: next.Path, State: gonets.StepDone, Attempt: a.N}
		if verdict.Kind == gonets.VerdictContinue {
			r.State = gonets.StepFailed
		}
		w.over(next, h, r)
		return true
	case gonets.VerdictRetry:
		t := w.transition(gonets.RunWaiting)
		t.DueAt, t.Reason = verdict.At, verdict.Reason
		w.commit(t)
	case gonets.VerdictFail:
		t := w.transition(gonets.RunFailed)
		t.Reason = verdict.Reason
		w.commit(t)
	case gonets.VerdictRelease, gonets.VerdictPause:
		t := w.transition(gonets.RunPaused)
		t.Reason = verdict.Reason
		w.commit(t)
	}
	return false
}

// finish ends the run.
func (w *jobWork) finish(state gonets.RunState) {
	t := w.transition(state)
	if state == gonets.RunFailed {
		t.Reason = gonets.CodeStepFailed
	}
	w.commit(t)
}

// pauseWith pauses the run because of an error of a step that sent nothing.
// The error stands in the history as an attempt that was not charged.
func (w *jobWork) pauseWith(path string, err error) {
	if w.attempt != nil && !w.flush() {
		return
	}
	x := step.TemplateExchange(err)
	x.Error = mask.Cookies(x.Error, w.scope.Cookies())
	w.attempt = &gonets.Attempt{RunID: w.run.ID, N: w.run.Attempts + 1, Path: path, StartedAt: w.Clock.Now(), Exchange: *x}
	w.run.Attempts++
	w.Metrics.Attempt(x.Outcome)
	t := w.transition(gonets.RunPaused)
	t.Reason = x.Code
	w.commit(t)
}

// move sends the run to another lane. What has happened so far is committed
// with it when it must not happen again; steps without effect are simply run
// again there.
func (w *jobWork) move(dest string) {
	reserved := w.Places.Reserve(dest, w.run.Scenario)
	if reserved && w.attempt == nil && w.answer == nil {
		job := gonets.Job{Run: w.run, Event: *w.event, Decoded: w.decoded}
		job.Run.Lane = dest
		w.reload(&job)
		w.push(job)
		return
	}
	t := w.transition(gonets.RunQueued)
	t.Lane, t.DueAt, t.Reason = dest, w.Clock.Now(), w.run.Reason
	t.StepAt = w.run.StepAt
	if reserved {
		t.State, t.KeepLease, t.DueAt = gonets.RunRunning, true, time.Time{}
	}
	if !w.commit(t) || !reserved {
		if reserved {
			w.Places.Unreserve(dest, 1)
		}
		w.Nudge(dest)
		return
	}
	job := gonets.Job{Run: w.run, Event: *w.event, Decoded: w.decoded}
	job.Run.Lane = dest
	w.reload(&job)
	w.push(job)
}

// reload gives a job the committed results that this worker knows.
func (w *jobWork) reload(job *gonets.Job) {
	pending := map[string]bool{}
	for _, r := range w.results {
		pending[r.Path] = true
	}
	job.Replies = maps.Clone(w.scope.Replies())
	for path, r := range w.done {
		if !pending[path] {
			job.Results = append(job.Results, r)
		}
	}
}

// flush commits what has happened and keeps the lease; false means that the
// run is no longer ours.
func (w *jobWork) flush() bool {
	t := w.transition(gonets.RunRunning)
	t.KeepLease = true
	return w.commit(t)
}

func (w *jobWork) transition(state gonets.RunState) gonets.Transition {
	lane := w.lane
	if w.home != "" {
		lane = w.home
	}
	return gonets.Transition{
		RunID: w.run.ID, EventID: w.run.EventID, Source: w.event.Source, ReceivedAt: w.event.ReceivedAt, Lease: w.run.Lease,
		Results: w.results, Attempt: w.attempt, Answer: w.answer,
		State: state, Lane: lane, Cursor: w.run.Cursor, Tries: w.run.Tries, StepAt: w.run.StepAt,
		Doubts: w.run.Doubts, Asked: w.run.Asked, Renewal: w.run.Renewal, Mark: w.run.Mark, At: w.Clock.Now(),
	}
}
