// Package prove tries the tests that stand in scenarios' documents: an event,
// what services answer, and what has to come of it. Nothing is sent and no
// server is asked; the run is played by the server's own rules (package stage).
package prove

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/script"
	"gonets/internal/source"
	"gonets/internal/stage"
	"gonets/internal/step"
	"gonets/internal/trial"
	"gonets/internal/value"
	"gonets/setting"
)

// Documents are what is tried, checked before.
type Documents struct {
	Scenarios []gonets.Scenario
	// Sources say how events are read; one that is missing reads them as any
	// HTTP request.
	Sources []gonets.Source
	// Settings are nil when there are none.
	Settings *setting.Settings
	Catalog  *source.Catalog
	Version  string
}

// Result is what came of a test.
type Result struct {
	Scenario string
	Test     string
	// Differences are what is not as the test wants it, a line each; none is a
	// test that passed.
	Differences []string
	// Happened is what happened, a line each.
	Happened []string
	// Played is how long it would have taken, Took how long it took.
	Played, Took time.Duration
}

// Passed tells whether all is as the test wants it.
func (r *Result) Passed() bool { return len(r.Differences) == 0 }

// eventID is the id of every test's event.
const eventID = "00000000-0000-7000-8000-000000000002"

// localURL is the server's address where the settings name none.
const localURL = "http://127.0.0.1:7070"

// Run tries all tests in their order.
func Run(ctx context.Context, d Documents) (Report, error) {
	var out Report
	for i := range d.Scenarios {
		sc := &d.Scenarios[i]
		tests, err := trial.Read(sc.Tests)
		if err != nil {
			return out, err
		}
		for j := range tests {
			r, err := d.try(ctx, sc, &tests[j])
			if err != nil {
				return out, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

func (d *Documents) try(ctx context.Context, sc *gonets.Scenario, t *trial.Test) (Result, error) {
	watch := gonets.StartStopwatch()
	r := Result{Scenario: sc.Name, Test: t.Name}
	scene, err := d.scene(sc, t)
	if err != nil {
		return r, err
	}
	story, err := stage.Play(ctx, scene)
	if errors.Is(err, stage.ErrEndless) {
		r.Differences = []string{"the run goes on and on; the test was given up"}
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Played, r.Took = story.Ended.Sub(story.Began), time.Duration(watch.Microseconds())*time.Microsecond
	r.Differences, r.Happened = compare(&t.Expect, story), happened(story)
	return r, nil
}

// scene is a test as it is played.
func (d *Documents) scene(sc *gonets.Scenario, t *trial.Test) (stage.Scene, error) {
	at, err := time.Parse(time.RFC3339, cmpText(t.At, trial.UsualAt))
	if err != nil {
		return stage.Scene{}, err
	}
	ev, err := event(sc, &t.Event, at)
	if err != nil {
		return stage.Scene{}, err
	}
	env, err := d.env(ev.Source)
	if err != nil {
		return stage.Scene{}, err
	}
	out := stage.Scene{Scenario: sc, Event: ev, At: at, Env: env, Scripts: map[string][]script.Step{}}
	if t.Down != nil {
		out.Down = t.Down.D()
	}
	for path, list := range t.Replies {
		for i := range list {
			s, err := reply(&list[i])
			if err != nil {
				return out, err
			}
			out.Scripts[path] = append(out.Scripts[path], s)
		}
	}
	return out, nil
}

func cmpText(a, otherwise string) string {
	if a == "" {
		return otherwise
	}
	return a
}

// env is what the installation gives to runs, as far as documents tell it.
func (d *Documents) env(name string) (*step.Env, error) {
	var set setting.Settings
	if d.Settings != nil {
		set = *d.Settings
	}
	src := gonets.Source{Name: name, Preset: source.Generic}
	if i := slices.IndexFunc(d.Sources, func(s gonets.Source) bool { return s.Name == name }); i >= 0 {
		src = d.Sources[i]
	}
	binding, err := d.Catalog.Bind(src)
	if err != nil {
		return nil, err
	}
	public := cmpText(set.PublicURL, localURL)
	return &step.Env{
		Reader: step.Always(binding.Event), Settings: func() setting.Settings { return set }, PublicURL: func() string { return public }, Version: d.Version,
	}, nil
}

// event is what came in.
func event(sc *gonets.Scenario, e *trial.Event, at time.Time) (gonets.Event, error) {
	ev := gonets.Event{ID: eventID, Source: e.Source, ReceivedAt: at.UTC(), Method: strings.ToUpper(cmpText(e.Method, "POST")), Path: e.Path, Remote: "192.0.2.1"}
	if ev.Source == "" && len(sc.Sources) > 0 {
		ev.Source = sc.Sources[0]
	}
	ev.RawQuery = pairs(e.Query)
	ev.Headers = headers(e.Headers)
	ev.ContentType = gonets.HeaderValue(ev.Headers, "Content-Type")
	body, media, err := content(e.Body, e.Text)
	if err != nil {
		return ev, err
	}
	if e.Form != nil {
		body, media = []byte(pairs(e.Form)), "application/x-www-form-urlencoded"
	}
	ev.Body = body
	if ev.ContentType == "" && media != "" {
		ev.ContentType = media
		ev.Headers = append(ev.Headers, gonets.Header{Name: "Content-Type", Value: media})
	}
	return ev, nil
}

// pairs are rows as a query string and a form write them.
func pairs(rows gonets.Rows) string {
	var out []string
	for _, row := range rows {
		if !row.Off {
			out = append(out, url.QueryEscape(row.Name)+"="+url.QueryEscape(text(row.Value)))
		}
	}
	return strings.Join(out, "&")
}

// reply is an answer as a service of the stage gives it.
func reply(r *trial.Reply) (script.Step, error) {
	s := script.OK()
	if r.Status != 0 {
		s.Status = r.Status
	}
	switch r.Error {
	case "refused":
		s.Kind = script.Refuse
	case "lost":
		s.Kind = script.Cut
	case "timeout":
		s.Kind = script.Hang
	}
	if r.After != nil {
		s.Delay = r.After.D()
	}
	if r.For != nil {
		s.For = r.For.D()
	}
	s.Headers = headers(r.Headers)
	body, media, err := content(r.Body, r.Text)
	s.Body = string(body)
	if gonets.HeaderValue(s.Headers, "Content-Type") == "" {
		s.Media = media
	}
	return s, err
}

// content is a body with its media type.
func content(tree *gonets.Tree, plain *string) (body []byte, media string, err error) {
	switch {
	case tree != nil:
		body, err = gonets.PlainJSON(tree)
		return body, "application/json", err
	case plain != nil:
		return []byte(*plain), "text/plain; charset=utf-8", nil
	}
	return nil, "", nil
}

func headers(rows gonets.Rows) []gonets.Header {
	var out []gonets.Header
	for _, row := range rows {
		if !row.Off {
			out = append(out, gonets.Header{Name: row.Name, Value: text(row.Value)})
		}
	}
	return out
}

// text is a value as it stands in a header or an address.
func text(v any) string {
	raw, err := gonets.PlainJSON(gonets.Tree{Value: v})
	if err != nil {
		return ""
	}
	return value.Text(plain(raw))
}

// plain is JSON as values that can be compared; what is none is nil.
func plain(raw []byte) any {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}
