package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/deed"
	"gonets/internal/document"
	"gonets/setting"
)

func applyPublishes(f fixture) {
	second := Scenario("x", "s")
	second.Title = "second"
	src := gonets.Source{Name: "s", Preset: "generic"}
	for i, c := range []struct {
		apply document.Apply
		want  []document.Applied
	}{
		{document.Apply{Sources: []gonets.Source{src}, Scenarios: []gonets.Scenario{Scenario("x", "s")}},
			[]document.Applied{{Kind: "Source", Name: "s", Change: "unchanged"},
				{Kind: "Scenario", Name: "x", Change: "unchanged", Version: 1, State: gonets.ScenarioRunning}}},
		{document.Apply{Scenarios: []gonets.Scenario{second, Scenario("y", "s")}, Actor: "anna", Note: "why"},
			[]document.Applied{{Kind: "Scenario", Name: "x", Change: "updated", Version: 2, State: gonets.ScenarioRunning,
				Replaced: &document.Replaced{Version: 1, At: f.Clock.Now()}},
				{Kind: "Scenario", Name: "y", Change: "created", Version: 1, State: gonets.ScenarioRunning}}},
		{document.Apply{Settings: &setting.Settings{Title: "T"}}, []document.Applied{{Kind: "Settings", Name: "settings", Change: "created"}}},
	} {
		if d := cmp.Diff(c.want, f.apply(c.apply)); d != "" {
			f.t.Errorf("%d: -want +got\n%s", i, d)
		}
	}
	if acc := f.accept(gonets.Acceptance{Event: f.event("1")})[0]; len(acc.Runs) != 2 || acc.Runs[0].Version != 2 {
		f.t.Errorf("the publish is not followed at once: %+v", acc.Runs)
	}
	l, err := f.Versions(f.ctx(), "x", gonets.Page{Limit: 1})
	f.must(err)
	if len(l.Items) != 1 || l.Items[0].N != 2 || l.Items[0].Actor != "anna" || l.Items[0].Note != "why" || l.Next == "" {
		f.t.Errorf("%+v", l)
	}
	l, err = f.Versions(f.ctx(), "x", gonets.Page{Cursor: l.Next})
	f.must(err)
	if len(l.Items) != 1 || l.Items[0].N != 1 || l.Next != "" {
		f.t.Errorf("%+v", l)
	}
	v, err := f.Version(f.ctx(), "x", 2)
	f.must(err)
	if d := cmp.Diff(second, v.Scenario); d != "" {
		f.t.Error(d)
	}
	_, err = f.Version(f.ctx(), "x", 3)
	f.wantCode(err, gonets.CodeNotFound)
	unsubscribed := second
	unsubscribed.Sources = nil
	f.apply(document.Apply{Scenarios: []gonets.Scenario{unsubscribed}})
	if acc := f.accept(gonets.Acceptance{Event: f.event("1")})[0]; len(acc.Runs) != 1 {
		f.t.Errorf("runs of a source that is no longer named: %+v", acc.Runs)
	}
}

func dryRun(f fixture) {
	a := document.Apply{Sources: []gonets.Source{{Name: "new", Preset: "generic"}}, Scenarios: []gonets.Scenario{Scenario("z", "new")}, DryRun: true}
	for range 2 {
		if got := f.apply(a); len(got) != 2 || got[1].Change != "created" {
			f.t.Errorf("%+v", got)
		}
	}
	_, err := f.Source(f.ctx(), "new")
	f.wantCode(err, gonets.CodeNotFound)
	_, err = f.Scenario(f.ctx(), "z")
	f.wantCode(err, gonets.CodeNotFound)
}

func draftsAndStates(f fixture) {
	state := func(want gonets.ScenarioState, version int, title string) {
		f.t.Helper()
		info, err := f.Scenario(f.ctx(), "d")
		f.must(err)
		if info.State != want || info.Version != version || info.Title != title {
			f.t.Errorf("%s, version %d, title %q; want %s, %d, %q", info.State, info.Version, info.Title, want, version, title)
		}
	}
	draft := Scenario("d", "s")
	draft.Title = "one"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{draft}, Draft: true})
	state(gonets.ScenarioDraft, 0, "one")
	acc := f.accept(gonets.Acceptance{Event: f.event("1")})[0]
	if len(acc.Runs) != 2 || acc.Runs[0].Scenario != "d" || acc.Runs[0].State != gonets.RunHeld {
		f.t.Errorf("a draft's event is kept as held: %+v", acc.Runs)
	}
	_, err := f.SetScenarioState(f.ctx(), gonets.StateChange{Name: "d", State: gonets.ScenarioRunning})
	f.wantCode(err, gonets.CodeConflict)
	_, err = f.Act(f.ctx(), gonets.Action{RunID: acc.Runs[0].ID, Kind: gonets.ActionResume})
	f.wantCode(err, gonets.CodeConflict)
	f.apply(document.Apply{Scenarios: []gonets.Scenario{draft}, Stopped: true})
	state(gonets.ScenarioStopped, 1, "one")
	two := draft
	two.Title = "two"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{two}})
	state(gonets.ScenarioStopped, 2, "two")
	three := draft
	three.Title, three.Sources = "three", nil
	f.apply(document.Apply{Scenarios: []gonets.Scenario{three}, Draft: true})
	state(gonets.ScenarioStopped, 2, "two")
	if acc := f.accept(gonets.Acceptance{Event: f.event("1")})[0]; len(acc.Runs) != 2 {
		f.t.Error("a draft of a published scenario took its source away")
	}
}

