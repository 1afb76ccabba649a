package alert

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/drift"
	"gonets/internal/news"
	"gonets/setting"
)

// Drifts looks at what came from the watched sources, and tells of each of them
// what is not as it was.
type Drifts func(ctx context.Context, watched func(source string) bool) (map[string][]drift.Change, error)

// drifting finds the sources whose events lack a usual field, or have it with
// another type. It is over when the events are as they were; what a person accepts,
// and a field that is new no more, ends without news.
func (s *Service) drifting(ctx context.Context, l *states) error {
	rule := l.set.Notices.Rule(setting.RuleDrift)
	var found map[string][]drift.Change
	if *rule.On && s.o.Drifts != nil {
		var err error
		if found, err = s.o.Drifts(ctx, func(source string) bool { return news.Fits(rule.Sources, source) }); err != nil {
			return err
		}
	}
	for _, source := range slices.Sorted(maps.Keys(found)) {
		c := gonets.Cause{Source: source, Code: gonets.CodeFieldDrift}
		was, before := l.was(c), ""
		if was != nil {
			before = was.Path
		}
		text := drift.Tell(before, found[source], rule.New)
		switch {
		case text == "" && was != nil && drift.Told(before).Recovers():
			l.signal(gonets.SignalOK, c, "")
		case text == "" && was != nil:
			l.signal(gonets.SignalDropped, c, "")
		case text != "" && text != before:
			l.signal(gonets.SignalFailed, c, text)
		}
	}
	for _, c := range l.known {
		if _, watched := found[c.Source]; c.Code == gonets.CodeFieldDrift && !watched {
			l.signal(gonets.SignalDropped, c.Cause, "")
		}
	}
	return nil
}

// fields are what has changed in a source's events, a line or two for each.
func (w *writer) fields(n drift.News) (lines []string) {
	t := in(w.language)
	changes, more := n.Named()
	for _, c := range changes {
		field := strings.TrimPrefix(c.Path, "event.")
		switch c.Kind {
		case drift.Missing:
			lines = append(lines, fmt.Sprintf(t.fieldGone, field))
		case drift.Type:
			lines = append(lines, fmt.Sprintf(t.fieldType, field, t.typeNames(c.Now), t.typeNames(c.Was)))
		case drift.New:
			lines = append(lines, fmt.Sprintf(t.fieldNew, field, t.typeNames(c.Now)))
		}
		if len(c.Uses) > 0 {
			var steps []string
			for _, u := range c.Uses {
				steps = append(steps, w.scenario(u.Scenario)+" → "+u.Step)
			}
			lines = append(lines, fmt.Sprintf(t.fieldUses, strings.Join(steps, ", ")))
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf(t.fieldMore, more))
	}
	if len(n.Hints) > 0 {
		var fields []string
		for _, h := range n.Hints {
			fields = append(fields, strings.TrimPrefix(h, "event."))
		}
		lines = append(lines, fmt.Sprintf(t.fieldHints, strings.Join(fields, ", ")))
	}
	return lines
}

func (t *words) typeNames(set drift.Types) string {
	var out []string
	for i, name := range t.types {
		if set&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
