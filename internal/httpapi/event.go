package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"gonets"
	"gonets/api"
)

// content shows bytes as text where they are text.
func content(body []byte) api.Content {
	if utf8.Valid(body) {
		return api.Content{Body: string(body)}
	}
	return api.Content{Body: base64.StdEncoding.EncodeToString(body), Encoding: api.EncodingBase64}
}

// headers is never nil: a list of the interface is [] when it is empty.
func headers(in []gonets.Header) []gonets.Header { return append([]gonets.Header{}, in...) }

func (s *server) eventSummary(ev gonets.Event) api.EventSummary {
	return eventSummary(s.Mask(ev))
}

func eventSummary(ev gonets.Event) api.EventSummary {
	return api.EventSummary{
		ID: ev.ID, Source: ev.Source, ReceivedAt: ev.ReceivedAt, Method: ev.Method, Path: ev.Path, Query: ev.RawQuery,
		ContentType: ev.ContentType, Remote: ev.Remote, Size: len(ev.Body), Mark: ev.Mark, Actor: ev.Actor,
	}
}

// eventShape shows a whole event, its secret places masked.
func (s *server) eventShape(ev gonets.Event) api.Event {
	ev = s.Mask(ev)
	out := api.Event{EventSummary: eventSummary(ev), Headers: headers(ev.Headers), Content: content(ev.Body), Hops: ev.Hops}
	if json.Valid(ev.Item) {
		out.Item = ev.Item
	}
	if ev.Answer != nil {
		out.Answer = &api.Answer{Status: ev.Answer.Status, Headers: ev.Answer.Headers, Content: content(ev.Answer.Body)}
	}
	return out
}

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
	return listOf(l, s.eventSummary), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (s *server) getEvent(ctx context.Context, in *idInput) (*output[api.Event], error) {
	ev, err := s.Events.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output[api.Event]{Body: s.eventShape(ev)}, nil
}

func (s *server) getEventRaw(ctx context.Context, in *idInput) (*rawOutput, error) {
	ev, err := s.Events.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &rawOutput{
		ContentType: "application/octet-stream", ContentDisposition: `attachment; filename="event-` + ev.ID + `.bin"`,
		Body: append([]byte{}, s.Mask(ev).Body...),
	}, nil
}