func unknownSource(f fixture) {
	sc := Scenario("z", "s", "sss")
	before := f.count(gonets.RunFilter{})
	_, err := f.Apply(f.ctx(), document.Apply{Sources: []gonets.Source{{Name: "ssss", Preset: "generic"}}, Scenarios: []gonets.Scenario{sc}})
	f.wantCode(err, gonets.CodeInvalid)
	if !strings.Contains(err.Error(), "/sources/1") {
		f.t.Errorf("no place: %v", err)
	}
	if _, err := f.Source(f.ctx(), "ssss"); gonets.CodeOf(err) != gonets.CodeNotFound || f.count(gonets.RunFilter{}) != before {
		f.t.Errorf("half of a refused call is stored: %v", err)
	}
}

func sourceAddress(f fixture) {
	first, err := f.Source(f.ctx(), "s")
	f.must(err)
	if len(first.Tokens) != 1 || len(first.Tokens[0]) < 22 || !slices.Equal(first.Scenarios, []string{"x"}) {
		f.t.Fatalf("%+v", first)
	}
	f.apply(document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic", Title: "T"}, {Name: "t", Preset: "generic"}}})
	second, err := f.SourceByToken(f.ctx(), first.Tokens[0])
	f.must(err)
	if second.Title != "T" || !slices.Equal(second.Tokens, first.Tokens) || second.ETag == first.ETag {
		f.t.Errorf("%+v", second)
	}
	l, err := f.Sources(f.ctx(), gonets.Page{Limit: 1})
	f.must(err)
	rest, err := f.Sources(f.ctx(), gonets.Page{Cursor: l.Next})
	f.must(err)
	if l.Items[0].Name != "s" || rest.Items[0].Name != "t" || rest.Next != "" || rest.Items[0].Tokens[0] == first.Tokens[0] {
		f.t.Errorf("%+v %+v", l, rest)
	}
	for _, token := range []string{"", "nobody", first.Tokens[0] + "x"} {
		_, err := f.SourceByToken(f.ctx(), token)
		f.wantCode(err, gonets.CodeAddressUnknown)
	}
}

// jwt says of itself that it was issued in second 1000 and ends in second 2000.
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwMDAsImlhdCI6MTAwMH0.c2lnbmVk"

func secretsAndSettings(f fixture) {
	for _, v := range []string{"one", "two\x00\xff"} {
		f.must(f.SetSecret(f.ctx(), "key", v, time.Time{}, "anna"))
		got, err := f.Secret(f.ctx(), "key")
		f.must(err)
		if got != v {
			f.t.Errorf("%q, want %q", got, v)
		}
	}
	l, err := f.Secrets(f.ctx())
	f.must(err)
	if d := cmp.Diff([]gonets.SecretInfo{{Name: "key", UpdatedAt: f.Clock.Now(), Actor: "anna"}}, l); d != "" {
		f.t.Error(d)
	}
	for _, c := range []struct {
		value, end  string
		from, until int64
	}{
		{jwt, "", 1000, 2000}, {jwt, "set", 0, 5000}, {jwt, "after", 0, 6000}, {jwt, "taken", 0, 0}, {"opaque", "", 0, 0}, {"opaque", "set", 0, 5000}, {"another", "", 0, 0},
	} {
		said := time.Time{}
		if c.end == "set" {
			said = time.Unix(5000, 0)
		}
		f.must(f.SetSecret(f.ctx(), "key", c.value, said, "anna"))
		switch c.end {
		case "after":
			f.must(f.SetSecretEnd(f.ctx(), "key", time.Unix(6000, 0), "boris"))
		case "taken":
			f.must(f.SetSecretEnd(f.ctx(), "key", time.Time{}, "boris"))
		}
		l, err := f.Secrets(f.ctx())
		f.must(err)
		want := gonets.SecretInfo{Name: "key", UpdatedAt: f.Clock.Now(), Actor: "anna"}
		if c.from > 0 {
			want.From = time.Unix(c.from, 0).UTC()
		}
		if c.until > 0 {
			want.Until = time.Unix(c.until, 0).UTC()
		}
		if d := cmp.Diff([]gonets.SecretInfo{want}, l); d != "" {
			f.t.Errorf("%+v: %s", c, d)
		}
		if got, err := f.Secret(f.ctx(), "key"); err != nil || got != c.value {
			f.t.Errorf("%+v: the value is %q (%v)", c, got, err)
		}
	}
	if f.Exec != nil {
		// An older server replaced the value and said nothing of its end.
		f.must(f.SetSecret(f.ctx(), "key", jwt, time.Unix(5000, 0), "anna"))
		f.Exec(f.t, `UPDATE secrets SET good_of = version - 1 WHERE name = ?`, "key")
		if l, err := f.Secrets(f.ctx()); err != nil || len(l) != 1 || l[0].Until.Unix() != 2000 {
			f.t.Errorf("%+v, %v", l, err)
		}
	}
	f.must(f.SetSecretEnd(f.ctx(), "key", time.Unix(6000, 0), "boris"))
	ends, err := f.Audit(f.ctx(), deed.Filter{Action: "secret.end", Page: gonets.Page{Limit: 1}})
	if err != nil || len(ends.Items) != 1 || string(ends.Items[0].Detail) != `{"until":"1970-01-01T01:40:00Z"}` {
		f.t.Errorf("%v %+v", err, ends.Items)
	}
	for _, end := range []string{"1969-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"} {
		until, err := time.Parse(time.RFC3339, end)
		f.must(err)
		f.wantCode(f.SetSecret(f.ctx(), "key", "v", until, "anna"), gonets.CodeInvalid)
		f.wantCode(f.SetSecretEnd(f.ctx(), "key", until, "anna"), gonets.CodeInvalid)
	}
	f.wantCode(f.SetSecretEnd(f.ctx(), "nobody", time.Time{}, "anna"), gonets.CodeNotFound)
	f.must(f.DeleteSecret(f.ctx(), "key", "anna"))
	_, err = f.Secret(f.ctx(), "key")
	f.wantCode(err, gonets.CodeNotFound)
	f.wantCode(f.DeleteSecret(f.ctx(), "key", "anna"), gonets.CodeNotFound)

	if got, err := f.Settings(f.ctx()); err != nil || !cmp.Equal(got, setting.Settings{}) {
		f.t.Errorf("%+v %v", got, err)
	}
	want := setting.Settings{Title: "T", Env: map[string]string{"A": "b"}, AllowNetworks: []string{"10.0.0.0/8"}}
	f.apply(document.Apply{Settings: &want})
	got, err := f.Settings(f.ctx())
	f.must(err)
	if d := cmp.Diff(want, got); d != "" {
		f.t.Error(d)
	}
	mine := setting.Settings{Title: "mine"}
	_, err = f.Apply(f.ctx(), document.Apply{Settings: &mine, IfMatch: (&setting.Settings{}).ETag()})
	f.wantCode(err, gonets.CodeDraftConflict)
	f.apply(document.Apply{Settings: &mine, IfMatch: got.ETag()})
	// A repeat of what is there needs no right state.
	f.apply(document.Apply{Settings: &mine, IfMatch: got.ETag()})
	if got, err = f.Settings(f.ctx()); err != nil || got.Title != "mine" {
		f.t.Errorf("%+v %v", got, err)
	}
}

// savedRequests: a version keeps the text that it was published with; whoever changes
// the request changes no version, and it is told.
func savedRequests(f fixture) {
	r := gonets.SavedRequest{Name: "notice", HTTP: gonets.HTTPStep{URL: "https://a.test/"}}
	sc := gonets.Scenario{Name: "teller", Sources: []string{"s"}, Steps: []gonets.Step{{ID: "tell", Request: "notice"}}}
	_, err := f.Apply(f.ctx(), document.Apply{Scenarios: []gonets.Scenario{sc}})
	f.wantCode(err, gonets.CodeInvalid)
	f.apply(document.Apply{Requests: []gonets.SavedRequest{r}, Scenarios: []gonets.Scenario{sc}})
	url := func(n int) string {
		v, err := f.Version(f.ctx(), "teller", n)
		f.must(err)
		return v.Scenario.Steps[0].Sends().URL
	}
	state := func(changed bool) {
		f.t.Helper()
		info, err := f.Scenario(f.ctx(), "teller")
		f.must(err)
		draft, err := f.Draft(f.ctx(), "teller")
		f.must(err)
		saved, err := f.Request(f.ctx(), "notice")
		f.must(err)
		if info.HasDraft != changed || draft.Changed != changed || len(saved.UsedBy) != 1 || saved.UsedBy[0].Stale != changed {
			f.t.Errorf("changed %v: %v %v %+v", changed, info.HasDraft, draft.Changed, saved.UsedBy)
		}
	}
	state(false)
	saved, err := f.Request(f.ctx(), "notice")
	f.must(err)
	next := r
	next.HTTP.URL = "https://b.test/"
	f.wantCode(f.SaveRequest(f.ctx(), gonets.RequestChange{Request: &next, IfMatch: "other"}), gonets.CodeDraftConflict)
	f.must(f.SaveRequest(f.ctx(), gonets.RequestChange{Request: &next, IfMatch: saved.ETag, Actor: "anna"}))
	state(true)
	f.wantCode(f.DropDraft(f.ctx(), "teller", "*", "anna"), gonets.CodeConflict)
	// What was checked is what is sent, or nothing.
	checked := gonets.Scenario{Name: sc.Name, Sources: sc.Sources, Steps: slices.Clone(sc.Steps)}
	checked.Use([]gonets.SavedRequest{r})
	_, err = f.Publish(f.ctx(), gonets.Publish{Scenario: &checked, IfMatch: "*", Actor: "anna"})
	f.wantCode(err, gonets.CodeRequestChanged)
	_, err = f.Apply(f.ctx(), document.Apply{Scenarios: []gonets.Scenario{checked}})
	f.wantCode(err, gonets.CodeRequestChanged)
	// One that is damaged is nobody's present text, and is mended by saving it again.
	if f.Exec != nil {
		f.Exec(f.t, `UPDATE saved_requests SET document = ? WHERE name = 'notice'`, "{")
		infos, err := f.Requests(f.ctx())
		if f.must(err); len(infos) != 1 || infos[0].Damage == nil || infos[0].UsedBy[0].Stale {
			f.t.Errorf("%+v", infos)
		}
		live, err := f.SavedRequests(f.ctx())
		if f.must(err); len(live) != 1 || live[0].Name != "notice" || live[0].Damage == nil {
			f.t.Errorf("who would send it hears nothing of the damage: %+v", live)
		}
		_, err = f.Apply(f.ctx(), document.Apply{Scenarios: []gonets.Scenario{sc}})
		f.wantCode(err, gonets.CodeDamaged)
		f.must(f.SaveRequest(f.ctx(), gonets.RequestChange{Request: &next, IfMatch: "*", Actor: "anna"}))
	}
	state(true)
	if got := url(1); got != "https://a.test/" {
		f.t.Errorf("version 1 sends to %s", got)
	}
	if got := f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}}); got[0].Version != 2 || url(2) != "https://b.test/" || url(1) != "https://a.test/" {
		f.t.Errorf("%+v", got)
	}
	state(false)
	if got := f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}, Requests: []gonets.SavedRequest{next}}); got[0].Change != "unchanged" || got[1].Change != "unchanged" {
		f.t.Errorf("%+v", got)
	}
	f.wantCode(f.DeleteRequest(f.ctx(), "notice", "anna"), gonets.CodeRequestUsed)
	name, err := f.CreateRequest(f.ctx(), gonets.NewDocument[gonets.SavedRequest]{Name: "notice", Parsed: &r, Actor: "anna"})
	if err != nil || name != "notice-2" {
		f.t.Errorf("%q %v", name, err)
	}
	f.must(f.DeleteRequest(f.ctx(), name, "anna"))
	f.wantCode(f.DeleteRequest(f.ctx(), name, "anna"), gonets.CodeNotFound)
}

