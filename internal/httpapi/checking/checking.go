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
	"gonets/internal/hint"
	"gonets/internal/rehearse"
)

// Rehearsal tries drafts.
type Rehearsal interface {
	Check(ctx context.Context, o rehearse.Order, emit func(rehearse.Line) error) error
}

// Book has what is kept of checks, of those at other servers too.
type Book interface {
	OpenChecks(ctx context.Context) ([]gonets.OpenCheck, error)
	EndCheck(ctx context.Context, id string) error
	LoseCheck(ctx context.Context, id string, now time.Time) error
}

const (
	// patience is how long a check waits for a reader that takes nothing, portion what
	// he has to take in that time, in bytes; one that goes on then does so without him.
	patience = 10 * time.Second
	// heartbeat keeps proxies from closing the stream of a check that waits for an answer.
	heartbeat = 15 * time.Second
	portion   = 32 << 10
	// goodbye is how long checks that were ended have to be kept and gone.
	goodbye = 15 * time.Second
)

// Options is what the room needs.
type Options struct {
	Rehearsal Rehearsal
	Book      Book
	// Node is this server's name among those of its database.
	Node string
	// Tell gives the other servers a hint.
	Tell func(hint.Hint)
	// Judges tells whether this server knows well enough that others which seem silent are.
	Judges func() bool
	// Stopping is closed when all checks have to end.
	Stopping <-chan struct{}
	Clock    gonets.Clock
	Log      *slog.Logger
}

// Room is where checks are on their way.
type Room struct {
	o Options

	mu    sync.Mutex
	going map[*going]bool
}

// New furnishes the room.
func New(o Options) *Room {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Room{o: o, going: map[*going]bool{}}
}

// Wish asks for a check. One with Going stays on its way when its reader leaves.
type Wish struct {
	rehearse.Order
	// Show is a line as its reader sees it.
	Show func(l rehearse.Line) api.CheckLine
	// Refuse answers with an error that comes before the first line.
	Refuse func(w http.ResponseWriter, err error)
}

// going is a check on its way.
type going struct {
	cancel context.CancelCauseFunc
	// about is filled in with its first line, under the room's lock. One that needs no
	// reader has a Going in it, and only such a one keeps its lines.
	about gonets.RunSummary

	mu     sync.Mutex
	lines  [][]byte
	weight int
	over   bool
	// more is closed when there is something new.
	more chan struct{}
}

func (g *going) add(line []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line)
	if g.weight += len(line); g.weight > gonets.MaxCheckBytes {
		g.cancel(gonets.Errorf(gonets.CodeCheckLimit, "the check was ended: what it told so far is larger than %d MiB", gonets.MaxCheckBytes>>20))
	}
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
	if wish.Going != nil {
		wish.Going.Was = renamed(wish.Scenario.Steps)
	}
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

func (r *Room) try(reader context.Context, w http.ResponseWriter, wish Wish) {
	ctx, free := reader, context.CancelFunc(func() {})
	if wish.Going != nil {
		ctx, free = context.WithTimeoutCause(context.WithoutCancel(reader), gonets.MaxCheckTime,
			gonets.Errorf(gonets.CodeCheckLimit, "the check was ended: it took longer than an hour"))
	}
	defer free()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-r.o.Stopping:
			cancel(nil)
		case <-ctx.Done():
		}
	}()
	out, g, left := newStream(w), r.begin(cancel), false
	defer out.beat(r.o.Clock)()
	defer r.leave(g)
	err := r.o.Rehearsal.Check(ctx, wish.Order, func(l rehearse.Line) (err error) {
		line, err := encode(wish.Show(l))
		if err != nil {
			return err
		}
		if g.about.ID == "" {
			// Whoever left before he heard of it cannot know what to come back to.
			if err := reader.Err(); err != nil {
				return err
			}
			about := gonets.RunSummary{Run: gonets.Run{ID: l.RunID, Scenario: wish.Scenario.Name, CreatedAt: r.o.Clock.Now().UTC()}, Going: wish.Going}
			if err := r.enter(g, about); err != nil {
				return err
			}
		}
		if wish.Going == nil {
			return out.write(line)
		}
		g.add(line)
		left = left || out.write(line) != nil
		return nil
	})
	switch {
	case err == nil || ctx.Err() != nil:
	case !out.began:
		wish.Refuse(w, err)
	default:
		r.o.Log.Error("a check broke off", "error", err)
	}
}

// begin notes a check.
func (r *Room) begin(cancel context.CancelCauseFunc) *going {
	g := &going{cancel: cancel, more: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.going[g] = true
	return g
}

// enter makes a check known, unless it is one too many that needs no reader.
func (r *Room) enter(g *going, about gonets.RunSummary) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if about.Going != nil && len(r.alone()) >= gonets.MaxChecks {
		return gonets.Errorf(gonets.CodeChecks, "%d checks are on their way already; end one or wait for it", gonets.MaxChecks)
	}
	g.about = about
	return nil
}

func (r *Room) leave(g *going) {
	r.mu.Lock()
	delete(r.going, g)
	r.mu.Unlock()
	g.end()
}

// alone are the checks that need no reader, the oldest first. It is called under the
// lock.
func (r *Room) alone() []*going {
	var out []*going
	for g := range r.going {
		if g.about.Going != nil {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *going) int { return cmp.Compare(a.about.ID, b.about.ID) })
	return out
}

func (r *Room) find(id string) *going {
	r.mu.Lock()
	defer r.mu.Unlock()
	for g := range r.going {
		if id != "" && g.about.ID == id {
			return g
		}
	}
	return nil
}

// End ends checks, those that are on their way here.
func (r *Room) End(ids ...string) {
	for _, id := range ids {
		if g := r.find(id); g != nil {
			g.cancel(nil)
		}
	}
}

// EndAll ends all checks that are on their way here, because a person is erased who
// may stand in what they hold. What it returns waits until the last of them is kept,
// or was given up.
func (r *Room) EndAll() (wait func()) {
	r.mu.Lock()
	all := slices.Collect(maps.Keys(r.going))
	r.mu.Unlock()
	for _, g := range all {
		g.cancel(gonets.Errorf(gonets.CodeCancelled, "the check was ended, because the data of a person may have been erased meanwhile; check again"))
	}
	return func() {
		timer := gonets.SystemClock{}.NewTimer(goodbye)
		defer timer.Stop()
		for _, g := range all {
			for _, more := g.after(0); more != nil; _, more = g.after(0) {
				select {
				case <-more:
				case <-timer.C():
					r.o.Log.Error("a check that was ended because of an erasure is not over yet; what it keeps is not looked through")
					return
				}
			}
		}
	}
}

// Follow tells a check from its first line on.
func (r *Room) Follow(_ context.Context, in *ID) (*huma.StreamResponse, error) {
	g := r.find(in.ID)
	if g == nil || g.about.Going == nil {
		return nil, gonets.Errorf(gonets.CodeNotFound, "no check %s is on its way at this server; the list of checks tells of those at others, the history what came of it", in.ID)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		out, told := newStream(w), 0
		defer out.beat(r.o.Clock)()
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

// write gives up a reader that takes nothing: neither the end of a check nor the stop of
// the server would wake who waits for him.
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
	// What is silent until the next line is not late.
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }()
	for part := range slices.Chunk(line, portion) {
		_ = s.control.SetWriteDeadline(gonets.SystemClock{}.Now().Add(patience))
		if _, err := s.w.Write(part); err != nil {
			return err
		}
		if err := s.control.Flush(); err != nil {
			return err
		}
	}
	return nil
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
