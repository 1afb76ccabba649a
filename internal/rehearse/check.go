package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/id"
	"gonets/internal/mask"
	"gonets/internal/step"
)

// Order asks for a check.
type Order struct {
	Ask
	// Only is true when the step of Ask alone is tried; else all of them are.
	Only bool
	// Really are the paths of the steps whose requests are sent; others are
	// shown.
	Really []string
	// Going is what people are told of it when it goes on without its reader; else nil.
	Going *gonets.GoingCheck
}

// Line is what a check tells while it goes on. Attempt stands beside what
// [api.CheckLine] holds, which its reader shapes.
type Line struct {
	api.CheckLine
	Attempt *gonets.Attempt
	Step    *gonets.HTTPStep
}

// saveLimit bounds the keeping of a check whose reader has left.
const saveLimit = 10 * time.Second

// Check tries a draft: the steps one after another, each once, delays skipped.
// It tells every step by emit and ends when ctx does. What is sent is kept: a
// run with the mark check, which is final from before its first request on, so
// that no server ever goes on with it; until it is over its reason says so. When
// ctx ends because of a *gonets.Error, that is told and its code is the reason.
func (r *Room) Check(ctx context.Context, o Order, emit func(Line) error) error {
	if o.Only && gonets.FindStep(o.Scenario.Steps, o.Step) == nil {
		return gonets.Errorf(gonets.CodeNotFound, "the scenario has no step at %q", o.Step)
	}
	if err := r.Use(ctx, o.Scenario); err != nil {
		return err
	}
	ev, known, err := r.event(ctx, o.Ask)
	if err != nil {
		return err
	}
	target := ""
	if o.Only {
		target = o.Step
	}
	past, err := r.past(ctx, o.Scenario, target)
	if err != nil {
		return err
	}
	c := &check{Room: r, order: o, past: past, emit: emit, draft: step.CompileDraft(o.Scenario), event: ev, done: gonets.Progress{}}
	if err := c.ready(); err != nil {
		return err
	}
	if !known {
		ev.Mark = gonets.MarkCheck
	}
	if err := c.record(&ev); err != nil {
		return err
	}
	if c.scope, err = r.scope(c.draft, c.run.Run.ID, &ev); err != nil {
		return err
	}
	if o.Only {
		r.advance(c.draft, c.scope, o.Step, past)
	}
	return c.all(ctx)
}

// check is one check on its way.
type check struct {
	*Room
	order Order
	past  Past
	emit  func(Line) error
	draft *step.Draft
	event gonets.Event
	scope *step.Scope
	done  gonets.Progress
	run   gonets.RunDetail
	// told are the variables that were told before, by path and value.
	told map[string]string
	// kept is true once the store knows of this check; of the bytes that are kept of it
	// saved are those that the store has then.
	kept         bool
	bytes, saved int
}

// ready refuses a draft of which a step that would be tried cannot be built.
func (c *check) ready() error {
	problems := c.draft.Problems
	if c.order.Only {
		problems = c.draft.ProblemsOf(c.order.Step)
	}
	if len(problems) > 0 {
		return &gonets.Error{Code: gonets.CodeInvalid, Message: "The scenario cannot be checked before these mistakes are corrected.", Problems: problems}
	}
	return nil
}

// record begins the run that is kept: cancelled and going on, until it is known better.
func (c *check) record(ev *gonets.Event) error {
	now := c.Clock.Now().UTC()
	c.run = gonets.RunDetail{
		Run: gonets.RunSummary{Source: ev.Source, Run: gonets.Run{ID: id.New(), EventID: ev.ID, Scenario: c.order.Scenario.Name,
			State: gonets.RunCancelled, Reason: gonets.CodeCheckGoing, Lane: gonets.LaneLocal, Lease: gonets.Lease{Node: c.Node}, Mark: gonets.MarkCheck,
			CreatedAt: now, StepAt: now}},
		Event:   *ev,
		Version: &gonets.Version{Scenario: *c.order.Scenario, Requests: requestsOf(c.order.Scenario), CreatedAt: now},
	}
	if c.order.Going != nil {
		told := *c.order.Going
		c.run.Run.Going = &told
	}
	version, err := json.Marshal(c.run.Version)
	c.bytes = len(version)
	// Of a received event only the id is kept.
	if ev.Mark == gonets.MarkCheck {
		c.bytes += len(ev.Body)
	}
	return err
}

