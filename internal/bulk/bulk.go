package bulk

import (
	"context"
	"log/slog"
	"time"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/seek"
	"gonets/internal/service"
)

const (
	// tick is the pause between turns while there is work, idle else.
	tick = 200 * time.Millisecond
	idle = 2 * time.Second
	// lease is how long a job stays its owner's when that falls silent.
	lease = 15 * time.Second
	// window is how many runs of a job without a rate are on their way at most:
	// what comes in meanwhile does not wait behind all of them.
	window = 5_000
	// maxPages bounds the pages of one turn.
	maxPages = 40
	// pageTime is how long a page may hold up the commit that it is part of,
	// firstSize how many runs the first one holds: it is not known yet how long they
	// take. None has to hold fewer than leastSize, or commits would be all that is
	// done.
	pageTime  = 25 * time.Millisecond
	firstSize = 32
	leastSize = 4
	// maxRest bounds the rest of a job that cannot be worked on.
	maxRest = time.Minute
	// careful is how many runs are worked on one by one after a page failed.
	careful = StepSize
	// maxLooks bounds the looks of one turn at what became of a job's runs: enough
	// for all that are on their way.
	maxLooks = 4
	// searchTime is how long one job looks for its text in a turn: the others have
	// their turn within their leases, however many look.
	searchTime = 250 * time.Millisecond
)

// Store keeps jobs.
type Store interface {
	CreateBulk(ctx context.Context, j Job, key string) (Job, error)
	Bulk(ctx context.Context, id string) (Job, error)
	Bulks(ctx context.Context, p gonets.Page) (gonets.List[Job], error)
	SteerBulk(ctx context.Context, id string, v Verb, actor string) (Job, error)
	TakeBulks(ctx context.Context, o Owner, renew time.Time) ([]Job, error)
	StepBulk(ctx context.Context, s Step) (Stepped, error)
	UnsettledBulks(ctx context.Context) ([]string, error)
	SettleBulk(ctx context.Context, id string, look Look) (moved bool, next Look, err error)
}

// History finds runs and what they run.
type History interface {
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	// Carrying looks through the next stretch of a filter's runs for its text, for
	// about so long.
	Carrying(ctx context.Context, f gonets.RunFilter, most time.Duration) (seek.Stretch, error)
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
	// Walked are the finished steps of runs as far as they decide where those stand.
	Walked(ctx context.Context, runs []gonets.RunSummary) (map[string][]gonets.StepResult, error)
}

// Engine works on runs.
type Engine interface {
	Nudge(lane string)
	Abort(runID string)
}

// Options are what a Service works with.
type Options struct {
	Store   Store
	History History
	Engine  Engine
	Bus     interface{ Publish(c gonets.Change) }
	// Tell gives other servers of the database a hint.
	Tell func(h hint.Hint)
	// Owner is this server's name among them.
	Owner string
	Clock gonets.Clock
	Log   *slog.Logger
}

// Service works on jobs. Start it after the engine, stop it before.
type Service struct {
	*service.Loop
	o      Options
	paces  map[string]*pace
	looks  map[string]Look
	looked time.Time
}

// pace is how fast a job goes here.
type pace struct {
	// credit is how many runs may be worked on, as of a time.
	credit float64
	at     time.Time
	// careful is how many runs are still worked on one by one.
	careful int
	// size is how many runs a page may hold: few while they take long, because
	// events that come meanwhile wait for them.
	size int
	// failures counts those in a row; until is when the next try is.
	failures int
	until    time.Time
}

// sizeNow is how many runs the next page may hold.
func (p *pace) sizeNow() int {
	if p.careful > 0 {
		return 1
	}
	return p.size
}

// learn takes how long the statements of a page of n runs took: one that was quick
// makes the next one twice as large, one that was slow half as large. How long it
// waited for the commits of others says nothing of it. A page that was smaller than
// it might have been says nothing but that it was slow: a part of the time is the
// page's, however many runs are in it.
func (p *pace) learn(n int, took time.Duration) {
	p.failures, p.until = 0, time.Time{}
	switch {
	case took <= pageTime && n >= p.size:
		p.size = min(2*p.size, StepSize)
	case took > pageTime && n > leastSize:
		p.size = max(leastSize, min(p.size, n)/2)
	}
}

// fail makes the job rest, longer each time.
func (p *pace) fail(now time.Time) {
	p.until = now.Add(min(tick<<min(p.failures, 16), maxRest))
	p.failures++
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{o: o, paces: map[string]*pace{}, looks: map[string]Look{}}
	s.Loop = service.NewLoop(service.LoopOptions{Title: "mass actions", Turn: s.turn, Tick: tick, Idle: idle, Clock: o.Clock})
	return s
}

// turn gives every job its part; busy tells whether there are any.
func (s *Service) turn(ctx context.Context) (busy bool) {
	now := s.o.Clock.Now()
	jobs, err := s.o.Store.TakeBulks(ctx, Owner{Name: s.o.Owner, Until: now.Add(lease)}, now.Add(lease/2))
	if err != nil {
		s.failed(ctx, err)
		return false
	}
	known := map[string]*pace{}
	for i := range jobs {
		j := &jobs[i]
		p := s.paces[j.ID]
		if p == nil {
			p = &pace{at: now, credit: 1, size: firstSize}
		}
		known[j.ID] = p
		s.advance(ctx, j, p)
		s.settle(ctx, j.ID)
	}
	s.paces = known
	if now.Sub(s.looked) >= idle {
		s.looked = now
		s.settleOthers(ctx, known)
	}
	return len(jobs) > 0
}

