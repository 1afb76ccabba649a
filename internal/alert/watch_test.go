package alert

import (
	"testing"

	"gonets"
	"gonets/internal/news"
)

func TestATroubleOfTheDatabaseEndsWithItsRow(t *testing.T) {
	t.Parallel()
	var w Watch
	w.refresh(map[string][]news.Watched{"lead": {{ID: "a"}}})
	if len(w.Watched("lead")) != 1 {
		t.Fatal("the trouble is not watched")
	}
	w.refresh(nil)
	if got := w.Watched("lead"); len(got) != 0 {
		t.Errorf("still watched: %v", got)
	}
}

func TestAFreshTroubleOutlivesALookThatDidNotFindIt(t *testing.T) {
	t.Parallel()
	var w Watch
	s := gonets.Signal{Kind: gonets.SignalFailed, Cause: gonets.Cause{Scenario: "lead", Host: "crm.example", Code: gonets.CodeHTTPStatus}}
	w.Noted([]gonets.Signal{s})
	before := len(w.Watched("lead"))
	w.refresh(nil)
	if got := len(w.Watched("lead")); got != before || got == 0 {
		t.Errorf("%d troubles are watched after the look, %d before", got, before)
	}
	w.refresh(nil)
	if got := w.Watched("lead"); len(got) != 0 {
		t.Errorf("still watched: %v", got)
	}
}
