package ready_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/ready"
	"gonets/internal/news"
	"gonets/internal/source"
	"gonets/internal/testkit"
	"gonets/setting"
)

// world is what the server knows; at first everything is as it should be.
type world struct {
	clock    *testkit.Clock
	info     gonets.ScenarioInfo
	versions map[int][]gonets.Step
	source   gonets.SourceInfo
	secrets  []gonets.SecretInfo
	details  []gonets.RunDetail // of checks, and of runs
	pages    int                // empty ones before the first that is not
	events   []gonets.Event
	refused  int64
	at       time.Time
	letters  map[string]news.Delivery
	set      setting.Settings
	level    string
	silent   []string // channels that took no test
}

// done is that the first step was.
var done = gonets.StepResult{Path: "a", State: gonets.StepDone, Attempt: 1}

func send(id, url string) gonets.Step { return gonets.Step{ID: id, HTTP: &gonets.HTTPStep{URL: url}} }

func newWorld() *world {
	w := &world{clock: testkit.NewClock(), level: "ok", refused: 2}
	w.at = w.clock.Now()
	steps := []gonets.Step{send("a", "https://crm.example/")}
	w.versions = map[int][]gonets.Step{1: {send("a", "https://old.example/")}, 2: steps, 3: steps}
	w.info = gonets.ScenarioInfo{Scenario: gonets.Scenario{Name: "lead", Description: "one\ntwo\n", Sources: []string{"site"}, Steps: steps}, Version: 3}
	w.source = gonets.SourceInfo{Source: gonets.Source{Name: "site", Preset: source.Generic, Verify: &gonets.Verify{Kind: "token", Header: "X-Key", Secret: "door"}},
		Tokens: []string{"t"}, UpdatedAt: w.at}
	w.secrets = []gonets.SecretInfo{{Name: "door"}}
	w.ran(steps, done)
	w.events = []gonets.Event{{Remote: "93.184.216.34:5", ReceivedAt: w.at}}
	w.letters = map[string]news.Delivery{setting.ChannelMail: {State: news.LetterSent, SentAt: w.at}}
	w.set = setting.Settings{Mail: &setting.Mail{Host: "smtp.example"}}
	return w
}

func (w *world) Scenario(context.Context, string) (gonets.ScenarioInfo, error) { return w.info, nil }
func (w *world) Version(_ context.Context, _ string, n int) (*gonets.Version, error) {
	return &gonets.Version{Scenario: gonets.Scenario{Steps: w.versions[n]}, N: n, CreatedAt: w.at}, nil
}
func (w *world) Source(context.Context, string) (gonets.SourceInfo, error) {
	return w.source, w.source.Damage
}
func (w *world) Secrets(context.Context) ([]gonets.SecretInfo, error)          { return w.secrets, nil }
func (w *world) Callers(context.Context, string) ([]gonets.Event, error)       { return w.events, nil }
func (w *world) LastLetters(context.Context) (map[string]news.Delivery, error) { return w.letters, nil }
func (w *world) Refused(_ context.Context, _ string, since time.Time) (int64, time.Time, error) {
	if w.at.Before(since) {
		return 0, time.Time{}, nil
	}
	return w.refused, w.at, nil
}
func (w *world) Runs(_ context.Context, f gonets.RunFilter) (out gonets.List[gonets.RunSummary], err error) {
	if len(f.Page.Cursor) < w.pages && len(f.States) > 0 {
		out.Next = f.Page.Cursor + "x"
		return out, nil
	}
	for i := range w.details {
		if w.details[i].Run.Mark == f.Mark {
			out.Items = append(out.Items, w.details[i].Run)
		}
	}
	return out, nil
}
func (w *world) Run(_ context.Context, id string) (gonets.RunDetail, error) {
	for _, d := range w.details {
		if d.Run.ID == id {
			return d, nil
		}
	}
	return gonets.RunDetail{}, gonets.Errorf(gonets.CodeNotFound, "gone")
}
func (w *world) CountRuns(context.Context, gonets.RunFilter) (gonets.RunCount, error) {
	return gonets.RunCount{N: len(w.details)}, nil
}

// look gives the facts by point, those that are not as they should be behind a !.
func (w *world) look(t *testing.T) (facts map[string]string, whole api.Readiness) {
	t.Helper()
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	room := ready.Room{Documents: w, History: w, Witness: w, Bind: catalog.Bind, Clock: w.clock,
		URL:      func(tokens []string) string { return "https://hooks.example/in/" + strings.Join(tokens, ",") },
		Settings: func() setting.Settings { return w.set }, Disk: func() api.Disk { return api.Disk{Level: w.level} },
		Heard: func(_ context.Context, channel string) (bool, error) { return !slices.Contains(w.silent, channel), nil }}
	got, err := room.Look(t.Context(), &ready.Question{Name: "lead"})
	if err != nil {
		t.Fatal(err)
	}
	facts = map[string]string{}
	for _, p := range got.Body.Points {
		facts[p.Point] = map[bool]string{true: "", false: "!"}[p.OK] + p.Fact
	}
	return facts, got.Body
}

