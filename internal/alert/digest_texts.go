package alert

import (
	"fmt"
	"strings"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

// digest is the letter of a summary for a kind of channel.
func (w *writer) digest(kind setting.ChannelKind, s *news.Summary) (subject, text string) {
	t := in(w.language)
	done, bad := 0, 0
	for i := range s.Scenarios {
		done, bad = done+s.Scenarios[i].Done, bad+s.Scenarios[i].Bad
	}
	subject = w.titled(fmt.Sprintf(t.digest, done, bad, counted(s.Paused)))
	parts := []string{fmt.Sprintf(t.digestSpan, w.date(s.From), w.date(s.To))}
	if len(s.Scenarios) > 0 {
		parts = append(parts, strings.Join(w.rows(s.Scenarios), "\n"))
	} else {
		parts = append(parts, t.digestNothing)
	}
	if s.Paused.N > 0 {
		parts = append(parts, fmt.Sprintf(t.left, w.url+"/runs?state="+string(gonets.RunPaused)))
	}
	if len(s.Open) > 0 {
		parts = append(parts, t.digestOpen+"\n"+w.troubles(s.Open))
	}
	if len(s.Over) > 0 {
		parts = append(parts, t.digestOver+"\n"+w.troubles(s.Over))
	}
	text = w.signed(strings.Join(parts, "\n\n"))
	if kind == setting.ChannelWebhook {
		text = w.wrapped(&envelope{Type: eventDigest, Data: contents{Subject: subject, Text: text, Digest: digestPiece(s)}})
	}
	return subject, text
}

// rows are lines of scenarios, the worst first.
func (w *writer) rows(rows []news.ScenarioSum) (lines []string) {
	t := in(w.language)
	for i := range rows {
		if i == maxRows {
			return append(lines, fmt.Sprintf(t.others, len(rows)-i, w.url+"/scenarios"))
		}
		r := &rows[i]
		parts := []string{fmt.Sprintf(t.digestDone, r.Done)}
		if r.Bad > 0 {
			parts = append(parts, fmt.Sprintf(t.digestBad, r.Bad))
		}
		if r.Waiting.N > 0 {
			parts = append(parts, fmt.Sprintf(t.digestWaiting, counted(r.Waiting)))
		}
		if r.Paused.N > 0 {
			parts = append(parts, fmt.Sprintf(t.digestPaused, counted(r.Paused)))
		}
		lines = append(lines, w.scenario(r.Scenario)+": "+strings.Join(parts, ", "))
	}
	return lines
}

func counted(c gonets.RunCount) string {
	if c.More {
		return fmt.Sprintf("%d+", c.N)
	}
	return fmt.Sprint(c.N)
}

// troubles are lines of what lasts, or is over.
func (w *writer) troubles(list []news.Trouble) string {
	t := in(w.language)
	lines := make([]string, len(list))
	for i := range list {
		tr := &list[i]
		n := &news.Notice{Kind: news.KindOf(tr.Code), Cause: tr.Cause, Runs: runs(tr), Path: tr.Path}
		lines[i] = "– " + fmt.Sprintf(t.since, w.subject(n), w.date(tr.OpenedAt))
		if !tr.OverAt.IsZero() {
			lines[i] = "– " + fmt.Sprintf(t.fromTo, w.subject(n), w.date(tr.OpenedAt), w.date(tr.OverAt))
		}
	}
	return strings.Join(lines, "\n")
}

// sums is a digest for programs.
type sums struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	Scenarios []sumPiece `json:"scenarios"`
}

type sumPiece struct {
	Scenario string `json:"scenario"`
	Done     int    `json:"done"`
	Failed   int    `json:"failed"`
	Waiting  int    `json:"waiting"`
	// WaitingForYou are the runs that need a person.
	WaitingForYou int `json:"waiting_for_you"`
}

const rfc3339 = "2006-01-02T15:04:05Z07:00"

func digestPiece(s *news.Summary) *sums {
	out := &sums{From: s.From.UTC().Format(rfc3339), To: s.To.UTC().Format(rfc3339), Scenarios: []sumPiece{}}
	for i := range s.Scenarios {
		r := &s.Scenarios[i]
		out.Scenarios = append(out.Scenarios, sumPiece{r.Scenario, r.Done, r.Bad, r.Waiting.N, r.Paused.N})
	}
	return out
}
