// Package engine works on runs: it takes those that were born leased, claims
// the rest from the store lane by lane, runs their steps, and commits what
// happened. What it holds in memory is bounded; the store is the truth.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/lane"
	"gonets/internal/news"
	"gonets/internal/step"
	"gonets/internal/telemetry"
)

// Store is what the engine needs of the store.
type Store interface {
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
	Finish(ctx context.Context, t gonets.Transition) (fenced bool, err error)
	Release(ctx context.Context, runs []gonets.Run) error
	Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error)
	Backlog(ctx context.Context) ([]gonets.LaneBacklog, error)
	Rescue(ctx context.Context, d gonets.Death) (gonets.RescueReport, error)
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
	Stats(ctx context.Context) (gonets.StoreStats, error)
}

// Publisher takes hints about changes.
type Publisher interface{ Publish(c gonets.Change) }

// Journal remembers which requests are on their way, over a death of the
// process.
type Journal interface {
	Begin(f gonets.InFlight) (done func())
	// Reset forgets what the dead process left, once it is dealt with.
	Reset(epoch int64) error
}

// Metrics counts what happens.
type Metrics interface {
	Attempt(outcome gonets.Outcome)
	RunFinished(state gonets.RunState)
}

// Node tells whether this server may still work on what it has leased.
type Node interface {
	// Epoch is the node's present life, for new leases.
	Epoch() int64
	// Alive is false when others may have taken over what was leased in that
	// life.
	Alive(epoch int64) bool
	// Settled is false while others may look dead because a clock was set.
	Settled() bool
	// Tell gives the other nodes a hint.
	Tell(h hint.Hint)
}

// Alerts know what people are told of.
type Alerts interface {
	// Watched are a scenario's troubles whose end is to be noticed; there are
	// none while all goes well. It is asked with every commit.
	Watched(scenario string) []news.Watched
	// Tells is whether people want to be told that a scenario's runs succeed.
	Tells(scenario string) bool
	// Noted tells what was stored.
	Noted(signals []gonets.Signal)
	// Happened counts a transition that was stored, with its signals.
	Happened(run *gonets.Run, t *gonets.Transition, told []gonets.Signal)
}

// Options are the engine's parts; all but Heart, Alerts and Book are needed.
type Options struct {
	// Places are this node's lanes; the store places new runs in them.
	Places  *Places
	Store   Store
	Sender  step.Sender
	Env     *step.Env
	Clock   gonets.Clock
	Bus     Publisher
	Journal Journal
	Metrics Metrics
	Log     *slog.Logger
	// Node and Epoch are whose leases the engine takes.
	Node  string
	Epoch int64
	// Heart is the node among others that share the database; nil when this
	// server is alone.
	Heart Node
	// Full tells that the disk is full: a request whose result could not be stored
	// is not sent. Nil is never.
	Full func() bool
	// Alerts is nil when nobody is told of errors.
	Alerts Alerts
	// Book is nil when nobody remembers lanes.
	Book Book
	// Death is how the last process on this data folder ended.
	Death gonets.Death
	// SoftDeadline is how long Stop waits for requests in flight.
	SoftDeadline time.Duration
}

// Engine is a node's worker. Start it once, stop it once.
type Engine struct {
	Options
	few  *telemetry.Few // what is written of failures
	wake chan struct{}
	// clean wakes the removing of old history.
	clean chan struct{}
	lanes lanes

	programs programs

	mu sync.Mutex
	// holds are the runs in this node's memory, by id.
	holds map[string]*hold
	// parked are scenarios that were stopped while this engine ran.
	parked map[string]bool
	// owed are leases that the store could not take back yet.
	owed []gonets.Run

	workers  sync.WaitGroup
	crew     crew
	loops    sync.WaitGroup
	stop     context.CancelFunc
	loopCtx  context.Context
	sendCtx  context.Context
	cancel   context.CancelCauseFunc
	stopOnce sync.Once
}

// hold is a run in memory, from its hand-over until the worker is done with it.
type hold struct {
	lease gonets.Lease
	// aborted is true once a person's action has made the lease void: nothing
	// more may be sent.
	aborted bool
	// cancel cuts the request on its way; nil while there is none.
	cancel context.CancelCauseFunc
}

