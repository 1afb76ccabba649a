package shape_test

import (
	"testing"
	"time"

	"gonets/internal/httpapi/shape"
	"gonets/internal/news"
	"gonets/setting"
)

func TestANoticeThatWaitsSaysUntilWhenAndForWhat(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 3, 1, 18, 27, 0, 0, time.UTC)
	morning := time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)
	set := setting.Settings{TimeZone: "Europe/Moscow", Notices: &setting.Notices{QuietHours: &setting.QuietHours{From: "21:00", To: "08:00"}}}
	pending := news.Delivery{State: news.LetterPending}
	tried := news.Delivery{State: news.LetterPending, Channel: "ops", NextAt: night}
	for name, c := range map[string]struct {
		told news.Told
		due  time.Time
		held string
	}{
		"it was due in the night":     {news.Told{Notice: news.Notice{DueAt: night}, Delivery: pending}, morning, "quiet_hours"},
		"it was put off until then":   {news.Told{Notice: news.Notice{DueAt: morning}, Delivery: pending}, morning, "quiet_hours"},
		"it is urgent":                {news.Told{Notice: news.Notice{Kind: news.NoticeDiskLow, DueAt: night}, Delivery: pending}, night, ""},
		"its letter is tried again":   {news.Told{Notice: news.Notice{DueAt: night, Letter: "l"}, Delivery: tried, Deliveries: []news.Delivery{tried}}, night, ""},
		"it was told":                 {news.Told{Notice: news.Notice{DueAt: night, Letter: "l"}, Delivery: news.Delivery{State: news.LetterSent}}, time.Time{}, ""},
		"there was nobody to tell":    {news.Told{Notice: news.Notice{DueAt: night, GivenUp: true}, Delivery: news.Delivery{State: news.LetterFailed}}, time.Time{}, ""},
		"given up by one, tried more": {news.Told{Notice: news.Notice{Letter: "l"}, Delivery: news.Delivery{State: news.LetterFailed, NextAt: night}}, time.Time{}, ""},
	} {
		got := shape.Notice(&c.told, &set)
		if (got.DueAt == nil) != c.due.IsZero() || got.DueAt != nil && !got.DueAt.Equal(c.due) || got.HeldBy != c.held {
			t.Errorf("%s: due %v, held by %q", name, got.DueAt, got.HeldBy)
		}
		for _, d := range got.Deliveries {
			if d.DueAt == nil || !d.DueAt.Equal(night) {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}
