package shape

import (
	"encoding/json"

	"gonets"
	"gonets/api"
	"gonets/internal/content"
	"gonets/internal/peer"
)

// Headers is never nil: a list of the interface is [] when it is empty.
func Headers(in []gonets.Header) []gonets.Header { return append([]gonets.Header{}, in...) }

// EventSummary shows an event in a list.
func EventSummary(ev gonets.Event) api.EventSummary {
	return api.EventSummary{
		ID: ev.ID, Source: ev.Source, ReceivedAt: ev.ReceivedAt, Method: ev.Method, Path: ev.Path, Query: ev.RawQuery,
		ContentType: ev.ContentType, Remote: ev.Remote, Size: len(ev.Body), Mark: ev.Mark, Actor: ev.Actor,
		Outside: ev.Actor == "" && peer.Public(ev.Remote),
	}
}

// Event shows a whole event; its secret places are masked already.
func Event(ev gonets.Event) api.Event {
	out := api.Event{EventSummary: EventSummary(ev), Headers: Headers(ev.Headers), Content: content.Of(ev.Headers, ev.Body), Parts: content.Parts(ev.Headers, ev.Body), Hops: ev.Hops, Unread: ev.Unread}
	if json.Valid(ev.Item) {
		out.Item = ev.Item
	}
	if ev.Answer != nil {
		out.Answer = &api.Answer{Status: ev.Answer.Status, Headers: ev.Answer.Headers, Content: content.Of(ev.Answer.Headers, ev.Answer.Body)}
	}
	return out
}
