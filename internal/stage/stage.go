// Package stage plays what would become of one event: the whole way of a run,
// hours of retries included, in milliseconds and without a request that leaves.
//
// It is the server's own engine that works on the run and the server's own
// service that decides about letters; only what is around them is of paper: a
// clock that jumps, services that answer by script, and a store in memory for
// one run. So what a rehearsal shows is what the rules do, not what a second
// set of rules says that they do. The engine's loops are not started: the stage
// hands it the run whenever it is due, one worker at a time, so that a play goes
// the same way each time.
package stage

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"gonets"
	"gonets/internal/alert"
	"gonets/internal/engine"
	"gonets/internal/news"
	"gonets/internal/script"
	"gonets/internal/step"
	"gonets/setting"
)

// Scene is what is played.
type Scene struct {
	// Scenario compiles: what does not cannot be played.
	Scenario *gonets.Scenario
	Event    gonets.Event
	// Run is the id of the run; one of the stage's own when it is empty.
	Run string
	// At is when the event comes in.
	At  time.Time
	Env *step.Env
	// Scripts are what the services answer, by the paths of steps; an empty path
	// is for all others. Without a script a service gives the usual answer.
	Scripts map[string][]script.Step
	// Usual are usual answers, by the paths of steps; else it is an empty 200.
	Usual map[string]script.Step
	// Recorded plays what was: services answer what Usual says of them and nothing
	// else. A request without such an answer ends the play, and nobody is told. Of each
	// step the story has the last request only.
	Recorded bool
	// Down is how long no service lets anybody connect, from At on.
	Down time.Duration
	// More are further events like this one, each Every later than the one before.
	// They share the services and the queues to them.
	More  int
	Every time.Duration
}

// Kind is what a [Line] tells of.
type Kind string

const (
	// Attempt is a request that was made.
	Attempt Kind = "attempt"
	// Wait is a pause without a failure.
	Wait Kind = "wait"
	// Queue is that the queue to a service closed itself.
	Queue Kind = "queue"
	// Letter is that people are told.
	Letter Kind = "letter"
	// End is how it ended.
	End Kind = "end"
)

// Why says why something goes on when it does.
type Why string

const (
	ByDelay      Why = "delay"
	ByRetryAfter Why = "retry_after"
	ByQuiet      Why = "quiet"
	ByStep       Why = "step"
)

// Line is one thing that happens.
type Line struct {
	Kind Kind
	At   time.Time
	Path string
	// Attempt is what was sent and came back; N is which of the Of tries it was.
	Attempt *gonets.Attempt
	Step    *gonets.Step
	N, Of   int
	// Next is when it goes on, and Why then; zero when it does not.
	Next time.Time
	Why  Why
	// Letter is what people are told; Over says that they learn with it that it
	// is over.
	Letter news.NoticeKind
	Over   bool
	// Also are the other kinds of news in the same letter, and Channels those that
	// it goes by.
	Also     []news.NoticeKind
	Channels []string
	// State and Reason are how it ended.
	State  gonets.RunState
	Reason gonets.Code
}

// Story is what became of a scene.
type Story struct {
	Began time.Time
	Lines []Line
	// State is that of the run at the end, and Ended when it came to that.
	State  gonets.RunState
	Reason gonets.Code
	Ended  time.Time
	// Answer is what the sender was answered by a respond step; nil is nothing.
	Answer *gonets.Answer
	Sent   []Sent
	// Results are the steps that were finished.
	Results []gonets.StepResult
	// Silent is the step whose request, the last one sent, had no answer to end with
	// in a recorded play.
	Silent string
	// Error is what kept a step from being done, in words.
	Error string
	// Others are what became of the further events; all else is of the first one.
	Others Others
}

// Others are what became of further events.
type Others struct {
	// Done runs succeeded or were skipped, Waiting ones wait for a person.
	Events, Done, Waiting, Failed int
	// Attempts counts the requests of their runs.
	Attempts int
	// Last is when the last of them was done; zero when none was.
	Last time.Time
}

