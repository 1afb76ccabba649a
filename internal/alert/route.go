package alert

import (
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/calendar"
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

// endedBy tells whether quiet hours end at a time, and when they began.
func endedBy(q *gonets.Quiet, end time.Time) (began time.Time, ok bool) {
	if !q.EndAt(end) {
		return began, false
	}
	from, err := gonets.ParseClock(q.From)
	zone, wrong := time.LoadLocation(q.Zone)
	if err != nil || wrong != nil {
		return began, false // they were checked before
	}
	year, month, day := end.In(zone).Date()
	if q.From > q.To {
		day--
	}
	began = time.Date(year, month, day, from/60, from%60, 0, 0, zone)
	// Where the day's first hour is left out, a time in it would be of the day before.
	return gonets.Later(began, calendar.DayStart(year, month, day, zone)), true
}

// collected is whether all of it waited for the end of the quiet hours: then
// one letter tells of it.
func (d *decider) collected(order []string, groups map[string][]*news.Notice) bool {
	for _, key := range order {
		for _, n := range groups[key] {
			if _, ok := endedBy(d.quiet, n.DueAt); !ok {
				return false
			}
		}
	}
	return true
}
