// Package checking is the room of the interface for checks on their way: it tells
// them line by line, lets one go on when its reader leaves, and ends it when a person
// says so.
package checking

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/rehearse"
)

// Rehearsal tries drafts.
type Rehearsal interface {
	Check(ctx context.Context, o rehearse.Order, emit func(rehearse.Line) error) error
}

const (
	// most is how many checks go on without needing their readers at the same time.
	most = 32
	// patience is how long such a check waits for a reader that takes nothing; then it
	// goes on without him.
	patience = 10 * time.Second
	// heartbeat keeps proxies from closing the stream of a check that waits for an answer.
	heartbeat = 15 * time.Second
)

// Room is where checks are on their way.
type Room struct {
	rehearsal Rehearsal
	clock     gonets.Clock
	stopping  <-chan struct{}
	log       *slog.Logger

	mu    sync.Mutex
	going map[string]*going
}

// New furnishes the room; stopping is closed when all checks have to end.
func New(r Rehearsal, clock gonets.Clock, stopping <-chan struct{}, log *slog.Logger) *Room {
	return &Room{rehearsal: r, clock: clock, stopping: stopping, log: cmp.Or(log, slog.New(slog.DiscardHandler)), going: map[string]*going{}}
}

// Wish asks for a check.
type Wish struct {
	rehearse.Order
	// Show is a line as its reader sees it.
	Show func(l rehearse.Line) api.CheckLine
	// GoesOn keeps it on its way when its reader leaves; As says of what it is then.
	GoesOn bool
	As     api.GoingCheck
	// Refuse answers with an error that comes before the first line.
	Refuse func(w http.ResponseWriter, err error)
}

// going is a check that needs no reader.
type going struct {
	cancel context.CancelFunc
	about  api.GoingCheck

	mu    sync.Mutex
	lines [][]byte
	over  bool
	// more is closed when there is something new.
	more chan struct{}
}

func (g *going) add(line []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line)
	g.wake()
}

func (g *going) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	g.wake()
}

// wake is called under the lock.
func (g *going) wake() {
	close(g.more)
	g.more = make(chan struct{})
}

// after are the lines behind the first n, and what tells of further ones; nil when
// there are none to come.
func (g *going) after(n int) (lines [][]byte, more <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if lines = g.lines[n:]; !g.over {
		more = g.more
	}
	return lines, more
}

// Stream tells a check, one object a line, until it is over, the server stops, or,
// unless it goes on, its reader leaves.
func (r *Room) Stream(wish Wish) *huma.StreamResponse {
	wish.As.Was = renamed(wish.Scenario.Steps)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		r.try(c.Context(), w, wish)
	}}
}

// renamed are the first paths of steps that are called otherwise now.
func renamed(steps []gonets.Step) map[string]string {
	first := gonets.FirstPaths(steps)
	maps.DeleteFunc(first, func(now, was string) bool { return now == was })
	return first
}

func (r *Room) try(ctx context.Context, w http.ResponseWriter, wish Wish) {
	reader := ctx
	if wish.GoesOn {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-r.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	out := newStream(w)
	if wish.GoesOn {
		out.patience = patience
	}
	defer out.beat(r.clock)()
	var g *going
	defer func() { r.leave(g) }()
	left := false
	err := r.rehearsal.Check(ctx, wish.Order, func(l rehearse.Line) (err error) {
		line, err := encode(wish.Show(l))
		if err != nil {
			return err
		}
		if wish.GoesOn && g == nil {
			// Whoever left before he heard of it cannot know what to come back to.
			if err := reader.Err(); err != nil {
				return err
			}
			if g, err = r.enter(l.RunID, wish.As, cancel); err != nil {
				return err
			}
		}
		if g == nil {
			return out.write(line)
		}
		g.add(line)
		if !left {
			left = out.write(line) != nil
		}
		return nil
	})
	switch {
	case err == nil || ctx.Err() != nil:
	case !out.began:
		wish.Refuse(w, err)
	default:
		r.log.Error("a check broke off", "error", err)
	}
}

// enter notes a check that needs no reader.
func (r *Room) enter(id string, about api.GoingCheck, cancel context.CancelFunc) (*going, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.going) >= most {
		return nil, gonets.Errorf(gonets.CodeBusy, "%d checks are on their way already; end one or wait for it", most)
	}
	about.RunID = id
	g := &going{cancel: cancel, about: about, more: make(chan struct{})}
	r.going[id] = g
	return g, nil
}