// requestsOf are the saved requests that a draft's steps send, each once.
func requestsOf(sc *gonets.Scenario) []gonets.SavedRequest {
	var known []gonets.SavedRequest
	gonets.WalkSteps(sc.Steps, func(_ string, st *gonets.Step) {
		if st.Saved != nil && !slices.ContainsFunc(known, func(r gonets.SavedRequest) bool { return r.Name == st.Request }) {
			known = append(known, *st.Saved)
		}
	})
	return known
}

// all goes through the steps.
func (c *check) all(ctx context.Context) error {
	watch := gonets.StartStopwatch()
	if err := c.begin(); err != nil {
		return err
	}
	state, err := c.steps(ctx)
	var why *gonets.Error
	if ctx.Err() != nil {
		state = gonets.RunCancelled
		errors.As(context.Cause(ctx), &why)
	}
	c.run.Run.State, c.run.Run.Reason, c.run.Run.Lease, c.run.Run.Going = state, "", gonets.Lease{}, nil
	switch state {
	case gonets.RunFailed:
		c.run.Run.Reason = c.reason()
	case gonets.RunCancelled:
		c.run.Run.Reason = gonets.CodeCancelled
		if why != nil {
			c.run.Run.Reason = why.Code
		}
	}
	c.run.Run.FinishedAt = c.Clock.Now().UTC()
	if kept := c.save(ctx); err == nil {
		err = kept
	}
	if err != nil || ctx.Err() != nil && why == nil {
		return err
	}
	last := Line{CheckLine: api.CheckLine{Type: api.CheckFinished, RunID: c.run.Run.ID, State: string(state), DurationMS: watch.Microseconds() / 1000}}
	if why != nil {
		last.Error, last.Problem = why.Message, &gonets.Problem{Code: why.Code, Message: why.Message}
	}
	return c.emit(last)
}

func (c *check) begin() error {
	var paths []string
	if c.order.Only {
		paths = []string{c.order.Step}
	} else {
		gonets.WalkSteps(c.order.Scenario.Steps, func(path string, _ *gonets.Step) { paths = append(paths, path) })
	}
	err := c.emit(Line{CheckLine: api.CheckLine{Type: api.CheckStarted, RunID: c.run.Run.ID, Steps: paths}})
	c.told = map[string]string{}
	c.fresh()
	return err
}

// reason is why the check failed: the last attempt's code.
func (c *check) reason() gonets.Code {
	if n := len(c.run.Attempts); n > 0 && c.run.Attempts[n-1].Outcome != gonets.OutcomeOK {
		return c.run.Attempts[n-1].Code
	}
	return gonets.CodeStepFailed
}

// steps does them in the order of a run and gives the state in which it ended.
func (c *check) steps(ctx context.Context) (gonets.RunState, error) {
	if c.order.Only {
		next := gonets.ActionNext{Kind: gonets.NextRunStep, Path: c.order.Step, Step: gonets.FindStep(c.order.Scenario.Steps, c.order.Step)}
		goesOn, err := c.step(ctx, next)
		if err != nil || !goesOn {
			return gonets.RunFailed, err
		}
		return gonets.RunSucceeded, nil
	}
	running := gonets.Run{State: gonets.RunRunning}
	for range gonets.MaxStepsPerRun {
		next := gonets.Next(c.order.Scenario, &running, c.done, c.Clock.Now())
		if next.Kind != gonets.NextRunStep {
			return next.State, nil
		}
		goesOn, err := c.step(ctx, next)
		if err != nil || !goesOn || context.Cause(ctx) != nil {
			return gonets.RunFailed, err
		}
	}
	return gonets.RunFailed, nil
}

