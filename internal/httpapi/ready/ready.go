// Package ready is the room of the interface that tells whether a scenario can be
// left to work by itself. Its eight points are judged by what the server saw, never
// ticked by hand: what is seen no more, or was seen of an earlier version, counts
// no longer.
package ready

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/news"
	"gonets/internal/source"
	"gonets/setting"
)

// Fresh is how long what was seen of the world outside counts.
const Fresh = 30 * 24 * time.Hour

// Documents are what people wrote.
type Documents interface {
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
	Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	Secrets(ctx context.Context) ([]gonets.SecretInfo, error)
}

// History is runs and checks.
type History interface {
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	Run(ctx context.Context, id string) (gonets.RunDetail, error)
	CountRuns(ctx context.Context, f gonets.RunFilter) (gonets.RunCount, error)
}

// Witness saw what came and what left.
type Witness interface {
	// Callers are the last events of a source that nobody made by hand, the newest
	// first, without what they carried.
	Callers(ctx context.Context, source string) ([]gonets.Event, error)
	// Refused is how often a source surely did not believe a caller since a time, and
	// when the last of them came at the earliest.
	Refused(ctx context.Context, source string, since time.Time) (n int64, last time.Time, err error)
	// LastLetters are how the newest letter of each channel ended.
	LastLetters(ctx context.Context) (map[string]news.Delivery, error)
}

// Room is what the operation needs.
type Room struct {
	Documents Documents
	History   History
	Witness   Witness
	// Bind lays a source over its preset.
	Bind func(gonets.Source) (*source.Binding, error)
	// URL is the address to give to new senders, of those that belong to a source's tokens.
	URL      func(tokens []string) string
	Settings func() setting.Settings
	Disk     func() api.Disk
	// Heard tells whether a channel took a test with the present settings.
	Heard func(ctx context.Context, channel string) (bool, error)
	Clock gonets.Clock
}

// Question names a scenario.
type Question struct {
	Name string `path:"name"`
}

// Answer tells how ready it is.
type Answer struct{ Body api.Readiness }

// Look judges all points of a scenario.
func (r Room) Look(ctx context.Context, in *Question) (*Answer, error) {
	l, err := r.begin(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	out := &Answer{Body: api.Readiness{Scenario: l.info.Name, Title: l.info.Title, State: l.info.State, Version: l.info.Version,
		HasDraft: l.info.HasDraft, Ready: true}}
	for _, judge := range []func(context.Context) (api.ReadyPoint, error){
		l.address, l.protection, l.sender, l.errors, l.history, l.checked, l.watched, l.documented,
	} {
		p, err := judge(ctx)
		if err != nil {
			return nil, err
		}
		out.Body.Points = append(out.Body.Points, p)
		out.Body.Ready = out.Body.Ready && p.OK
	}
	return out, nil
}

// look is one look at a scenario.
type look struct {
	Room
	now     time.Time
	info    gonets.ScenarioInfo
	sources []gonets.SourceInfo
	// callers are the last events of each source that is there, as [Witness] tells them.
	callers map[string][]gonets.Event
	secrets []gonets.SecretInfo
	// published is when the version was; zero when there is none.
	published time.Time
	// versions tells of other versions whether they have the same steps.
	versions map[int]bool
}

func (r Room) begin(ctx context.Context, name string) (*look, error) {
	l := &look{Room: r, now: r.Clock.Now(), callers: map[string][]gonets.Event{}, versions: map[int]bool{}}
	var err error
	if l.info, err = r.Documents.Scenario(ctx, name); err != nil {
		return nil, err
	}
	if l.info.Version > 0 {
		v, err := r.Documents.Version(ctx, name, l.info.Version)
		if err != nil {
			return nil, err
		}
		l.published = v.CreatedAt
	}
	for _, name := range l.info.Sources {
		src, err := r.Documents.Source(ctx, name)
		if code := gonets.CodeOf(err); err != nil && code != gonets.CodeNotFound && code != gonets.CodeDamaged {
			return nil, err
		}
		if err != nil { // nobody can send to it
			src = gonets.SourceInfo{Source: gonets.Source{Name: name}, Damage: err}
		} else if l.callers[name], err = r.Witness.Callers(ctx, name); err != nil {
			return nil, err
		}
		l.sources = append(l.sources, src)
	}
	l.secrets, err = r.Documents.Secrets(ctx)
	return l, err
}

// fresh tells whether what was seen then still counts.
func (l *look) fresh(at time.Time) bool { return l.now.Sub(at) <= Fresh }

// seen is a time for the answer; zero is none.
func seen(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}