func (r *Room) leave(g *going) {
	if g == nil {
		return
	}
	r.mu.Lock()
	delete(r.going, g.about.RunID)
	r.mu.Unlock()
	g.end()
}

func (r *Room) find(id string) *going {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.going[id]
}

// End ends checks, those that are on their way here.
func (r *Room) End(ids ...string) {
	for _, id := range ids {
		if g := r.find(id); g != nil {
			g.cancel()
		}
	}
}

type (
	// ID is a check by the run that it is kept as.
	ID struct {
		ID string `path:"id"`
	}
	// List are the checks on their way.
	List struct{ Body api.List[api.GoingCheck] }
)

// List lists the checks that need no reader, the oldest first.
func (r *Room) List(context.Context, *struct{}) (*List, error) {
	out := &List{Body: api.List[api.GoingCheck]{Items: []api.GoingCheck{}}}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.going {
		out.Body.Items = append(out.Body.Items, g.about)
	}
	slices.SortFunc(out.Body.Items, func(a, b api.GoingCheck) int { return cmp.Compare(a.RunID, b.RunID) })
	return out, nil
}

// Follow tells a check from its first line on.
func (r *Room) Follow(_ context.Context, in *ID) (*huma.StreamResponse, error) {
	g := r.find(in.ID)
	if g == nil {
		return nil, gonets.Errorf(gonets.CodeNotFound, "no check %s is on its way here; what came of it stands in the history", in.ID)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		out, told := newStream(w), 0
		defer out.beat(r.clock)()
		for {
			lines, more := g.after(told)
			for _, line := range lines {
				if out.write(line) != nil {
					return
				}
			}
			told += len(lines)
			if more == nil {
				return
			}
			select {
			case <-more:
			case <-c.Context().Done():
				return
			}
		}
	}}, nil
}

// stream is an answer of one JSON object a line.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	// patience is how long a line may take to leave; none is as long as it takes.
	patience time.Duration

	mu    sync.Mutex
	began bool
}

func newStream(w http.ResponseWriter) *stream {
	s := &stream{w: w, control: http.NewResponseController(w)}
	// It outlives the timeouts of other answers. A writer that knows no deadlines has
	// none to lift.
	_ = s.control.SetWriteDeadline(time.Time{})
	_ = s.control.SetReadDeadline(time.Time{})
	return s
}

func (s *stream) write(line []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.began {
		s.began = true
		s.w.Header().Set("Content-Type", "application/x-ndjson")
		s.w.Header().Set("X-Accel-Buffering", "no") // nginx would hold the lines back
		s.w.WriteHeader(http.StatusOK)
	}
	return s.send(line)
}

// send is called under the lock.
func (s *stream) send(line []byte) error {
	if s.patience > 0 {
		_ = s.control.SetWriteDeadline(gonets.SystemClock{}.Now().Add(s.patience))
		// What is silent until the next line is not late.
		defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }()
	}
	if _, err := s.w.Write(line); err != nil {
		return err
	}
	return s.control.Flush()
}

// beat writes a blank line now and then, behind the first line, until end is called.
func (s *stream) beat(clock gonets.Clock) (end func()) {
	stop := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		for {
			quiet := clock.NewTimer(heartbeat)
			select {
			case <-stop:
				quiet.Stop()
				return
			case <-quiet.C():
				if s.blank() != nil {
					return
				}
			}
		}
	})
	return func() {
		close(stop)
		beating.Wait()
	}
}

func (s *stream) blank() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Before the first line an error can still be answered.
	if !s.began {
		return nil
	}
	return s.send([]byte{'\n'})
}

func encode(l api.CheckLine) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(l)
	return b.Bytes(), err
}