// ran is a run of the version before, which has the same steps.
func (w *world) ran(steps []gonets.Step, results ...gonets.StepResult) {
	w.details = []gonets.RunDetail{{Run: gonets.RunSummary{Run: gonets.Run{ID: "r", Version: 2, CreatedAt: w.at, FinishedAt: w.at}, LastStatus: 201},
		Version: &gonets.Version{Scenario: gonets.Scenario{Steps: steps}}, Results: results}}
}

// check is one that went well with these steps.
func (w *world) check(steps []gonets.Step, results ...gonets.StepResult) {
	w.details = []gonets.RunDetail{{Run: gonets.RunSummary{Run: gonets.Run{ID: "c", Mark: gonets.MarkCheck, FinishedAt: w.at}},
		Version: &gonets.Version{Scenario: gonets.Scenario{Steps: steps}}, Results: results}}
}

func TestEverythingIsAsItShouldBe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	facts, got := w.look(t)
	want := map[string]string{"address": "outside", "protection": "refused", "sender": "came", "errors": "pauses", "history": "kept", "checked": "succeeded",
		"watched": "told", "documented": "described"}
	if d := cmp.Diff(want, facts); d != "" || !got.Ready {
		t.Errorf("ready %v: %s", got.Ready, d)
	}
	var said []string
	for _, p := range got.Points {
		said = append(said, fmt.Sprint(p.Source, p.URL, p.Channel, p.RunID, p.Status, p.Count, p.KeptSeconds, p.At.Equal(w.at)))
	}
	if d := cmp.Diff([]string{"sitehttps://hooks.example/in/t0 0 0 true", "site0 2 0 true", "site0 0 0 true", "0 6 0 true", "0 1 2592000 true", "r201 0 0 true",
		"mail0 0 0 true", "0 2 0 true"}, said); d != "" {
		t.Error(d)
	}
}

