package alert

import (
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

// tells is whether people are to be told of such news.
func (d *decider) tells(kind news.NoticeKind, c *gonets.Cause) bool {
	r := d.rules.Rule(string(kind))
	return *r.On && news.Fits(r.Scenarios, c.Scenario) && news.Fits(r.Sources, c.Source)
}

// rule is the one that news is told by. That something is over goes where it
// was told, unless its own rule names channels.
func (d *decider) rule(n *news.Notice) setting.Rule {
	r := d.rules.Rule(string(n.Kind))
	if n.Kind == news.NoticeRecovered && len(r.Channels) == 0 {
		r.Channels = d.rules.Rule(string(news.KindOf(n.Code))).Channels
	}
	return r
}

// to are the channels that tell of it. A channel that is no longer set up
// tells of nothing.
func (d *decider) to(n *news.Notice) []setting.Channel {
	r := d.rule(n)
	if len(r.Channels) == 0 {
		return d.channels
	}
	var out []setting.Channel
	for _, c := range d.channels {
		if slices.Contains(r.Channels, c.Name) {
			out = append(out, c)
		}
	}
	return out
}

// way is the same for what goes by the same channels.
func (d *decider) way(n *news.Notice) string {
	var names []string
	for _, c := range d.to(n) {
		names = append(names, c.Name)
	}
	return strings.Join(names, ",")
}

// hours are a part of the day.
type hours struct {
	from, to time.Duration
	zone     *time.Location
}

// quietHours are those of the settings; without any, there are none.
func quietHours(set *setting.Settings) hours {
	if set.Notices == nil || set.Notices.QuietHours == nil {
		return hours{}
	}
	q := set.Notices.QuietHours
	return hours{ofDay(q.From), ofDay(q.To), zoneOf(set)}
}

// ofDay is a time of day that was checked before, from midnight.
func ofDay(text string) time.Duration {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}

func zoneOf(set *setting.Settings) *time.Location {
	if zone, err := time.LoadLocation(set.TimeZone); err == nil && set.TimeZone != "" {
		return zone
	}
	return time.UTC
}

// end is when the quiet hours in which now lies are over; without them it is
// due.
func (h hours) end(now, due time.Time) time.Time {
	if h.from == h.to {
		return due
	}
	local := now.In(h.zone)
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	day := 0
	switch {
	case h.from < h.to && (clock < h.from || clock >= h.to), h.from > h.to && clock < h.from && clock >= h.to:
		return due
	case h.from > h.to && clock >= h.from:
		day = 1
	}
	// By the calendar, so that a changing clock does not move the morning.
	return time.Date(local.Year(), local.Month(), local.Day()+day, int(h.to/time.Hour), int(h.to%time.Hour/time.Minute), 0, 0, h.zone)
}

// endedBy tells whether the quiet hours end at a time, and when those began.
func (h hours) endedBy(end time.Time) (began time.Time, ok bool) {
	if h.from == h.to {
		return began, false
	}
	at := end.In(h.zone)
	if at.Second() != 0 || at.Nanosecond() != 0 || time.Duration(at.Hour())*time.Hour+time.Duration(at.Minute())*time.Minute != h.to {
		return began, false
	}
	day := at.Day()
	if h.from > h.to {
		day--
	}
	return time.Date(at.Year(), at.Month(), day, int(h.from/time.Hour), int(h.from%time.Hour/time.Minute), 0, 0, h.zone), true
}

// collected is whether all of it waited for the end of the quiet hours: then
// one letter tells of it.
func (d *decider) collected(order []string, groups map[string][]*news.Notice) bool {
	for _, key := range order {
		for _, n := range groups[key] {
			if _, ok := d.quiet.endedBy(n.DueAt); !ok {
				return false
			}
		}
	}
	return true
}
