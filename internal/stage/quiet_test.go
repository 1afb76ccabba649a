package stage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gonets/internal/stage"
	"gonets/setting"
)

// TestLettersAfterQuietHours: what goes by the same channels is one letter, and it is
// told of everything that stands in it, the first thing first.
func TestLettersAfterQuietHours(t *testing.T) {
	t.Parallel()
	yes := true
	for name, c := range map[string]struct {
		success, bad []string
		want         []string
	}{
		"one channel set":     {nil, nil, []string{"bad_end over [success] by [ops duty]"}},
		"two channel sets":    {[]string{"ops"}, nil, []string{"bad_end over [] by [ops duty]", "success [] by [ops]"}},
		"nobody hears of one": {[]string{"ops"}, []string{"duty"}, []string{"bad_end over [] by [duty]", "success [] by [ops]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc := scene(t, `[{"id":"d","http":{"url":"https://crm.example.ru/","retry":{"delays":[]}}}]`, map[string]string{"": "503 for 3h"})
			sc.At, sc.Every, sc.More = noon.Add(6*time.Hour+27*time.Minute), 5*time.Minute, 36
			sc.Env.Settings = func() setting.Settings {
				return setting.Settings{TimeZone: "Europe/Moscow", Notices: &setting.Notices{
					Channels:   []setting.Channel{{Name: "ops"}, {Name: "duty"}},
					Rules:      map[string]setting.Rule{setting.RuleSuccess: {On: &yes, Channels: c.success}, setting.RuleBadEnd: {Channels: c.bad}},
					QuietHours: &setting.QuietHours{From: "21:00", To: "08:00"}}}
			}
			story, err := stage.Play(t.Context(), sc)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range story.Lines {
				if l.Kind != stage.Letter {
					continue
				}
				over := ""
				if l.Over {
					over = " over"
				}
				got = append(got, fmt.Sprintf("%s%s %v by %v", l.Letter, over, l.Also, l.Channels))
				if morning := time.Date(2026, 3, 3, 5, 0, 0, 0, time.UTC); l.At.Sub(morning).Abs() > 10*time.Second {
					t.Errorf("%s goes at %s", l.Letter, l.At)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
