package storetest

import (
	"errors"
	"strings"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/setting"
)

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
