package alert

import (
	"encoding/json"
	"time"

	"gonets/internal/news"
)

// The types of what webhooks get.
const (
	eventNotice = "gonets.notice"
	eventTest   = "gonets.test"
	eventDigest = "gonets.digest"
)

// envelope is the body of a webhook: type, timestamp and data, as Standard
// Webhooks advises. What may be missing is left out, so that members can be
// added without a new type.
type envelope struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      contents  `json:"data"`
}

type contents struct {
	Installation string  `json:"installation,omitempty"`
	URL          string  `json:"url"`
	Subject      string  `json:"subject"`
	Text         string  `json:"text"`
	Notices      []piece `json:"notices"`
	Digest       *sums   `json:"digest,omitempty"`
}

// piece is one notice.
type piece struct {
	Kind     string `json:"kind"`
	Scenario string `json:"scenario,omitempty"`
	Source   string `json:"source,omitempty"`
	Host     string `json:"host,omitempty"`
	Code     string `json:"code,omitempty"`
	Status   int    `json:"status,omitempty"`
	Step     string `json:"step,omitempty"`
	Run      string `json:"run,omitempty"`
	// Runs counts runs, or rejected requests.
	Runs        int        `json:"runs"`
	Ended       int        `json:"ended,omitempty"`
	At          time.Time  `json:"at"`
	RecoveredAt *time.Time `json:"recovered_at,omitempty"`
	URL         string     `json:"url,omitempty"`
}

func (w *writer) envelope(kind, subject, text string, notices []*news.Notice) string {
	e := envelope{Type: kind, Data: contents{Subject: subject, Text: text}}
	for _, n := range notices {
		p := piece{Kind: string(n.Kind), Scenario: n.Scenario, Source: n.Source, Host: n.Host, Code: string(n.Code), Status: n.Status,
			Step: n.Path, Run: n.RunID, Runs: n.Runs, Ended: n.Ended, At: n.At.UTC()}
		switch {
		case news.IsCondition(n.Code), n.Kind == news.NoticeRejected:
			p.URL, p.Step = w.page(n), ""
		default:
			p.URL = w.link(n)
		}
		if !n.RecoveredAt.IsZero() {
			at := n.RecoveredAt.UTC()
			p.RecoveredAt = &at
		}
		e.Data.Notices = append(e.Data.Notices, p)
	}
	return w.wrapped(&e)
}

// wrapped is the body of a webhook.
func (w *writer) wrapped(e *envelope) string {
	e.Timestamp, e.Data.Installation, e.Data.URL = w.now.UTC(), w.installation, w.url
	if e.Data.Notices == nil {
		e.Data.Notices = []piece{}
	}
	body, err := json.Marshal(e)
	if err != nil {
		panic("alert: a notice is no JSON: " + err.Error()) // it holds texts, numbers and times only
	}
	return string(body)
}
