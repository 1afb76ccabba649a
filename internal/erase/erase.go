package erase

import (
	"context"
	"log/slog"
	"time"

	"gonets"
	"gonets/internal/service"
)

const (
	// tick is the pause between turns while there is work, idle else.
	tick = 20 * time.Millisecond
	idle = 5 * time.Second
	// lease is how long a job stays its owner's when that falls silent, turn how
	// long it is worked on in one go.
	lease = 30 * time.Second
	turn  = time.Second
	// batch is how many finds are erased in one commit.
	batch = 20
	// maxRounds bounds how often it is looked again for what came meanwhile.
	maxRounds = 3
	// listed is how many runs that are not over are named.
	listed = 100
)

// Jobs keeps jobs.
type Jobs interface {
	CreateErasure(ctx context.Context, j Job) error
	Erasure(ctx context.Context, id string) (Job, error)
	Erasures(ctx context.Context, p gonets.Page) (gonets.List[Job], error)
	SteerErasure(ctx context.Context, id, actor string, change func(*Job) error) (Job, error)
	TakeErasure(ctx context.Context, o Owner) (*Job, error)
	SaveErasure(ctx context.Context, j *Job, o Owner, finds []Find) (ok bool, err error)
}

// Shelves are everything that is kept.
type Shelves interface {
	LookErasure(ctx context.Context, job string, from Place) (Page, error)
	EraseFound(ctx context.Context, j *Job, o Owner, note string, limit int) (more, ok bool, err error)
	Unfinished(ctx context.Context, id string, limit int) ([]Blocker, int, error)
	Rewrite(ctx context.Context) (Because, error)
}

// Options are what a Service works with.
type Options struct {
	Jobs    Jobs
	Shelves Shelves
	// Cancel ends a run that is not over.
	Cancel func(ctx context.Context, run, actor string) error
	// Forget drops what is in the memory of servers, and cannot be looked through.
	Forget func()
	// MAC is a keyed hash, by which equal values are known without being told.
	MAC   func(text string) []byte
	Owner string
	Clock gonets.Clock
	Log   *slog.Logger
}

// Service works on jobs.
type Service struct {
	*service.Loop
	o Options
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{o: o}
	s.Loop = service.NewLoop(service.LoopOptions{Title: "erasing", Turn: s.Turn, Tick: tick, Idle: idle, Clock: o.Clock})
	return s
}

// Turn works on one job for a while; busy tells whether there was one.
func (s *Service) Turn(ctx context.Context) (busy bool) {
	now := s.o.Clock.Now()
	owner := Owner{Name: s.o.Owner, Until: now.Add(lease)}
	j, err := s.o.Jobs.TakeErasure(ctx, owner)
	if err == nil && j != nil {
		err = s.work(ctx, j, owner, now.Add(turn))
	}
	if err != nil && ctx.Err() == nil {
		s.o.Log.Warn("an erasure does not get on; trying again", "error", err)
		return false
	}
	return j != nil
}

// work goes on with a job until a time, or until it waits for a person.
func (s *Service) work(ctx context.Context, j *Job, o Owner, until time.Time) error {
	needle := NewNeedle(j.Value)
	for ctx.Err() == nil {
		ok, err := s.step(ctx, j, o, needle)
		if err != nil || !ok || j.State.Final() || j.State == Found || !s.o.Clock.Now().Before(until) {
			return err
		}
	}
	return nil
}

// step does a small part of a job and keeps how far it is; ok is false when the
// job is somebody else's meanwhile.
func (s *Service) step(ctx context.Context, j *Job, o Owner, needle *Needle) (ok bool, err error) {
	switch j.State {
	case Looking, Checking:
		return s.walk(ctx, j, o, needle)
	case Erasing:
		return s.erase(ctx, j, o)
	case Closing:
		if j.Because, err = s.o.Shelves.Rewrite(ctx); err != nil {
			return false, err
		}
		j.State = Finished
		return s.o.Jobs.SaveErasure(ctx, j, o, nil)
	}
	return false, nil
}

// walk looks at one page.
func (s *Service) walk(ctx context.Context, j *Job, o Owner, needle *Needle) (bool, error) {
	page, err := s.o.Shelves.LookErasure(ctx, j.ID, j.Place)
	if err != nil {
		return false, err
	}
	var finds []Find
	for i := range page.Items {
		if item := &page.Items[i]; holds(needle, item) {
			if item.Kind == KindMention {
				j.mention(item.ID)
				continue
			}
			finds = append(finds, item.Find)
		}
	}
	for _, id := range page.Unread {
		finds = append(finds, Find{Kind: KindUnread, ID: id})
	}
	if j.Place == (Place{}) {
		j.Unread = 0
	}
	j.Looked += page.Looked
	j.Place, j.Share = page.Next, page.Share
	if !page.Done {
		return s.o.Jobs.SaveErasure(ctx, j, o, finds)
	}
	// What the last page found counts before it is decided what follows.
	if ok, err := s.o.Jobs.SaveErasure(ctx, j, o, finds); err != nil || !ok {
		return ok, err
	}
	again := j.Again
	j.Place, j.Again, j.Share = Place{}, 0, 0
	switch {
	case j.State == Looking:
		j.State = Found
	case again > 0 && j.Round < maxRounds:
		j.State, j.Left = Erasing, 0
	default:
		j.State = Closing
	}
	return s.o.Jobs.SaveErasure(ctx, j, o, nil)
}

func holds(n *Needle, item *Item) bool {
	for _, t := range item.Texts {
		if n.In(t) {
			return true
		}
	}
	return false
}

func (j *Job) mention(name string) {
	for _, known := range j.Mentions {
		if known == name {
			return
		}
	}
	j.Mentions = append(j.Mentions, name)
}

// erase works on some of what was found.
func (s *Service) erase(ctx context.Context, j *Job, o Owner) (bool, error) {
	if j.Cancel {
		open, _, err := s.o.Shelves.Unfinished(ctx, j.ID, listed)
		if err != nil {
			return false, err
		}
		for _, b := range open {
			// One that ended by itself meanwhile is as good.
			if err := s.o.Cancel(ctx, b.Run, j.By); err != nil && gonets.CodeOf(err) != gonets.CodeRunState && gonets.CodeOf(err) != gonets.CodeNotFound {
				return false, err
			}
		}
	}
	more, ok, err := s.o.Shelves.EraseFound(ctx, j, o, s.note(), batch)
	if err != nil || !ok || more {
		return ok, err
	}
	// After the commits: what runs went on to send until they were cancelled came before this.
	s.o.Forget()
	j.State, j.Round, j.Place = Checking, j.Round+1, Place{}
	return s.o.Jobs.SaveErasure(ctx, j, o, nil)
}

// note stands in the place of what was erased.
func (s *Service) note() string { return Note(s.o.Clock.Now()) }