// step does one step; it tells whether the check goes on.
func (c *check) step(ctx context.Context, next gonets.ActionNext) (goesOn bool, err error) {
	if err := c.tell(Line{CheckLine: api.CheckLine{Path: next.Path, State: api.CheckRunning}}); err != nil {
		return false, err
	}
	yes, err := c.draft.When(next.Path, c.scope)
	if err != nil {
		return false, c.failed(next.Path, err)
	}
	if !yes {
		c.add(gonets.StepResult{Path: next.Path, State: gonets.StepSkipped})
		return true, c.tell(Line{CheckLine: api.CheckLine{Path: next.Path, State: string(gonets.StepSkipped)}})
	}
	c.scope.At(c.Clock.Now())
	if h := c.draft.HTTP(next.Path); h != nil {
		return c.http(ctx, next, h)
	}
	res, err := c.draft.Run(next.Path, c.scope)
	if err != nil {
		return false, c.failed(next.Path, err)
	}
	c.add(res.Step)
	value := c.cover().JSON([]string{"steps", next.Path, "value"}, res.Step.Value)
	line := Line{CheckLine: api.CheckLine{Path: next.Path, State: string(res.Step.State), Value: value, Variables: c.fresh()}}
	return true, c.tell(line)
}

// http sends a request, or shows it.
func (c *check) http(ctx context.Context, next gonets.ActionNext, h *step.HTTP) (goesOn bool, err error) {
	req, err := h.Build(next.Path, c.scope, c.draft.Program)
	if err != nil {
		return false, c.failed(next.Path, err)
	}
	if !slices.Contains(c.order.Really, next.Path) {
		return true, c.show(next, h, req)
	}
	if err := c.remember(ctx, next.Path); err != nil {
		return false, err
	}
	a := &gonets.Attempt{RunID: c.run.Run.ID, N: len(c.run.Attempts) + 1, Path: next.Path, StartedAt: c.Clock.Now().UTC(), Charged: true}
	a.Exchange = *c.send(ctx, next.Path, req)
	a.Duration = time.Duration(a.Timings.Total) * time.Microsecond
	h.Judge(&a.Exchange, c.scope)
	a.Error = mask.Cookies(a.Error, req.Jar, a.Cookies)
	c.attempt(a)
	line := Line{CheckLine: api.CheckLine{Path: next.Path, State: string(gonets.StepDone)}, Attempt: a, Step: next.Step.Sends()}
	failed := a.Outcome != gonets.OutcomeOK
	if failed {
		line.State = string(gonets.StepFailed)
	}
	goesOn = !failed || h.OnFailure() == gonets.OnFailureContinue && a.Outcome != gonets.OutcomeCancelled
	if goesOn {
		r := gonets.StepResult{Path: next.Path, State: gonets.StepState(line.State), Attempt: a.N}
		c.add(r)
		h.Finish(next.Step, r, a, c.scope)
		line.Variables = c.fresh()
	}
	return goesOn, c.tell(line)
}

// few are so many bytes that they are kept again before each request; a check with more
// is kept again when it has grown by a quarter.
const few = 8 << 20

// remember keeps what is known before a request is sent: its server may go meanwhile.
// That something was sent at all must not be forgotten; what came of it is kept again
// at the end.
func (c *check) remember(ctx context.Context, path string) error {
	if c.run.Run.Going != nil {
		c.run.Run.Going.At = path
	}
	if c.kept && c.bytes > few && c.bytes-c.saved < c.saved/4 {
		return nil
	}
	err := c.save(ctx)
	if err != nil && c.kept {
		c.Log.Warn("what a check was answered last is not kept yet; it is tried again before its next request and at its end", "run", c.run.Run.ID, "error", err)
		return nil
	}
	return err
}

// send makes the exchange and tells, while it lasts, what it waits for.
func (c *check) send(ctx context.Context, path string, req *gonets.Request) *gonets.Exchange {
	var mu sync.Mutex
	over, last := false, ""
	phase := func(name string) {
		mu.Lock()
		defer mu.Unlock()
		if !over && name != last {
			last = name
			// A reader that has left is noticed by the lines of the steps.
			_ = c.tell(Line{CheckLine: api.CheckLine{Path: path, State: api.CheckRunning, Phase: name}})
		}
	}
	// What the connection says may come late; nothing is told behind the exchange.
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
	}()
	return c.Sender.Do(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { phase(api.PhaseConnect) },
		WroteRequest: func(httptrace.WroteRequestInfo) { phase(api.PhaseWait) },
	}), req)
}

