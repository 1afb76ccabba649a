// Package compared is how the command line asks what would be sent otherwise, and
// tells it.
package compared

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
)

// Help says what the verb compare does.
const Help = `Play the last 50 events of each scenario in the files through it, without sending anything:
services answer as they answered then. What would be sent is compared with what the published
version sends. Scenarios that are not published, or stay as they are, are left out. Sources and
settings are those of the server, whatever the files say.`

// events is how many of a scenario's are played.
const events = 50

// Server answers what is asked.
type Server interface {
	Diff(ctx context.Context, documents []byte) (api.List[api.Difference], error)
	Compare(ctx context.Context, scenario string, draft api.DraftToCompare, cursor string) (api.SentComparison, error)
}

// Report is what became of a scenario's events.
type Report struct {
	Scenario string            `json:"scenario"`
	Version  int               `json:"version"`
	Damaged  bool              `json:"damaged,omitempty"`
	Events   []api.EventPlayed `json:"events"`
}

// Read asks for all scenarios of documents that would change.
func Read(ctx context.Context, s Server, documents []byte) ([]Report, error) {
	found, err := s.Diff(ctx, documents)
	if err != nil {
		return nil, err
	}
	out := []Report{}
	for _, d := range found.Items {
		if d.Kind != document.KindScenario || d.Change != "updated" {
			continue
		}
		r := Report{Scenario: d.Name, Events: []api.EventPlayed{}}
		for cursor := ""; ; {
			page, err := s.Compare(ctx, d.Name, api.DraftToCompare{Text: string(documents)}, cursor)
			if err != nil {
				return nil, err
			}
			r.Version, r.Damaged, cursor = page.Version, page.Damaged, page.Next
			r.Events = append(r.Events, page.Items...)
			if cursor == "" || len(r.Events) >= events || r.Version == 0 {
				break
			}
		}
		if r.Version == 0 && !r.Damaged {
			continue // it is not published
		}
		r.Events = r.Events[:min(len(r.Events), events)]
		out = append(out, r)
	}
	return out, nil
}

// Differ tells whether anything would be sent otherwise, or not at all.
func Differ(reports []Report) bool {
	for _, r := range reports {
		for i := range r.Events {
			if o := r.Events[i].Outcome; o == api.PlayedDiffers || o == api.PlayedUnbuilt {
				return true
			}
		}
	}
	return false
}

// Text tells reports to people, times as at says them.
func Text(reports []Report, at func(time.Time) string) string {
	if len(reports) == 0 {
		return "No published scenario would change; there is nothing to compare.\n"
	}
	var b strings.Builder
	for i := range reports {
		for _, line := range reports[i].lines(at) {
			// A value may have lines of its own.
			b.WriteString(strings.ReplaceAll(line, "\n", `\n`) + "\n")
		}
	}
	return b.String()
}

// words are the outcomes, in the order in which they are counted.
var words = [...]struct{ outcome, text string }{
	{api.PlayedSame, "the same"}, {api.PlayedBuilt, "can be built"}, {api.PlayedDiffers, "different"}, {api.PlayedUnbuilt, "cannot be built"},
	{api.PlayedUnanswered, "without a reply to go on with"}, {api.PlayedNot, "not played"},
}

func (r *Report) lines(at func(time.Time) string) []string {
	if r.Damaged {
		return []string{fmt.Sprintf("Scenario %s: the published version is damaged and cannot be read, so nothing is compared.", r.Scenario)}
	}
	if len(r.Events) == 0 {
		return []string{fmt.Sprintf("Scenario %s: no events came yet.", r.Scenario)}
	}
	count := map[string]int{}
	for i := range r.Events {
		count[r.Events[i].Outcome]++
	}
	var counts []string
	for _, w := range words {
		if n := count[w.outcome]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, w.text))
		}
	}
	out := []string{fmt.Sprintf("Scenario %s, compared with version %d: %s.", r.Scenario, r.Version, strings.Join(counts, ", "))}
	for i := range r.Events {
		out = append(out, told(&r.Events[i], at)...)
	}
	return out
}

// told is what there is to tell of one event, a line each.
func told(e *api.EventPlayed, at func(time.Time) string) (out []string) {
	head := fmt.Sprintf("  %s  run %s  ", at(e.At), e.Run)
	for i := range e.Differences {
		d := &e.Differences[i]
		where := strings.TrimSpace(strings.Join([]string{d.Step, d.Part, d.Name}, " "))
		if d.Step == "" {
			where = "answer " + where
		}
		out = append(out, fmt.Sprintf("%s%s: %s > %s", head, where, shown(d.Was), shown(d.Becomes)))
	}
	if e.More {
		out = append(out, head+"and more differences")
	}
	switch e.Outcome {
	case api.PlayedUnbuilt:
		out = append(out, fmt.Sprintf("%s%s cannot be built: %s", head, e.Step, problem(e.Problem)))
	case api.PlayedNot:
		out = append(out, head+"was not played: "+map[string]string{
			api.UnplayedErased: "its data was erased", api.UnplayedDamaged: "what is kept of it is damaged", api.UnplayedTooLong: "it takes too long",
		}[e.Why])
	}
	return out
}

func problem(p *gonets.Problem) string {
	if p == nil {
		return ""
	}
	return p.Pointer + ": " + p.Message
}

// shown is a value; a dash is none.
func shown(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}