// olderThan: the story of newer.txtar tells the rest.
func olderThan(f fixture) {
	source := func(title string) gonets.Source { return gonets.Source{Name: "s", Title: title, Preset: "generic"} }
	basis := func(doc any) document.Basis {
		b, err := document.BasisOf(0, doc)
		f.must(err)
		return b
	}
	id := document.ID{Kind: document.KindSource, Name: "s"}
	// from applies a file of the source that was made from another state of it.
	from := func(base document.Basis, title string) ([]document.Applied, error) {
		return f.Apply(f.ctx(), document.Apply{Sources: []gonets.Source{source(title)}, Based: map[document.ID]document.Basis{id: base}, Actor: "file"})
	}
	refused := func(err error, words ...string) {
		f.t.Helper()
		f.wantCode(err, gonets.CodeDraftConflict)
		e := (*gonets.Error)(nil)
		if !errors.As(err, &e) || len(e.Problems) != len(words) {
			f.t.Fatalf("%+v", err)
		}
		for i, w := range words {
			if !strings.Contains(e.Problems[i].Message, w) {
				f.t.Errorf("%s is not in %s", w, e.Problems[i].Message)
			}
		}
	}
	first, err := f.Source(f.ctx(), "s")
	f.must(err)
	was := basis(&first.Source)

	f.Clock.Advance(time.Hour)
	one := source("one")
	f.must(f.SaveSource(f.ctx(), gonets.SourceChange{Source: &one, IfMatch: "*", Actor: "anna"}))
	at := f.Clock.Now()
	f.Clock.Advance(time.Hour)
	_, err = from(was, "file's")
	refused(err, `"s" was changed by anna at `+at.UTC().Format(time.RFC3339))
	if got, err := from(basis(&one), "two"); err != nil || got[0].Change != "updated" || got[0].Replaced != nil {
		f.t.Errorf("%+v %v", got, err)
	}
	if got, err := from(basis(&one), "three"); err != nil || got[0].Replaced != nil {
		f.t.Errorf("the file's own past was asked about: %+v %v", got, err)
	}
	elsewhere := document.Basis{Sum: "0123456789abcdef"}
	three := f.Clock.Now()
	f.Clock.Advance(time.Hour)
	if got, err := from(elsewhere, "four"); err != nil || got[0].Replaced == nil || got[0].Replaced.By != "file" || !got[0].Replaced.At.Equal(three) {
		f.t.Errorf("%+v %v", got, err)
	}
	// What was taken from elsewhere once is not overwritten from there, either.
	five := source("five")
	f.must(f.SaveSource(f.ctx(), gonets.SourceChange{Source: &five, IfMatch: "*", Actor: "boris"}))
	_, err = from(elsewhere, "six")
	refused(err, "boris")

	// What nobody has set may be exported, too.
	settings := func(base document.Basis, change func(*document.Apply)) ([]document.Applied, error) {
		a := document.Apply{Settings: &setting.Settings{Title: "file"}, Based: map[document.ID]document.Basis{{Kind: document.KindSettings, Name: document.SettingsName}: base}}
		change(&a)
		return f.Apply(f.ctx(), a)
	}
	unset := basis(&setting.Settings{})
	f.apply(document.Apply{Settings: &setting.Settings{Title: "anna"}, Actor: "anna"})
	_, err = settings(unset, func(a *document.Apply) {
		a.Sources, a.Based[id] = []gonets.Source{source("six")}, was
	})
	refused(err, "boris", "the settings were changed by anna")
	etag := (&setting.Settings{Title: "anna"}).ETag()
	if got, err := settings(unset, func(a *document.Apply) { a.IfMatch = etag }); err != nil || got[0].Change != "updated" {
		f.t.Errorf("who named the state by its ETag is asked again: %+v %v", got, err)
	}

	deletedSince(f)
}