// errStopping is the cause with which a stopping engine cuts requests.
var errStopping = errors.New("the server is stopping")

// errSilent is the cause with which a node cuts requests that it may no longer
// call its own.
var errSilent = errors.New("the server is out of touch with its database")

// errLost says that a run's lease is of a life that others ended.
var errLost = errors.New("the lease is void")

// errAborted is the cause with which a person's action cuts a request.
var errAborted = errors.New("a person ended this run")

// New makes an engine that has not started.
func New(o Options) *Engine {
	if o.Alerts == nil {
		o.Alerts = noAlerts{}
	}
	if o.Full == nil {
		o.Full = func() bool { return false }
	}
	if o.Book == nil {
		o.Book = noBook{}
	}
	e := &Engine{Options: o, few: telemetry.NewFew(o.Log, o.Clock), wake: make(chan struct{}, 1), clean: make(chan struct{}, 1), lanes: lanes{wake: make(chan struct{}, 1), parts: math.MaxInt}, holds: map[string]*hold{}, parked: map[string]bool{}, crew: crew{calls: make(chan string)}}
	e.loopCtx, e.stop = context.WithCancel(context.Background())
	e.sendCtx, e.cancel = context.WithCancelCause(context.Background())
	e.Places.News = e.lanesNews
	return e
}

// Name names the service.
func (e *Engine) Name() string { return "engine" }

// Start gives the work of dead processes back to everybody and begins to work.
func (e *Engine) Start(ctx context.Context) error {
	report, err := e.Store.Rescue(ctx, e.Death)
	if err != nil {
		return err
	}
	if err := e.Journal.Reset(e.Epoch); err != nil {
		return fmt.Errorf("the journal of requests in flight cannot be begun: %w", err)
	}
	if report.Released > 0 && !e.Death.Known {
		e.Log.Warn("the machine went down while runs were worked on; their requests may have been sent and are sent again with the same key",
			"runs", report.Released)
	}
	if report.Released > 0 || len(report.Poisoned) > 0 {
		e.Log.Info("took over what the last process left", "runs", report.Released, "maybe_sent", report.Unknown,
			"quarantined", len(report.Quarantined), "paused", len(report.Poisoned))
	}
	for _, id := range report.Poisoned {
		e.Log.Error("a run waits for a person", "run", id, "reason", gonets.CodePoison)
	}
	// What was closed before the start stays closed.
	if err := e.adoptLanes(ctx); err != nil {
		return err
	}
	e.countNodes(ctx)
	e.loops.Go(e.claimLoop)
	e.loops.Go(e.laneLoop)
	e.loops.Go(e.pruneLoop)
	return nil
}

// Stop ends the work in two steps: nothing new begins and what waits in memory
// is given back; requests in flight may end until the soft deadline, then they
// are cut and given back uncharged.
func (e *Engine) Stop(ctx context.Context) error {
	var err error
	e.stopOnce.Do(func() { err = e.shutdown(ctx) })
	return err
}

func (e *Engine) shutdown(ctx context.Context) error {
	e.stop()
	e.mu.Lock()
	queued := e.Places.Close()
	e.mu.Unlock()
	e.loops.Wait()
	// What the last pass could not read is among those that are owed.
	e.mu.Lock()
	runs := e.owed
	e.owed = nil
	e.mu.Unlock()
	for _, it := range queued {
		runs = append(runs, it.Job.Run)
	}
	var err error
	if len(runs) > 0 {
		_, err = e.releaseAll(ctx, runs)
	}
	idle := make(chan struct{})
	go func() {
		e.workers.Wait()
		close(idle)
	}()
	soft := e.Clock.NewTimer(e.SoftDeadline)
	defer soft.Stop()
	select {
	case <-idle:
	case <-soft.C():
		e.cancel(errStopping)
	case <-ctx.Done():
		e.cancel(errStopping)
	}
	<-idle
	e.crew.all.Wait()
	e.cancel(errStopping)
	return err
}

// Offer hands over runs that the store has just made. Runs that were born
// leased have their place; the others are looked for in the store.
func (e *Engine) Offer(jobs []gonets.Job) {
	for i := range jobs {
		if jobs[i].Run.Lease.Held() {
			e.push(jobs[i])
		} else if jobs[i].Run.State == gonets.RunQueued {
			e.Nudge("")
		}
	}
}

