package drift

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
)

const (
	// atOnce is how many sources one look is about, firstAtOnce how many of them of
	// which nothing is known: for those, the past is read.
	atOnce      = 100
	firstAtOnce = 5
	// newest is how many events of a source one look reads: of more, the last ones.
	newest = 25
	// maxBody is how long a body is looked at, in bytes.
	maxBody = 256 << 10
	// tries is how often an acceptance begins anew because somebody was faster.
	tries = 5
)

// Book keeps what is known, and the events.
type Book interface {
	Sheets(ctx context.Context) ([]news.Sheet, error)
	Sheet(ctx context.Context, source string) (news.Sheet, error)
	KeepSheet(ctx context.Context, s *news.Sheet) (kept bool, err error)
	AcceptSheet(ctx context.Context, s *news.Sheet, actor string) (kept bool, err error)
	Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error)
}

// Options are what a Watch works with.
type Options struct {
	Book Book
	// Reader reads a source's events as templates see them.
	Reader func(source string) (func(*gonets.Event) map[string]any, error)
	// Scenarios are those that a source feeds.
	Scenarios func(ctx context.Context, source string) ([]gonets.Scenario, error)
	Clock     gonets.Clock
	Log       *slog.Logger
}

// Watch learns from what is stored; receiving an event costs nothing more for it.
// Several servers of a database may look at once: what one has learned is kept
// once.
type Watch struct{ o Options }

// NewWatch makes a Watch.
func NewWatch(o Options) *Watch { return &Watch{o} }

// Look reads what came since the last look, and tells of each source that is
// watched what is not as it was. Of a source that cannot be read, what was known
// before is told.
func (w *Watch) Look(ctx context.Context, watched func(source string) bool) (map[string][]Change, error) {
	sheets, err := w.o.Book.Sheets(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]Change{}
	var due []*news.Sheet
	for i := range sheets {
		s := &sheets[i]
		if !watched(s.Source) {
			continue
		}
		out[s.Source] = changesOf(s)
		if s.LastAt.After(s.SeenAt) {
			due = append(due, s)
		}
	}
	slices.SortStableFunc(due, func(a, b *news.Sheet) int { return a.SeenAt.Compare(b.SeenAt) })
	first := 0
	for _, s := range due[:min(len(due), atOnce)] {
		if s.SeenAt.IsZero() {
			if first++; first > firstAtOnce {
				continue
			}
		}
		changes, err := w.learn(ctx, s)
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			w.o.Log.Warn("the fields of a source's events could not be looked at", "source", s.Source, "error", err)
			continue
		}
		out[s.Source] = changes
	}
	return out, nil
}

// learn takes up the newest events of a source.
func (w *Watch) learn(ctx context.Context, mark *news.Sheet) ([]Change, error) {
	sheet, p, err := w.sheet(ctx, mark.Source)
	if err != nil {
		return nil, err
	}
	f := gonets.EventFilter{Source: sheet.Source, Page: gonets.Page{Limit: newest}}
	if sheet.SeenAt.IsZero() {
		f.Page.Limit = Window
	} else {
		f.Since = sheet.SeenAt.Add(time.Millisecond)
	}
	read, err := w.o.Reader(sheet.Source)
	if err != nil {
		return nil, err
	}
	// The next look begins behind what cannot be read.
	events, unread := w.o.Book.Events(ctx, f)
	if ctx.Err() != nil {
		return nil, unread
	}
	sheet.SeenAt = gonets.Later(mark.LastAt, sheet.SeenAt)
	for _, ev := range slices.Backward(events.Items) {
		sheet.SeenAt = gonets.Later(ev.ReceivedAt, sheet.SeenAt)
		if usable(&ev) {
			p.Observe(Fields(read(&ev)), ev.ReceivedAt)
		}
	}
	if err := w.write(ctx, &sheet, p); err != nil {
		return nil, err
	}
	if kept, err := w.o.Book.KeepSheet(ctx, &sheet); err != nil || !kept {
		// Another server has looked, or a person accepted: the next look tells.
		return changesOf(mark), errors.Join(unread, err)
	}
	return changesOf(&sheet), unread
}

// usable tells whether an event came from its source by itself, and is whole. One
// without a body says nothing; of one whose body is long, not all is read.
func usable(ev *gonets.Event) bool {
	return ev.Actor == "" && ev.Mark != gonets.MarkCheck && ev.Mark != gonets.MarkErased &&
		len(ev.Body)+len(ev.Item) > 0 && max(len(ev.Body), len(ev.Item)) <= maxBody
}

// sheet is what is known of a source, its profile read.
func (w *Watch) sheet(ctx context.Context, source string) (s news.Sheet, p *Profile, err error) {
	p = &Profile{}
	if s, err = w.o.Book.Sheet(ctx, source); err != nil || len(s.Profile) == 0 {
		return s, p, err
	}
	err = json.Unmarshal(s.Profile, p)
	return s, p, err
}

// write puts a profile and what follows from it into a sheet.
func (w *Watch) write(ctx context.Context, s *news.Sheet, p *Profile) error {
	changes, err := w.named(ctx, s.Source, p)
	if err != nil {
		return err
	}
	if s.Changes, err = json.Marshal(changes); err != nil {
		return err
	}
	s.Profile, err = json.Marshal(p)
	return err
}

// named are the changes with the steps that they concern.
func (w *Watch) named(ctx context.Context, source string, p *Profile) ([]Change, error) {
	changes := p.Changes(w.o.Clock.Now())
	if len(changes) == 0 {
		return changes, nil
	}
	scenarios, err := w.o.Scenarios(ctx, source)
	if err != nil && ctx.Err() == nil {
		w.o.Log.Warn("the steps that read a source's fields could not be found", "source", source, "error", err)
		return changes, nil
	}
	if err != nil {
		return nil, err
	}
	var steps []Reading
	for i := range scenarios {
		steps = append(steps, Readings(&scenarios[i])...)
	}
	Name(changes, steps)
	return changes, nil
}

func changesOf(s *news.Sheet) (out []Change) {
	if len(s.Changes) > 0 && json.Unmarshal(s.Changes, &out) != nil {
		return nil // a newer server wrote them
	}
	return out
}

// Known is what is known of a source's fields.
type Known struct {
	// Events is of how many of the last ones, Fields how many fields they have.
	Events, Fields int
	// Learned is true when it is enough to find changes.
	Learned bool
	Changes []Change
}

// Show tells what is known of a source.
func (w *Watch) Show(ctx context.Context, source string) (k Known, err error) {
	_, p, err := w.sheet(ctx, source)
	if err != nil {
		return k, err
	}
	k = Known{Events: p.Count(), Fields: len(p.Fields), Learned: p.Known()}
	k.Changes, err = w.named(ctx, source, p)
	return k, err
}

// Accept makes what has changed the usual, because a person says so.
func (w *Watch) Accept(ctx context.Context, source, actor string) error {
	for range tries {
		s, p, err := w.sheet(ctx, source)
		if err != nil || len(s.Profile) == 0 {
			return err
		}
		p.Accept()
		if err := w.write(ctx, &s, p); err != nil {
			return err
		}
		if kept, err := w.o.Book.AcceptSheet(ctx, &s, cmp.Or(actor, "?")); err != nil || kept {
			return err
		}
	}
	return gonets.Errorf(gonets.CodeBusy, "the fields of %s are being looked at; try again", source)
}
