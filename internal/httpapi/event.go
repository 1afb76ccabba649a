package httpapi

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
)

type eventsInput struct {
	Source string    `query:"source" doc:"Only events of this source"`
	Since  time.Time `query:"since" doc:"Only events received at or after this time"`
	Until  time.Time `query:"until" doc:"Only events received before this time"`
	PageInput
}

func (s *server) listEvents(ctx context.Context, in *eventsInput) (*list[api.EventSummary], error) {
	l, err := s.Events.Events(ctx, gonets.EventFilter{Source: in.Source, Since: in.Since, Until: in.Until, Page: in.page()})
	if err != nil {
		return nil, err
	}
	return listOf(l, func(ev gonets.Event) api.EventSummary { return shape.EventSummary(s.Masks.Event(ev)) }), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (s *server) getEvent(ctx context.Context, in *idInput) (*output[api.Event], error) {
	ev, err := s.Events.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output[api.Event]{Body: s.shown(ev)}, nil
}

func (s *server) getEventRaw(ctx context.Context, in *idInput) (*shelf.File, error) {
	ev, err := s.Events.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &shelf.File{
		ContentType: "application/octet-stream", ContentDisposition: `attachment; filename="event-` + ev.ID + `.bin"`,
		Body: append([]byte{}, s.Masks.Event(ev).Body...),
	}, nil
}

func (s *server) shown(ev gonets.Event) api.Event { return shape.Event(s.Masks.Event(ev)) }