// show tells what would be sent; the steps after it see the last reply.
func (c *check) show(next gonets.ActionNext, h *step.HTTP, req *gonets.Request) error {
	c.add(gonets.StepResult{Path: next.Path, State: gonets.StepSkipped})
	request := c.request(next.Step.Sends(), h, req, c.cover().Exchange(next.Step.Sends(), c.Sender.Preview(req)))
	mended(&request, h.Notices(c.scope))
	if !c.past.finish(h, next.Path, next.Step, c.scope) && !c.order.Only {
		request.Notices = append(request.Notices, api.Notice{Code: "reply.none",
			Detail: "this step was never answered, so the steps after it have no reply to read"})
	}
	return c.tell(Line{CheckLine: api.CheckLine{Path: next.Path, State: api.CheckShown, Request: &request, Variables: c.fresh()}})
}

// failed is a step that could not be built or run. Like in a run it stands in
// the record as an attempt that sent nothing.
func (c *check) failed(path string, err error) error {
	a := &gonets.Attempt{RunID: c.run.Run.ID, N: len(c.run.Attempts) + 1, Path: path, StartedAt: c.Clock.Now().UTC(),
		Exchange: *step.TemplateExchange(err)}
	a.Error = mask.Cookies(a.Error, c.scope.Cookies())
	c.attempt(a)
	return c.tell(Line{CheckLine: api.CheckLine{Path: path, State: string(gonets.StepFailed), Error: err.Error(), Problem: &step.Problems("", err)[0]}, Attempt: a})
}

func (c *check) attempt(a *gonets.Attempt) {
	c.run.Attempts = append(c.run.Attempts, *a)
	c.bytes += len(a.RequestBody) + len(a.ReplyBody)
	run := &c.run.Run
	run.Attempts, run.LastStatus, run.LastOutcome, run.LastError = a.N, a.Status, a.Outcome, a.Error
}

func (c *check) add(r gonets.StepResult) {
	r.FinishedAt = c.Clock.Now().UnixMilli()
	c.done[r.Path] = r
	c.run.Results = append(c.run.Results, r)
}

// cover hides what people may not see of the check as far as it is.
func (c *check) cover() *mask.Cover {
	covered, lists := c.Room.cover(c.scope), make([][]gonets.Cookie, len(c.run.Attempts))
	for i := range c.run.Attempts {
		lists[i] = c.run.Attempts[i].Cookies
	}
	covered.LearnCookies(lists...)
	return covered
}

// tell hides what the reader may not see; what is kept stays whole.
func (c *check) tell(l Line) error {
	l.Type = api.CheckStep
	if l.Attempt != nil {
		covered, shown := c.cover(), *l.Attempt
		shown.Exchange = *covered.Exchange(l.Step, &l.Attempt.Exchange)
		l.Attempt, l.Error = &shown, covered.Text(l.Error)
		if l.Problem != nil {
			p := covered.Problem(*l.Problem)
			l.Problem = &p
		}
	}
	return c.emit(l)
}

// fresh are the variables that are new or changed since the last call.
func (c *check) fresh() []api.Variable {
	var out []api.Variable
	for _, v := range c.variables(c.draft, c.scope, c.event.Source, c.cover()) {
		if before, known := c.told[v.Path]; known && before == v.Type+v.Value || v.Group == api.GroupSystem && known {
			continue
		}
		c.told[v.Path] = v.Type + v.Value
		out = append(out, v)
	}
	return out
}

// save keeps the check as it stands, even when its reader has left.
func (c *check) save(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveLimit)
	defer cancel()
	if err := c.Store.SaveCheck(ctx, c.run); err != nil {
		return err
	}
	c.kept, c.saved = true, c.bytes
	return nil
}
