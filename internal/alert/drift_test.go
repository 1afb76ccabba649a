package alert_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/drift"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/setting"
)

// drifts looks at the fields of events, as a server does.
func (b *bench) drifts(st drift.Book) *drift.Watch {
	return drift.NewWatch(drift.Options{Book: st, Clock: b.clock, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Reader: func(string) (func(*gonets.Event) map[string]any, error) {
			return func(ev *gonets.Event) map[string]any {
				var body any
				if err := json.Unmarshal(ev.Body, &body); err != nil {
					body = string(ev.Body)
				}
				return map[string]any{"body": body}
			}, nil
		},
		Scenarios: func(_ context.Context, source string) ([]gonets.Scenario, error) {
			return []gonets.Scenario{{Name: "lead", Steps: []gonets.Step{{ID: "deal", HTTP: &gonets.HTTPStep{URL: "https://crm.example/{{ event.body.phone }}"}}}}}, nil
		}})
}

// come lets events come, a minute apart, each with a look.
func (b *bench) come(n int, body string) {
	b.Helper()
	for range n {
		b.must1(b.store.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "form", ReceivedAt: b.clock.Now(), Method: "POST", Body: []byte(body)}}}))
		b.pass(time.Minute)
	}
}

const (
	full   = `{"name":"Anna","phone":"+7","sum":1}`
	less   = `{"name":"Anna","sum":1}`
	other  = `{"name":"Anna","sum":"1"}`
	fresh  = `{"name":"Anna","phone":"+7","sum":1,"mail":"a@b.c"}`
	rename = `{"name":"Anna","tel":"+7","sum":1}`
)

func TestFieldThatVanishedIsToldOnceWithTheStepsThatReadIt(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.come(34, full)
		b.want()
		b.come(4, less)
		b.want()
		// What was learned outlives the server.
		b.Service = b.service(b.store)
		b.come(3, less)
		b.want("form: изменились поля")
		for _, want := range []string{"Поле body.phone больше не приходит.", "Его читают шаги: lead → deal", "Что делать:", "/sources/form"} {
			if text := b.mail.Letters()[0].Text; !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		b.come(20, less)
		b.pass(3 * time.Hour)
		b.want("изменились поля")
		// A further change is told by itself, the first one is still there.
		b.come(8, other)
		b.want("изменились поля", "изменились поля")
		if text := b.mail.Letters()[1].Text; !strings.Contains(text, "Поле body.sum теперь: текст. Раньше было: число.") || !strings.Contains(text, "body.phone") {
			t.Errorf("the second letter:\n%s", text)
		}
		b.come(3, less)
		b.want("изменились поля", "изменились поля")
		b.come(3, full)
		b.want("изменились поля", "изменились поля", "form: поля снова как раньше")
		if n := b.notices()[0]; n.Kind != news.NoticeRecovered || n.Code != gonets.CodeFieldDrift || n.Source != "form" {
			t.Errorf("the end: %+v", n)
		}
	})
}

func TestChangeThatAPersonAcceptsIsTheUsual(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		watch := b.drifts(b.store)
		b.must(watch.Accept(b.Context(), "form", "anna")) // nothing is known yet
		b.come(34, full)
		b.come(7, rename)
		b.want("изменились поля")
		if text := b.mail.Letters()[0].Text; !strings.Contains(text, "Появились новые поля: body.tel. Возможно, поле переименовали.") {
			t.Errorf("the letter:\n%s", text)
		}
		known, err := watch.Show(b.Context(), "form")
		if b.must(err); !known.Learned || len(known.Changes) != 2 || known.Changes[0].Uses[0] != (drift.Use{Scenario: "lead", Step: "deal"}) {
			t.Errorf("shown: %+v", known)
		}
		b.must(watch.Accept(b.Context(), "form", "anna"))
		if known, err = watch.Show(b.Context(), "form"); err != nil || len(known.Changes) > 0 {
			t.Errorf("shown: %+v, %v", known, err)
		}
		open, err := b.store.Conditions(b.Context())
		if b.must(err); len(open) > 0 {
			t.Errorf("it lasts: %+v", open)
		}
		b.come(40, rename)
		b.want("изменились поля")
		b.come(7, less)
		b.want("изменились поля", "изменились поля")
	})
}

func TestFieldsAreToldOfAsTheRuleSays(t *testing.T) {
	for name, c := range map[string]struct {
		rule setting.Rule
		body string
		want []string
	}{
		"a new field":              {setting.Rule{}, fresh, nil},
		"a new field is asked for": {setting.Rule{New: true}, fresh, []string{"form: изменились поля"}},
		"switched off":             {off(), less, nil},
		"for another source":       {setting.Rule{Sources: []string{"crm"}}, less, nil},
		"for this source":          {setting.Rule{Sources: []string{"form"}}, less, []string{"form: изменились поля"}},
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.rule(setting.RuleDrift, c.rule)
				b.come(34, full)
				b.come(8, c.body)
				b.want(c.want...)
				// Nobody is told of the end of what is not told any more.
				b.rule(setting.RuleDrift, off())
				b.come(8, full)
				b.want(c.want...)
				if open, err := b.store.Conditions(b.Context()); err != nil || len(open) > 0 {
					t.Errorf("it lasts: %+v, %v", open, err)
				}
			})
		})
	}
}