// Sent is a request that would have left, with nothing masked.
type Sent struct {
	Path    string
	Request *gonets.Request
}

const (
	// runIDs are those of played runs: what hangs on them, such as the random part
	// of delays, is the same each time.
	runIDs = "00000000-0000-7000-8000-%012x"
	nodeID = "rehearsal"
	// look is how often it is decided what people are told: as a server does.
	look = 5 * time.Second
	// maxTurns bounds how often the run is taken up, maxLooks how often letters
	// are thought of: nothing real comes near.
	maxTurns = 200_000
	maxLooks = 50_000
	// afterwards is how long letters are waited for when the run is over.
	afterwards = 48 * time.Hour
)

// ErrEndless says that a play has no end.
var ErrEndless = errors.New("the rehearsal was given up: the run goes on and on")

// Play plays a scene. It takes milliseconds, whatever time passes in it.
func Play(ctx context.Context, sc Scene) (*Story, error) {
	p := newPlay(sc)
	defer p.close()
	if err := p.all(ctx); err != nil {
		return nil, err
	}
	p.story.Results = p.lives[0].job.Results
	return &p.story, nil
}

// play is a scene on its way.
type play struct {
	*world
	engine *engine.Engine
	places *engine.Places
	alerts *alert.Service
	// looked is when it was last decided what people are told.
	looked time.Time
	// shut are until when queues were last told to be closed.
	shut map[string]time.Time
}

func newPlay(sc Scene) *play {
	sc.At = sc.At.UTC().Truncate(time.Millisecond)
	c := &clock{now: sc.At}
	log := slog.New(slog.DiscardHandler)
	p := &play{world: newWorld(sc, c), looked: sc.At, shut: map[string]time.Time{}}
	p.places = engine.NewPlaces(engine.PlaceRules{Own: p.own, Limits: p.limits, Clock: c})
	p.alerts = alert.New(alert.Options{Book: p.world, Settings: p.told, PublicURL: sc.Env.PublicURL, Bus: quiet{}, Clock: c, Log: log})
	p.engine = engine.New(engine.Options{Places: p.places, Store: p.world, Sender: p.world, Env: sc.Env, Clock: c, Bus: p.world,
		Journal: p.world, Metrics: quiet{}, Log: log, Node: nodeID, Epoch: 1, Alerts: p.alerts, SoftDeadline: time.Second})
	return p
}

// close ends the engine's workers; they have nothing in hand.
func (p *play) close() {
	ctx := context.Background()
	_ = p.engine.Stop(ctx)
	_ = p.alerts.Stop(ctx)
}

func (p *play) own(url string) bool { return strings.HasPrefix(url, p.scene.Env.PublicURL()+"/") }

// limits are those of the settings that concern a single run: how many go at
// once, and how fast, does not.
func (p *play) limits() map[string]gonets.LaneLimits {
	out := map[string]gonets.LaneLimits{}
	for address, l := range p.scene.Env.Settings().Lanes {
		if l.Open {
			out[step.Origin(address)] = gonets.LaneLimits{Open: true}
		}
	}
	return out
}

// told are the settings with somebody who is told, if it is nobody yet: what
// would be told is shown also to those who have not set that up.
func (p *play) told() setting.Settings {
	set := p.scene.Env.Settings()
	if !Tells(&set) {
		set.Mail = &setting.Mail{To: []string{"owner@example.org"}}
	} else if set.Mail != nil && len(set.Mail.To) == 0 {
		mail := *set.Mail
		mail.To = []string{"owner@example.org"}
		set.Mail = &mail
	}
	return set
}

// Tells is whether the settings name a way by which people are told.
func Tells(set *setting.Settings) bool {
	return set.Mail != nil || set.Notices != nil && len(set.Notices.Channels) > 0
}