// deletedSince: a saved request goes, and a file of it comes.
func deletedSince(f fixture) {
	request := gonets.SavedRequest{Name: "r", HTTP: gonets.HTTPStep{URL: crm + "/"}}
	was, err := document.BasisOf(0, &request)
	f.must(err)
	file := func(base document.Basis) ([]document.Applied, error) {
		a := document.Apply{Requests: []gonets.SavedRequest{request}, Actor: "file"}
		if base.Sum != "" {
			a.Based = map[document.ID]document.Basis{{Kind: document.KindRequest, Name: "r"}: base}
		}
		return f.Apply(f.ctx(), a)
	}
	deleted := func() {
		f.Clock.Advance(time.Hour)
		f.must(f.DeleteRequest(f.ctx(), "r", "anna"))
	}
	if got, err := file(was); err != nil || got[0].Replaced != nil {
		f.t.Fatalf("one that was never here: %+v %v", got, err)
	}
	deleted()
	if _, err := file(was); gonets.CodeOf(err) != gonets.CodeDraftConflict {
		f.t.Errorf("it came back without a word: %v", err)
	}
	for _, base := range []document.Basis{{}, {Sum: "0123456789abcdef"}} {
		got, err := file(base)
		if err != nil || got[0].Replaced == nil || !got[0].Replaced.Deleted || got[0].Replaced.By != "anna" || !got[0].Replaced.At.Equal(f.Clock.Now()) {
			f.t.Errorf("nobody is told that it had been deleted: %+v %v", got, err)
		}
		deleted()
	}
}
