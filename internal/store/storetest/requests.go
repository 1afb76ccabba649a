package storetest

import (
	"gonets"
	"gonets/internal/document"
)

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