// Nudge makes the engines of all nodes look into the store now.
func (e *Engine) Nudge(string) {
	e.look()
	if e.Heart != nil {
		e.Heart.Tell(hint.Hint{Work: true})
	}
}

// look makes this engine look into the store now.
func (e *Engine) look() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Heed follows a hint of another node.
func (e *Engine) Heed(h hint.Hint) {
	for _, id := range h.Ended {
		e.abort(id)
	}
	if h.Work {
		e.look()
	}
	if h.Lanes {
		e.rereadLanes()
	}
}

// Abort ends the work on a run that a person ended, on whichever node it is:
// nothing more is sent, and a request on its way is cut. The person's action
// has taken the lease away already, so whatever comes back has no effect.
func (e *Engine) Abort(runID string) {
	if !e.abort(runID) && e.Heart != nil {
		e.Heart.Tell(hint.Hint{Ended: []string{runID}})
	}
}

// abort tells whether this node had the run.
func (e *Engine) abort(runID string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	h, ok := e.holds[runID]
	if !ok {
		return false
	}
	h.aborted = true
	if h.cancel != nil {
		h.cancel(errAborted)
	}
	if len(e.Places.Take(func(r *gonets.Run) bool { return r.ID == runID })) > 0 {
		delete(e.holds, runID)
	}
	return true
}

// Stopped makes the work follow which scenarios are stopped, whoever stopped or
// started them.
func (e *Engine) Stopped(names []string) {
	e.mu.Lock()
	var started []string
	for name := range e.parked {
		if !slices.Contains(names, name) {
			started = append(started, name)
		}
	}
	e.mu.Unlock()
	for _, name := range started {
		e.Unpark(name)
	}
	for _, name := range names {
		e.Park(name)
	}
}

// Park stops the work on a scenario's runs: those in memory go back to the
// store, requests on their way may end, and nothing more is sent.
func (e *Engine) Park(scenario string) {
	e.mu.Lock()
	e.parked[scenario] = true
	taken := e.Places.Take(func(r *gonets.Run) bool { return r.Scenario == scenario })
	for _, it := range taken {
		delete(e.holds, it.Job.Run.ID)
	}
	e.mu.Unlock()
	for _, it := range taken {
		e.release(it.Job.Run)
	}
}

// Unpark lets a scenario's runs go on.
func (e *Engine) Unpark(scenario string) {
	e.mu.Lock()
	delete(e.parked, scenario)
	e.mu.Unlock()
	e.look()
}

// Lanes tells what this node holds in memory.
func (e *Engine) Lanes() []gonets.LaneInfo { return e.Places.List() }

func (e *Engine) push(job gonets.Job) {
	name := job.Run.Lane
	e.mu.Lock()
	if h := e.holds[job.Run.ID]; h != nil && h.aborted && h.lease == job.Run.Lease {
		e.mu.Unlock()
		e.Places.Unreserve(name, 1) // a person ended it on its way here
		return
	}
	e.holds[job.Run.ID] = &hold{lease: job.Run.Lease}
	pushed := e.Places.Push(name, lane.Item{Job: job, Bytes: jobBytes(&job)})
	if pushed == lane.StartWorker {
		// Under the lock, because a stopping engine closes the lanes under it
		// and then waits for the workers that there are.
		e.hire(name)
	}
	if pushed == lane.Refused {
		delete(e.holds, job.Run.ID)
	}
	e.mu.Unlock()
	if pushed == lane.Refused {
		e.release(job.Run)
	}
}

// jobOverhead is about what a job takes beside its bodies, in bytes.
const jobOverhead = 1 << 10

func jobBytes(j *gonets.Job) int {
	n := jobOverhead + len(j.Event.Body) + len(j.Event.Item)
	if j.Decoded != nil {
		n += j.Decoded.Bytes
	}
	for _, a := range j.Replies {
		n += len(a.ReplyBody)
	}
	return n
}

// work takes the lane's jobs one after another until there is none.
func (e *Engine) work(name string) {
	for {
		it, ok := e.Places.Pop(name)
		if !ok {
			return
		}
		e.runJob(name, it.Job)
		e.Places.Done(it)
		if e.Places.Hungry(name) {
			e.look()
		}
	}
}