func (s *Service) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.o.Log.Warn("a mass action does not get on; trying again", "error", err)
	}
}

// allowance is how many runs may be worked on now.
func (p *pace) allowance(j *Job, now time.Time) int {
	if j.Rate == 0 {
		if !Followed(j.Action) {
			return window
		}
		return window - j.Working()
	}
	p.credit = min(p.credit+now.Sub(p.at).Seconds()*float64(j.Rate), float64(max(j.Rate, 1)))
	p.at = now
	return int(p.credit)
}

// advance works on pages of a job as far as its pace allows.
func (s *Service) advance(ctx context.Context, j *Job, p *pace) {
	began := s.o.Clock.Now()
	left := p.allowance(j, began)
	if began.Before(p.until) {
		return
	}
	for range maxPages {
		if j.AtMost() && s.o.Clock.Now().Sub(began) >= searchTime {
			s.Wake() // it only reads: the others' turn comes, and no pause behind it
			return
		}
		if left <= 0 || j.Walked || j.State != Running || ctx.Err() != nil {
			return
		}
		size := p.sizeNow()
		if j.Rate > 0 {
			size = min(size, left)
		} else if size > left {
			return // enough is on its way: a whole page has its turn when there is room
		}
		if j.OneFirst {
			size = 1
		}
		done, n, err := s.page(ctx, j, p, size)
		if err != nil {
			p.fail(s.o.Clock.Now())
			s.failed(ctx, err)
			return
		}
		if done.Job == nil {
			return // somebody else's, or held: the next turn reads it again
		}
		p.learn(n, done.Took)
		j, left = done.Job, left-n
		p.credit -= float64(n)
		p.careful = max(p.careful-n, 0)
	}
}

// page works on one page and tells how many runs it held.
func (s *Service) page(ctx context.Context, j *Job, p *pace, size int) (done Stepped, n int, err error) {
	f := j.Filter
	f.Ascending, f.Page = true, gonets.Page{Cursor: j.Position, Limit: size}
	found, err := s.stretch(ctx, f, searchTime)
	if err != nil {
		return done, 0, err
	}
	if found.Damage != nil {
		s.o.Log.Error("runs are left out of a mass action: what they carried cannot be read", "bulk", j.ID, "runs", found.Unread, "error", found.Damage)
	}
	step := Step{Job: j, Next: found.Next, Last: found.Next == "", Unread: found.Unread, Missed: found.Looked - found.Unread - len(found.Items)}
	for i := range found.Items {
		step.Runs = append(step.Runs, found.Items[i].ID)
	}
	done, err = s.o.Store.StepBulk(ctx, step)
	if err != nil && gonets.Passing(err) {
		return done, 0, err
	}
	if err != nil && size > 1 {
		// One of them cannot be worked on: find out which.
		p.careful = careful
		return Stepped{Job: j}, 0, nil
	}
	if err != nil {
		s.o.Log.Error("a run is left out of a mass action", "bulk", j.ID, "runs", step.Runs, "error", err)
		step.Refuse = true
		if done, err = s.o.Store.StepBulk(ctx, step); err != nil {
			return done, 0, err
		}
	}
	if done.Job != nil {
		s.tell(&done)
	}
	return done, len(step.Runs), nil
}

// stretch are the runs of a page; a text is looked for no longer than most.
func (s *Service) stretch(ctx context.Context, f gonets.RunFilter, most time.Duration) (found seek.Stretch, err error) {
	if f.Text != "" {
		return s.o.History.Carrying(ctx, f, most)
	}
	found.List, err = s.o.History.Runs(ctx, f)
	found.Looked = len(found.Items)
	return found, err
}

// tell lets everybody know who waits for it.
func (s *Service) tell(done *Stepped) {
	ending := ends(done.Job.Action)
	for _, id := range done.Acted {
		if ending {
			s.o.Engine.Abort(id)
		}
		s.o.Bus.Publish(gonets.Change{Kind: "run", ID: id})
	}
	if len(done.Acted) > 0 && !ending {
		s.o.Engine.Nudge("")
		s.o.Tell(hint.Hint{Work: true})
	}
	s.o.Bus.Publish(gonets.Change{Kind: "bulk", ID: done.Job.ID})
}

// settle counts what became of a job's runs, of all that are on their way: those
// behind them wait until they are counted.
func (s *Service) settle(ctx context.Context, id string) {
	look, any := s.looks[id], false
	for range maxLooks {
		moved, next, err := s.o.Store.SettleBulk(ctx, id, look)
		if err != nil {
			s.failed(ctx, err)
			break
		}
		look, any = next, any || moved
		if look.Working == "" {
			break
		}
	}
	s.looks[id] = look
	if any {
		s.o.Bus.Publish(gonets.Change{Kind: "bulk", ID: id})
	}
}

// settleOthers counts the runs of jobs that are held or over, but for those that
// were just looked at.
func (s *Service) settleOthers(ctx context.Context, done map[string]*pace) {
	ids, err := s.o.Store.UnsettledBulks(ctx)
	if err != nil {
		s.failed(ctx, err)
		return
	}
	looks := map[string]Look{}
	for _, id := range ids {
		if done[id] == nil {
			s.settle(ctx, id)
		}
		looks[id] = s.looks[id]
	}
	s.looks = looks
}
