package httpapi

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/ask"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/wire"
	"gonets/internal/news"
)

// urls gives the addresses of tokens.
func (s *server) urls(ctx context.Context) func(token string) string {
	return func(token string) string { return s.SourceURL(ctx, token) }
}

// showSource shows a source. silent are the sources that are; nil is asked for.
func (s *server) showSource(ctx context.Context, info gonets.SourceInfo, silent map[string]news.Silence) (out api.Source, err error) {
	if silent == nil {
		if silent, err = s.Usual.Silences(ctx); err != nil {
			return out, err
		}
	}
	seen, err := s.SourceEdits.SourceActivity(ctx, info.Name)
	if err != nil {
		return api.Source{}, err
	}
	out = shape.Source(info, seen, s.urls(ctx))
	out.Silence = shape.Silence(silent, info.Name)
	return out, nil
}

func (s *server) listSources(ctx context.Context, in *PageInput) (*list[api.Source], error) {
	l, err := s.Sources.Sources(ctx, in.page())
	if err != nil {
		return nil, err
	}
	silent, err := s.Usual.Silences(ctx)
	if err != nil {
		return nil, err
	}
	out := &list[api.Source]{Body: api.List[api.Source]{Items: make([]api.Source, len(l.Items)), Next: l.Next}}
	for i, info := range l.Items {
		if out.Body.Items[i], err = s.showSource(ctx, info, silent); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *server) getSource(ctx context.Context, in *conditionalInput) (*conditionalOutput[api.Source], error) {
	info, err := s.Sources.Source(ctx, in.Name)
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return nil, err
	}
	shown, err := s.showSource(ctx, info, nil)
	if err != nil {
		return nil, err
	}
	return unlessSame(in, info.ETag, shown), nil
}

type samplesInput struct {
	Name  string `path:"name"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

func (s *server) listSamples(ctx context.Context, in *samplesInput) (*list[api.Event], error) {
	if _, err := s.Sources.Source(ctx, in.Name); err != nil {
		return nil, err
	}
	l, err := s.Events.Events(ctx, gonets.EventFilter{Source: in.Name, Page: gonets.Page{Limit: in.Limit}})
	if err != nil {
		return nil, err
	}
	out := &list[api.Event]{Body: api.List[api.Event]{Items: []api.Event{}}}
	for i, room := 0, 16<<20; i < len(l.Items) && room > 0; i++ {
		// Lists need not carry bodies, and a sample is nothing without one; 16 MiB of them are enough.
		ev, err := s.Events.Event(ctx, l.Items[i].ID)
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			continue // retention took it between the two reads
		}
		if err != nil {
			return nil, err
		}
		room -= len(ev.Body)
		out.Body.Items = append(out.Body.Items, s.shown(ev))
	}
	return out, nil
}

func (s *server) sourceOneC(ctx context.Context, in *nameInput) (*wire.File, error) {
	url := func(tokens []string) string { return shape.NewestURL(tokens, s.urls(ctx)) }
	return wire.Sender{Sources: s.Sources, Events: s.Events, Mask: s.Masks.Event, Presets: s.Presets, URL: url}.OneC(ctx, in.Name)
}

type sendInput struct {
	Name string `path:"name"`
	Body *api.NewEvent
}

func (s *server) sendEvent(ctx context.Context, in *sendInput) (*output[api.NewEventResult], error) {
	ev, err := ask.Event(in.Body)
	if err != nil {
		return nil, err
	}
	ev.Actor = actorOf(ctx)
	got, err := s.Ingest.Submit(ctx, in.Name, ev)
	if err != nil {
		return nil, err
	}
	if got.Conflict {
		return nil, gonets.Errorf(gonets.CodeKeyReused,
			"this Idempotency-Key belongs to another body (event %s); use a new key for a new event", got.EventID)
	}
	return &output[api.NewEventResult]{Body: shape.SentEvent(&got, in.Name)}, nil
}

// Usual is how sources usually are, and where they are not.
type Usual interface {
	Fields(ctx context.Context, source string) (api.SourceFields, error)
	AcceptFields(ctx context.Context, source, actor string) error
	// Silences are the sources that are silent for too long.
	Silences(ctx context.Context) (map[string]news.Silence, error)
	AcceptSilence(ctx context.Context, source, actor string) error
}

func (s *server) sourceFields(ctx context.Context, in *nameInput) (*output[api.SourceFields], error) {
	if _, err := s.Sources.Source(ctx, in.Name); err != nil {
		return nil, err
	}
	f, err := s.Usual.Fields(ctx, in.Name)
	return &output[api.SourceFields]{Body: f}, err
}

func (s *server) acceptFields(ctx context.Context, in *nameInput) (*output[api.SourceFields], error) {
	if _, err := s.Sources.Source(ctx, in.Name); err != nil {
		return nil, err
	}
	if err := s.Usual.AcceptFields(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	return s.sourceFields(ctx, in)
}

func (s *server) acceptSilence(ctx context.Context, in *nameInput) (*output[api.Source], error) {
	if err := s.Usual.AcceptSilence(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	return s.source(ctx, in.Name)
}
