// Package ask reads what people ask for: of a draft the step that is meant and the
// event that it is tried on, of a source an event by hand, of the reconciliation days.
package ask

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/rehearse"
)

// The codes of what is wrong with a sample.
const (
	codeSampleBody    gonets.Code = "sample.body"
	codeSampleHeaders gonets.Code = "sample.headers"
	codeNotObject     gonets.Code = "document.not_object"
)

func refused(pointer string, code gonets.Code, format string, args ...any) error {
	p := gonets.Mistake(pointer, code, format, args...)
	return &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
}

// Read reads a draft, the step that is meant, and the event that it is tried
// on. A check asks for the same things as a preview.
func Read(p *api.Preview) (ask rehearse.Ask, err error) {
	if ask.Scenario, err = draftOf(p.Document); err != nil {
		return ask, err
	}
	ask.Step = p.Step
	if p.Scenario != "" {
		ask.Scenario.Name = p.Scenario
	}
	event, sample := p.Event, p.Sample
	if event != "" && sample != nil {
		return ask, refused("/sample", gonets.CodeNotBoth, "give %s or %s, not both", "event", "sample")
	}
	ask.EventID = event
	if sample == nil {
		return ask, nil
	}
	given, err := sampleHeaders(sample.Headers)
	if err != nil {
		return ask, err
	}
	ask.Sample = &gonets.Event{Source: sample.Source, Method: sample.Method, Path: sample.Path, RawQuery: sample.Query, Headers: given,
		ContentType: gonets.HeaderValue(given, "Content-Type"), Body: sample.Body}
	var text string
	switch raw := bytes.TrimSpace(sample.Body); {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		ask.Sample.Body = nil
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &text); err != nil {
			return ask, refused("/sample/body", codeSampleBody, "the body is no text")
		}
		ask.Sample.Body = []byte(text)
	case ask.Sample.ContentType == "":
		ask.Sample.ContentType = "application/json"
		ask.Sample.Headers = append(slices.Clone(given), gonets.Header{Name: "Content-Type", Value: "application/json"})
	}
	if len(ask.Sample.Body) > gonets.MaxIngestBody {
		return ask, gonets.Errorf(gonets.CodeBodyTooLarge, "the sample's body is too large; sources take at most %d MiB", gonets.MaxIngestBody>>20)
	}
	return ask, nil
}

// sampleHeaders reads headers as people write them, an object, or as the history
// keeps them, a list.
func sampleHeaders(raw json.RawMessage) (list []gonets.Header, err error) {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		return nil, nil
	case raw[0] == '[':
		err = json.Unmarshal(raw, &list)
	default:
		var named map[string]string
		err = json.Unmarshal(raw, &named)
		for _, name := range slices.Sorted(maps.Keys(named)) {
			list = append(list, gonets.Header{Name: name, Value: named[name]})
		}
	}
	if err != nil {
		return nil, refused("/sample/headers", codeSampleHeaders, "headers are an object of names and texts, or a list of objects with name and value")
	}
	return list, nil
}

// draftOf reads a scenario that need not be complete, as it is saved.
func draftOf(raw json.RawMessage) (*gonets.Scenario, error) {
	var named struct {
		Name string `json:"name"`
	}
	d, err := document.ReadDraft(raw, "", false, document.Checks{})
	if err != nil {
		return nil, err
	}
	// What has been read is an object whose name, if it has one, is a text.
	_ = json.Unmarshal(raw, &named)
	d.Scenario.Name = named.Name
	return &d.Scenario, nil
}

// Event builds the event that a sender would have sent.
func Event(in *api.NewEvent) (gonets.Event, error) {
	ev := gonets.Event{Method: "POST"}
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
		return ev, refused("/text", gonets.CodeNotBoth, "%s and %s were both given; an event has one body. Leave one of them out", "body", "text")
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

// SourceText is a source's document in which some members are given; without a
// preset it is a generic one.
func SourceText(doc json.RawMessage, given map[string]string) ([]byte, error) {
	all := map[string]any{"apiVersion": document.APIVersion, "kind": document.KindSource}
	for name, value := range given {
		all[name] = value
	}
	var said struct {
		Preset json.RawMessage `json:"preset"`
	}
	// Of what is no object the next one tells.
	if _ = json.Unmarshal(doc, &said); said.Preset == nil && given["preset"] == "" {
		all["preset"] = "generic"
	}
	return Members(doc, all)
}

// Members is a document, a JSON object, in which some members are given.
func Members(doc json.RawMessage, given map[string]any) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if len(doc) > 0 {
		if err := json.Unmarshal(doc, &members); err != nil {
			return nil, refused("/document", codeNotObject, "the document is no JSON object")
		}
	}
	for name, value := range given {
		text, err := gonets.PlainJSON(value)
		if err != nil {
			return nil, err
		}
		members[name] = text
	}
	return gonets.PlainJSON(members)
}

// ETag reads the header If-Match (RFC 9110 §13.1.1).
func ETag(header string) (string, error) {
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(header), "W/"), `"`)
	if tag == "" {
		return "", gonets.Errorf(gonets.CodeIfMatch, "send the ETag of what you changed as If-Match, or * to replace whatever is there")
	}
	return tag, nil
}