// all plays until the runs wait for nothing but people, and what they are told of
// it is told. Whose time comes first has its turn first, as in a claim.
func (p *play) all(ctx context.Context) error {
	for range maxTurns {
		l := p.first()
		if l == nil {
			return p.settle(ctx)
		}
		if err := p.pass(ctx, l.due); err != nil {
			return err
		}
		if !p.reserve(l) {
			continue
		}
		if err := p.turn(ctx, l); err != nil {
			return err
		}
		if p.story.Silent != "" {
			return nil
		}
		if run := &l.job.Run; run.State == gonets.RunWaiting || run.State == gonets.RunQueued {
			l.due = run.DueAt
			continue
		}
		p.end(l)
	}
	return ErrEndless
}

// turn hands the run to the engine and waits until it gives it back.
func (p *play) turn(ctx context.Context, l *life) error {
	p.engine.Offer([]gonets.Job{p.take(l)})
	select {
	case <-p.back:
	case <-ctx.Done():
		return ctx.Err()
	}
	// What its worker does behind the commit belongs to the turn: a lane that is
	// tried out knows only then how that went.
	p.engine.Idle()
	for _, c := range p.places.Changes() {
		p.places.Stored(&c)
	}
	return nil
}

// reserve finds a run a place in its queue; while that is closed the run is due
// when it opens.
func (p *play) reserve(l *life) bool {
	run := &l.job.Run
	if run.Lane == "" {
		name, reserved := p.places.Place(p.scene.Scenario, &l.job.Event)
		run.Lane = name
		if reserved {
			return true
		}
	}
	if p.places.Due(run.Lane) {
		p.places.Prove(run.Lane)
	}
	if n, _ := p.places.ReserveClaim(run.Lane, 1); n > 0 {
		return true
	}
	until := p.places.Record(run.Lane).ClosedUntil
	if until.After(p.clock.Now()) {
		p.closed(run, until)
		l.due = until
	} else {
		// A node looks again a second later.
		l.due = p.clock.Now().Add(time.Second)
	}
	return false
}

// closed tells once that a queue is closed. One that closes again and again while
// nothing else is to be told is closed all that time.
func (p *play) closed(run *gonets.Run, until time.Time) {
	if p.shut[run.Lane].Equal(until) {
		return
	}
	p.shut[run.Lane] = until
	if n := len(p.story.Lines); n > 0 && p.story.Lines[n-1].Kind == Queue {
		p.story.Lines[n-1].Next = gonets.Later(p.story.Lines[n-1].Next, until)
		return
	}
	p.tell(Line{Kind: Queue, At: p.clock.Now(), Path: run.Cursor, Next: until})
}

// pass lets time pass, with the letters that fall into it.
func (p *play) pass(ctx context.Context, until time.Time) error {
	if p.scene.Recorded {
		p.clock.set(until)
		return nil
	}
	for range maxLooks {
		at := p.nextLook()
		if at.IsZero() {
			break
		}
		at = gonets.Later(at, p.looked.Add(look))
		// A server looks by its own clock, which began with the play.
		if over := at.Sub(p.scene.At) % look; over > 0 {
			at = at.Add(look - over)
		}
		if at.After(until) {
			break
		}
		p.clock.set(at)
		p.looked = at
		if err := p.alerts.Conclude(ctx); err != nil {
			return err
		}
	}
	p.clock.set(until)
	return nil
}

// end tells how a run ended.
func (p *play) end(l *life) {
	run, o := &l.job.Run, &p.story.Others
	l.over = true
	if l != p.lives[0] {
		o.Events++
		o.Attempts += run.Attempts
		switch run.State {
		case gonets.RunSucceeded, gonets.RunSkipped:
			o.Done++
			o.Last = p.clock.Now()
		case gonets.RunFailed:
			o.Failed++
		default:
			o.Waiting++
		}
		return
	}
	p.story.State, p.story.Reason, p.story.Ended = run.State, run.Reason, p.clock.Now()
	p.tell(Line{Kind: End, At: p.clock.Now(), Path: run.Cursor, State: run.State, Reason: run.Reason})
}

// settle waits for the last letters.
func (p *play) settle(ctx context.Context) error {
	return p.pass(ctx, p.clock.Now().Add(afterwards))
}
