package httpapi

import (
	"context"
	"net/http"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

// urls gives the addresses of tokens.
func (s *server) urls(ctx context.Context) func(token string) string {
	return func(token string) string { return s.SourceURL(ctx, token) }
}

func (s *server) showSource(ctx context.Context, info gonets.SourceInfo) (api.Source, error) {
	seen, err := s.SourceEdits.SourceActivity(ctx, info.Name)
	if err != nil {
		return api.Source{}, err
	}
	return shape.Source(info, seen, s.urls(ctx)), nil
}

func (s *server) listSources(ctx context.Context, in *PageInput) (*list[api.Source], error) {
	l, err := s.Sources.Sources(ctx, in.page())
	if err != nil {
		return nil, err
	}
	out := &list[api.Source]{Body: api.List[api.Source]{Items: make([]api.Source, len(l.Items)), Next: l.Next}}
	for i, info := range l.Items {
		if out.Body.Items[i], err = s.showSource(ctx, info); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *server) getSource(ctx context.Context, in *conditionalInput) (*conditionalOutput[api.Source], error) {
	info, err := s.Sources.Source(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	shown, err := s.showSource(ctx, info)
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
	out := &list[api.Event]{}
	out.Body.Items = make([]api.Event, 0, len(l.Items))
	for _, row := range l.Items {
		// Lists need not carry bodies, and a sample is nothing without one.
		ev, err := s.Events.Event(ctx, row.ID)
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			continue // retention took it between the two reads
		}
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shape.Event(s.Mask(ev)))
	}
	return out, nil
}

type sendInput struct {
	Name string `path:"name"`
	Body *api.NewEvent
}

func (s *server) sendEvent(ctx context.Context, in *sendInput) (*output[api.NewEventResult], error) {
	ev, err := newEvent(in.Body)
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
	out := &output[api.NewEventResult]{Body: api.NewEventResult{EventID: got.EventID, Duplicate: got.Duplicate, Runs: []api.RunSummary{}}}
	for i := range got.Runs {
		out.Body.Runs = append(out.Body.Runs, shape.RunSummary(gonets.RunSummary{Run: got.Runs[i], Source: in.Name}))
	}
	return out, nil
}

// newEvent builds the event that a sender would have sent.
func newEvent(in *api.NewEvent) (gonets.Event, error) {
	ev := gonets.Event{Method: http.MethodPost}
	if in == nil {
		return ev, nil
	}
	if in.Method != "" {
		ev.Method = in.Method
	}
	ev.Path, ev.RawQuery, ev.Headers = in.Path, in.Query, in.Headers
	ev.ContentType = gonets.HeaderValue(in.Headers, "Content-Type")
	switch {
	case len(in.Body) > 0 && in.Text != "":
		return ev, invalid("/text", gonets.CodeNotBoth, "%s and %s were both given; an event has one body. Leave one of them out", "body", "text")
	case len(in.Body) > 0:
		ev.Body = in.Body
		defaultType(&ev, "application/json")
	case in.Text != "":
		ev.Body = []byte(in.Text)
		defaultType(&ev, "text/plain; charset=utf-8")
	}
	return ev, nil
}

// defaultType names the body's type where the caller did not.
func defaultType(ev *gonets.Event, contentType string) {
	if ev.ContentType != "" {
		return
	}
	ev.ContentType = contentType
	ev.Headers = append(ev.Headers[:len(ev.Headers):len(ev.Headers)], gonets.Header{Name: "Content-Type", Value: contentType})
}