// What a person sends by hand, and what two servers learn at once.
func TestFieldsAreLearnedFromWhatTheSourceSends(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.come(34, full)
		for range 20 {
			b.must1(b.store.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "form", ReceivedAt: b.clock.Now(), Method: "POST", Actor: "anna", Body: []byte(less)}}}))
		}
		b.pass(3 * time.Minute)
		b.want()
		sheet, err := b.store.Sheet(b.Context(), "form")
		b.must(err)
		for i, want := range []bool{true, false} {
			if kept, err := b.store.KeepSheet(b.Context(), &sheet); err != nil || kept != want {
				t.Errorf("writer %d: kept %v, %v", i, kept, err)
			}
		}
		if kept, err := b.store.AcceptSheet(b.Context(), &sheet, "anna"); err != nil || kept {
			t.Errorf("an acceptance of what is no more: %v, %v", kept, err)
		}
		b.must(b.store.DeleteSource(b.Context(), "form", "anna"))
		if sheet, err = b.store.Sheet(b.Context(), "form"); err != nil || sheet.Revision != 0 || len(sheet.Profile) > 0 {
			t.Errorf("of a source that is gone: %+v, %v", sheet, err)
		}
	})
}

func TestFieldThatIsNewNoMoreIsNoRecovery(t *testing.T) {
	for name, c := range map[string]struct {
		become func(*bench)
		want   []string
	}{
		"after many events": {func(b *bench) { b.come(230, fresh) }, nil},
		"after two weeks":   {func(b *bench) { b.pass(15 * 24 * time.Hour); b.come(2, fresh) }, nil},
		"nobody asks for it any more": {func(b *bench) {
			b.rule(setting.RuleDrift, setting.Rule{})
			b.come(2, fresh)
		}, nil},
		"another one vanished and came back": {func(b *bench) {
			b.come(230, strings.Replace(fresh, `"phone":"+7",`, "", 1))
			b.come(3, fresh)
		}, []string{"изменились поля", "снова как раньше"}},
		"one vanished with it and came back first": {func(b *bench) {
			b.come(8, strings.Replace(fresh, `"phone":"+7",`, "", 1))
			b.come(230, fresh)
		}, []string{"изменились поля", "снова как раньше"}},
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.rule(setting.RuleDrift, setting.Rule{New: true})
				b.rule(setting.RuleSilent, off())
				b.come(34, full)
				b.come(8, fresh)
				b.want("form: изменились поля")
				c.become(b)
				b.want(append([]string{"form: изменились поля"}, c.want...)...)
				if open, err := b.store.Conditions(b.Context()); err != nil || len(open) > 0 {
					t.Errorf("it lasts: %+v, %v", open, err)
				}
			})
		})
	}
}

func TestPartlyRecoveredFieldsAreNoNews(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		body := func(from int) string {
			out := map[string]int{"name": 1}
			for i := from; i < 20; i++ {
				out[fmt.Sprintf("f%c", 'a'+i)] = i
			}
			raw, err := json.Marshal(out)
			b.must(err)
			return string(raw)
		}
		b.come(34, body(0))
		b.come(8, body(20))
		b.want("form: изменились поля")
		if text := b.mail.Letters()[0].Text; strings.Count(text, "больше не приходит") != 12 || !strings.Contains(text, "и ещё 8.") {
			t.Errorf("the letter:\n%s", text)
		}
		// Those come back that the letter named.
		back := strings.TrimSuffix(body(20), "}")
		for i := range 6 {
			back += fmt.Sprintf(`,"f%c":1`, 'a'+i)
		}
		b.come(8, back+"}")
		b.want("form: изменились поля")
		b.come(3, body(0))
		b.want("form: изменились поля", "form: поля снова как раньше")
	})
}

// damaged are the books of a database of which something cannot be read.
type damaged struct {
	keeper
	sheets bool
	events string
}

var errDamaged = errors.New("damaged")

func (d *damaged) Sheets(ctx context.Context) ([]news.Sheet, error) {
	if d.sheets {
		return nil, errDamaged
	}
	return d.keeper.Sheets(ctx)
}

func (d *damaged) Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error) {
	if d.events == f.Source {
		return gonets.List[gonets.Event]{}, errDamaged
	}
	return d.keeper.Events(ctx, f)
}

func TestWhatCannotBeReadHoldsUpNoOtherNews(t *testing.T) {
	for name, c := range map[string]struct {
		damage damaged
		want   []string
	}{
		"nothing of the fields":     {damaged{sheets: true}, []string{"crm.example"}},
		"an event of one source":    {damaged{events: "another"}, []string{"crm.example", "form: изменились поля"}},
		"an event of the very same": {damaged{events: "form"}, []string{"crm.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.must1(b.store.Apply(b.Context(), document.Apply{Sources: []gonets.Source{{Name: "another", Preset: "generic"}}}))
				b.come(34, full)
				c.damage.keeper = b.store
				b.Service = b.service(&c.damage)
				b.must1(b.store.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "another", ReceivedAt: b.clock.Now(), Method: "POST", Body: []byte(full)}}}))
				b.rule(setting.RuleLaneClosed, on())
				b.closed = []string{"https://crm.example"}
				b.come(7, less)
				b.pass(time.Minute)
				b.want(c.want...)
				// What could be read again is learned from.
				c.damage.sheets, c.damage.events = false, ""
				b.come(7, less)
				if n := strings.Count(b.log.String(), "fields"); n == 0 || n > 20 {
					t.Errorf("%d lines of it:\n%s", n, b.log.String())
				}
				if got := b.subjects(); !strings.Contains(strings.Join(got, " "), "изменились поля") {
					t.Errorf("told %q", got)
				}
			})
		})
	}
}