func TestEachPointFallsByItself(t *testing.T) {
	t.Parallel()
	once := send("a", "https://crm.example/")
	once.HTTP.Retry, once.HTTP.OnFailure = &gonets.Retry{Delays: []gonets.Duration{}}, gonets.OnFailureContinue
	off := false
	for name, c := range map[string]struct {
		change func(*world)
		want   string // the points that are not as they should be, or are so for another reason
	}{
		"all grows old":            {func(w *world) { w.clock.Advance(ready.Fresh + time.Minute) }, "address:!silent history:!quiet protection:!untried sender:!quiet watched:!quiet"},
		"not yet old":              {func(w *world) { w.clock.Advance(ready.Fresh - time.Minute) }, ""},
		"the source was changed":   {func(w *world) { w.source.UpdatedAt = w.at.Add(time.Minute) }, "protection:!untried"},
		"no check of callers":      {func(w *world) { w.source.Verify = nil }, "protection:!open"},
		"no secret":                {func(w *world) { w.secrets = nil }, "protection:!no_secret"},
		"no source":                {func(w *world) { w.info.Sources = nil }, "address:!no_source protection:!no_source sender:!no_source"},
		"a source that is gone":    {func(w *world) { w.source.Damage = gonets.Errorf(gonets.CodeNotFound, "gone") }, "address:!no_source protection:!no_source sender:!no_source"},
		"only this machine":        {func(w *world) { w.events[0].Remote = "[::1]:7" }, "address:!local"},
		"somebody of the network":  {func(w *world) { w.events[0].Remote = "10.0.0.8:7" }, "address:network"},
		"only by hand":             {func(w *world) { w.events = nil }, "address:!silent sender:!none"},
		"errors are passed over":   {func(w *world) { w.info.Steps = []gonets.Step{once}; w.versions[2] = w.info.Steps }, "errors:!ignored"},
		"no runs":                  {func(w *world) { w.details = nil }, "checked:!never history:!none"},
		"a low disk":               {func(w *world) { w.level = "low" }, "history:!low_disk"},
		"other steps":              {func(w *world) { w.details[0].Run.Version = 1 }, "checked:!stale"},
		"a check":                  {func(w *world) { w.check(w.info.Steps, done) }, "history:!none"},
		"a check of other steps":   {func(w *world) { w.check(w.versions[1], done) }, "checked:!stale history:!none"},
		"a check that sent nought": {func(w *world) { w.check(w.info.Steps, gonets.StepResult{Path: "a", State: gonets.StepSkipped}) }, "checked:!stale history:!none"},
		"a check of one step of two": {func(w *world) {
			w.info.Steps = append(w.info.Steps, send("b", "https://crm.example/"))
			w.check(w.info.Steps, done)
		}, "checked:!stale history:!none"},
		"a check that was removed": {func(w *world) { w.check(w.info.Steps, done); w.details[0].Version = nil }, "checked:!stale history:!none"},
		"no channel":               {func(w *world) { w.set.Mail = nil }, "watched:!unset"},
		"no test":                  {func(w *world) { w.silent = []string{setting.ChannelMail} }, "watched:!untried"},
		"the last letter failed":   {func(w *world) { w.letters[setting.ChannelMail] = news.Delivery{State: news.LetterPending, Tries: 2} }, "watched:!failing"},
		"another channel works": {func(w *world) {
			w.set.Notices = &setting.Notices{Channels: []setting.Channel{{Name: "ops"}}}
			w.letters = map[string]news.Delivery{setting.ChannelMail: {State: news.LetterFailed}, "ops": {State: news.LetterSent, SentAt: w.at}}
		}, ""},
		"rules for others": {func(w *world) {
			w.set.Notices = &setting.Notices{Rules: map[string]setting.Rule{setting.RuleFirstFailure: {On: &off}, setting.RuleBadEnd: {Scenarios: []string{"another"}}}}
		}, "watched:!off"},
		"no description": {func(w *world) { w.info.Description = " \n" }, "documented:!bare"},
		"the rules tell others": {func(w *world) {
			rule := setting.Rule{Channels: []string{"ops"}}
			w.set.Notices = &setting.Notices{Channels: []setting.Channel{{Name: "ops"}}, Rules: map[string]setting.Rule{setting.RuleFirstFailure: rule, setting.RuleBadEnd: rule}}
		}, "watched:!quiet"},
		"the rules tell nobody who is there": {func(w *world) {
			rule := setting.Rule{Channels: []string{"gone"}}
			w.set.Notices = &setting.Notices{Rules: map[string]setting.Rule{setting.RuleFirstFailure: rule, setting.RuleBadEnd: rule}}
		}, "watched:!off"},
		"one took a test and another told": {func(w *world) {
			w.set.Notices = &setting.Notices{Channels: []setting.Channel{{Name: "ops"}}}
			w.silent = []string{setting.ChannelMail}
		}, "watched:!quiet"},
		"nothing is tried again": {func(w *world) {
			w.info.Steps = []gonets.Step{send("a", "https://crm.example/")}
			w.info.Steps[0].HTTP.Retry, w.info.Steps[0].HTTP.OnFailure = &gonets.Retry{On: []string{"429"}}, gonets.OnFailureContinue
			w.versions[2] = w.info.Steps
		}, "errors:!ignored"},
		"a step failed": {func(w *world) { w.details[0].Results[0].State = gonets.StepFailed }, "checked:!stale"},
		"a step of a check failed": {func(w *world) {
			w.check(w.info.Steps, gonets.StepResult{Path: "a", State: gonets.StepFailed, Attempt: 1})
		}, "checked:!stale history:!none"},
		"a step was skipped":      {func(w *world) { w.details[0].Results[0] = gonets.StepResult{Path: "a", State: gonets.StepSkipped} }, "checked:!stale"},
		"a person skipped a step": {func(w *world) { w.details[0].Acts = []gonets.RunAct{{Kind: gonets.ActionSkip}} }, "checked:!stale"},
		"pages that are empty":    {func(w *world) { w.pages = 3 }, ""},
		"a bound on the size":     {func(w *world) { w.set.Retention.Size = 1 << 30 }, "history:kept_bounded"},
		"a draft":                 {func(w *world) { w.info.Version = 0 }, "checked:!unpublished documented:!unpublished errors:!unpublished"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			usual, _ := newWorld().look(t)
			c.change(w)
			facts, got := w.look(t)
			var fell []string
			for _, point := range []string{"address", "checked", "documented", "errors", "history", "protection", "sender", "watched"} {
				if facts[point] != usual[point] {
					fell = append(fell, point+":"+facts[point])
				}
			}
			if s := strings.Join(fell, " "); s != c.want || got.Ready == strings.Contains(s, "!") {
				t.Errorf("ready %v: %q, want %q", got.Ready, s, c.want)
			}
		})
	}
}
