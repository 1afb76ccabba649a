package wire_test

import (
	"context"
	"strings"
	"testing"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/wire"
)

// desk has one source and the events that came to it, newest first.
type desk struct {
	source gonets.SourceInfo
	events []gonets.Event
	lost   bool
}

func (d *desk) Source(context.Context, string) (gonets.SourceInfo, error) { return d.source, nil }

func (d *desk) Events(_ context.Context, f gonets.EventFilter) (l gonets.List[gonets.Event], err error) {
	for _, ev := range d.events[:min(len(d.events), f.Page.Limit)] {
		l.Items = append(l.Items, gonets.Event{ID: ev.ID}) // lists carry no bodies
	}
	return l, nil
}

func (d *desk) Event(_ context.Context, id string) (gonets.Event, error) {
	for _, ev := range d.events {
		if ev.ID == id && !d.lost {
			return ev, nil
		}
	}
	return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "there is no event %s", id)
}

func TestCodeSendsAnEventToASource(t *testing.T) {
	t.Parallel()
	presets := []api.Preset{
		{ID: "onec", Sample: api.SampleRequest{Method: "POST", Headers: []gonets.Header{{Name: "content-type", Value: "application/json"}}, Body: `{"Номер":"0000-000123","Сумма":15990.50}`}},
		{ID: "tilda", Sample: api.SampleRequest{Method: "POST", Headers: []gonets.Header{{Name: "content-type", Value: "application/x-www-form-urlencoded"}}, Body: "Name=Anna"}},
	}
	came := func(body string) []gonets.Event {
		return []gonets.Event{{ID: "new", Body: []byte(body)}, {ID: "old", Body: []byte(`{"old":1}`)}}
	}
	const sample, plain = `""Номер"": ""0000-000123"",`, `"Content-Type", "application/json`
	for name, c := range map[string]struct {
		preset string
		verify *gonets.Verify
		events []gonets.Event
		lost   bool
		want   []string
		not    []string
	}{
		"nothing came":             {want: []string{sample, "\n\t|  \"\"Сумма\"\": 15990.50\n", plain, `HTTPЗапрос("/in/second", `, `HTTPСоединение("hooks.test", 443, `, `ВызватьHTTPМетод("POST"`}, not: []string{"***"}},
		"like the last that came":  {events: came(`{"phone":"+7","pass":"secret"}`), want: []string{`""phone"": ""+7""`, plain, "***"}, not: []string{sample, "old", "secret"}},
		"the last is a form":       {events: came("a=b"), want: []string{sample}},
		"the last is long":         {events: came(`"` + strings.Repeat("x", 4<<10) + `"`), want: []string{sample}},
		"the last was removed":     {events: came(`{"phone":"+7"}`), lost: true, want: []string{sample}},
		"a form":                   {preset: "tilda", want: []string{`"Name=Anna"`, `"application/x-www-form-urlencoded"`}},
		"login, or its password":   {verify: &gonets.Verify{}, want: []string{`"Authorization", "Bearer ***"`, "// Подставьте секреты вместо ***: Authorization."}},
		"login only":               {preset: "tilda", verify: &gonets.Verify{Kind: "basic"}, want: []string{`"Authorization", "Basic ***"`}},
		"a header":                 {verify: &gonets.Verify{Kind: "token", Header: "X-Key", Prefix: "K "}, want: []string{`"X-Key", "K ***"`}, not: []string{"Bearer"}},
		"the address":              {verify: &gonets.Verify{Kind: "token", Places: []gonets.Place{{In: "query", Name: "token"}}}, want: []string{`"/in/second?token=***"`, "***: адрес."}, not: []string{"Authorization"}},
		"a signature is not shown": {verify: &gonets.Verify{Kind: "hmac", Header: "X-Sign"}, not: []string{"X-Sign", "Authorization"}},
		"nobody is asked":          {verify: &gonets.Verify{Kind: "none"}, not: []string{"Authorization"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{events: c.events, lost: c.lost}
			d.source.Tokens, d.source.Preset, d.source.Verify = []string{"first", "second"}, c.preset, c.verify
			if c.preset == "" {
				d.source.Preset = "onec"
			}
			f, err := wire.Sender{Sources: d, Events: d, Presets: presets,
				Mask: func(ev gonets.Event) gonets.Event {
					ev.Body = []byte(strings.ReplaceAll(string(ev.Body), "secret", "***"))
					return ev
				},
				URL: func(tokens []string) string { return "https://hooks.test/in/" + tokens[len(tokens)-1] }}.OneC(t.Context(), "erp")
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(string(f.Body), want) {
					t.Errorf("no %s in\n%s", want, f.Body)
				}
			}
			for _, not := range c.not {
				if strings.Contains(string(f.Body), not) {
					t.Errorf("%s in\n%s", not, f.Body)
				}
			}
		})
	}
}
