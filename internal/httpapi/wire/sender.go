package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/curl"
	"gonets/internal/onec"
	"gonets/internal/source"
)

// maxSample bounds the event that stands in code, in bytes: people have to read
// it and put their own values there.
const maxSample = 4 << 10

// preset is that of 1C: beside a login it takes the password alone as a token,
// which a person can put into code without encoding it.
const preset = "onec"

// Sender is what it takes to write code that sends events to a source.
type Sender struct {
	Sources interface {
		Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	}
	Events interface {
		Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error)
		Event(ctx context.Context, id string) (gonets.Event, error)
	}
	// Mask hides what people may not see.
	Mask    func(gonets.Event) gonets.Event
	Presets []api.Preset
	// URL is the address for new senders, of all tokens.
	URL func(tokens []string) string
}

// OneC is the code that sends an event to a source from 1C: one like the last
// that came if that is short and JSON, else like the sample of its preset.
func (s Sender) OneC(ctx context.Context, name string) (*File, error) {
	info, err := s.Sources.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	body, err := s.last(ctx, name)
	if err != nil {
		return nil, err
	}
	r := curl.Request{Method: http.MethodPost, URL: s.URL(info.Tokens), Headers: []gonets.Header{{Name: "Content-Type", Value: "application/json; charset=utf-8"}}, Body: body}
	if i := slices.IndexFunc(s.Presets, func(p api.Preset) bool { return p.ID == info.Preset }); body == nil && i >= 0 {
		sample := &s.Presets[i].Sample
		r.Body = lines([]byte(sample.Body))
		if i := slices.IndexFunc(sample.Headers, func(h gonets.Header) bool { return strings.EqualFold(h.Name, "Content-Type") }); i >= 0 {
			r.Headers[0].Value = sample.Headers[i].Value
		}
	}
	prove(&r, &info.Source)
	return &File{Type: text, Body: []byte(onec.Code(r, gonets.DefaultHTTPTimeout))}, nil
}

// prove adds to a request the place of the secret by which its source knows the
// sender. A signature depends on the body and cannot stand in it.
func prove(r *curl.Request, src *gonets.Source) {
	v := src.Verify
	if v == nil || v.Kind == source.KindNone || v.Kind == source.KindHMAC {
		return
	}
	place := gonets.Place{In: "header", Name: "Authorization", Prefix: "Bearer "}
	switch {
	case v.Header != "":
		place.Name, place.Prefix = v.Header, v.Prefix
	case len(v.Places) > 0:
		place = v.Places[0]
	case v.Kind == source.KindBasic && src.Preset != preset:
		place.Scheme = "Basic"
	}
	if place.Scheme != "" {
		place.Prefix = place.Scheme + " "
	}
	switch place.In {
	case "header":
		r.Headers = append(r.Headers, gonets.Header{Name: place.Name, Value: place.Prefix + curl.Masked})
	case "query":
		r.URL += "?" + url.QueryEscape(place.Name) + "=" + curl.Masked
	}
}

// lines is JSON with a member a line, anything else as it is.
func lines(body []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return body
	}
	return out.Bytes()
}

// last is the body of the last event as people see it; nil when it is none that
// code can show.
func (s Sender) last(ctx context.Context, source string) ([]byte, error) {
	l, err := s.Events.Events(ctx, gonets.EventFilter{Source: source, Page: gonets.Page{Limit: 1}})
	if err != nil || len(l.Items) == 0 {
		return nil, err
	}
	ev, err := s.Events.Event(ctx, l.Items[0].ID)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil, nil // retention took it between the two reads
	}
	if err != nil {
		return nil, err
	}
	if body := s.Mask(ev).Body; len(body) <= maxSample && json.Valid(body) {
		return lines(body), nil
	}
	return nil, nil
}
