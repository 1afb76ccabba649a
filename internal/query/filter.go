package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/calendar"
	"gonets/internal/id"
	"gonets/internal/value"
)

// Reader is when and where somebody asks: times may be relative to now, and
// days are those of a place.
type Reader struct {
	Now time.Time
	// Zone is that of times without one; nil is UTC.
	Zone *time.Location
}

// Parse reads a question.
func Parse(text string, r Reader) (gonets.RunFilter, error) {
	var f gonets.RunFilter
	terms, err := Split(text)
	if err != nil {
		return f, err
	}
	var words []string
	seen := map[string]bool{}
	for _, t := range terms {
		if t.Key == "" {
			words = append(words, t.Value)
			continue
		}
		if seen[t.Key] {
			return f, refuse(gonets.Problem{Code: gonets.CodeQueryTwice, Column: t.Column, Expression: t.Key + ":",
				Message: t.Key + ": stands here twice; conditions hold together. Write several values with commas where that is possible"})
		}
		seen[t.Key] = true
		if err := r.read(&f, t); err != nil {
			return f, refuse(gonets.Problem{Code: gonets.CodeQueryValue, Column: t.ValueColumn, Expression: t.Value,
				Message: fmt.Sprintf("%s:%s: %v; %s", t.Key, t.Value, err, example(t.Key)), Suggestion: nearest(t)})
		}
	}
	// A telephone number may be written in several words.
	f.Value = strings.TrimSpace(strings.Join(words, " "))
	if id.Valid(strings.ToLower(f.Value)) {
		f.ID, f.Value = strings.ToLower(f.Value), ""
	}
	return f, nil
}

// Of is the question that a filter answers, with its times as they are.
func Of(f *gonets.RunFilter) string {
	var terms []Term
	add := func(key, text string) {
		if text != "" {
			terms = append(terms, Term{Key: key, Value: text})
		}
	}
	states, statuses := make([]string, len(f.States)), make([]string, len(f.Statuses))
	for i, st := range f.States {
		states[i] = string(st)
	}
	for i, st := range f.Statuses {
		statuses[i] = fmt.Sprintf("%d-%d", st.Low, st.High)
	}
	add(KeyState, strings.Join(states, ","))
	add(KeyScenario, f.Scenario)
	add(KeySource, f.Source)
	add(KeyEvent, f.EventID)
	add(KeyStatus, strings.Join(statuses, ","))
	add(KeyCode, f.Code)
	add(KeyLane, f.Lane)
	add(KeyMark, string(f.Mark))
	add(KeyBulk, f.Bulk)
	add(KeyAfter, moment(f.Since))
	add(KeyBefore, moment(f.Until))
	if !f.ReceivedFrom.IsZero() {
		add(KeyReceived, moment(f.ReceivedFrom)+between+moment(f.ReceivedUntil))
	}
	add(KeyText, f.Text)
	add("", f.ID+f.Value)
	return Format(terms)
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// example shows how a key's values are written.
func example(key string) string {
	switch key {
	case KeyState:
		return "for example state:paused or state:paused,failed"
	case KeyStatus:
		return "for example status:503, status:5xx or status:400-499"
	case KeyAfter, KeyBefore:
		return "for example " + key + ":-24h, " + key + ":2026-11-14 or " + key + ":2026-11-14T12:00"
	case KeyReceived:
		return "for example received:2026-11-14 or received:2026-11-01..2026-11-14"
	case KeyCode:
		return "for example code:network.dns or code:network.*"
	case KeyMark:
		return "for example mark:check"
	case KeyBulk:
		return "for example bulk:01a201e4-4ea9-7000-a762-672e4e7e57a9"
	case KeyText:
		return `for example text:"Anna Smith"`
	}
	return "for example " + key + ":NAME"
}

func nearest(t Term) string {
	switch t.Key {
	case KeyState:
		parts := strings.Split(t.Value, ",")
		for _, p := range parts {
			if !slices.Contains(gonets.RunStates(), gonets.RunState(p)) {
				return value.Nearest(p, stateNames())
			}
		}
	case KeyMark:
		return value.Nearest(t.Value, []string{string(gonets.MarkCheck), string(gonets.MarkMissing), string(gonets.MarkNotKept)})
	}
	return ""
}

func stateNames() (out []string) {
	for _, s := range gonets.RunStates() {
		out = append(out, string(s))
	}
	return out
}

// read puts a term into the filter. Its errors say what is wrong with the
// value.
func (r Reader) read(f *gonets.RunFilter, t Term) (err error) {
	switch t.Key {
	case KeyState:
		for name := range strings.SplitSeq(t.Value, ",") {
			state := gonets.RunState(strings.ToLower(strings.TrimSpace(name)))
			if !slices.Contains(gonets.RunStates(), state) {
				return fmt.Errorf("%q is no state of a run", name)
			}
			f.States = append(f.States, state)
		}
	case KeyStatus:
		f.Statuses, err = statuses(t.Value)
	case KeyAfter:
		f.Since, err = r.moment(t.Value)
	case KeyBefore:
		f.Until, err = r.moment(t.Value)
	case KeyReceived:
		f.ReceivedFrom, f.ReceivedUntil, err = r.days(t.Value)
	case KeyScenario:
		f.Scenario = t.Value
	case KeySource:
		f.Source = t.Value
	case KeyEvent:
		f.EventID = strings.ToLower(t.Value)
	case KeyLane:
		f.Lane = t.Value
	case KeyBulk:
		if f.Bulk = strings.ToLower(t.Value); !id.Valid(f.Bulk) {
			return fmt.Errorf("%q is no id of a mass action", t.Value)
		}
	case KeyText:
		f.Text = t.Value
	case KeyCode:
		if stem := strings.TrimSuffix(t.Value, "*"); strings.ContainsFunc(stem, notOfCode) || stem == "" {
			return errors.New("a code is small letters, dots and _, with * at most at its end")
		}
		f.Code = t.Value
	case KeyMark:
		f.Mark = gonets.Mark(t.Value)
		if f.Mark != gonets.MarkCheck && f.Mark != gonets.MarkMissing && f.Mark != gonets.MarkNotKept {
			return errors.New("there is no such mark")
		}
	}
	return err
}

func notOfCode(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_'
}

// maxStatuses is how many parts a list of statuses may have.
const maxStatuses = 8

func statuses(text string) (out []gonets.StatusSpan, err error) {
	for part := range strings.SplitSeq(text, ",") {
		low, high, ok := gonets.StatusRange(strings.TrimSpace(part))
		if !ok {
			return nil, fmt.Errorf("%q is no HTTP status", part)
		}
		if len(out) == maxStatuses {
			return nil, fmt.Errorf("there are more than %d of them", maxStatuses)
		}
		out = append(out, gonets.StatusSpan{Low: low, High: high})
	}
	return out, nil
}

// between stands between two times.
const between = ".."

// days reads a day, or a time and another one behind it; a last day is part of
// it, a last time of day is not.
func (r Reader) days(text string) (from, until time.Time, err error) {
	first, last, two := strings.Cut(text, between)
	if !two {
		last = first
	}
	if from, err = r.moment(first); err != nil {
		return from, until, err
	}
	if until, err = r.moment(last); err != nil {
		return from, until, err
	}
	if _, notDay := time.Parse(time.DateOnly, last); notDay == nil {
		year, month, day := until.Date()
		until = calendar.DayStart(year, month, day+1, until.Location())
	}
	if !from.Before(until) {
		return from, until, fmt.Errorf("%q ends before it begins", text)
	}
	return from, until, nil
}

// moment reads a time span back from now, a day or a time.
func (r Reader) moment(text string) (time.Time, error) {
	if back, ok := strings.CutPrefix(text, "-"); ok {
		d, err := gonets.ParseDuration(back)
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is no time span", text)
		}
		return r.Now.Add(-d.D()), nil
	}
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && t.Year() >= 1970 && t.Year() < 10_000 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", text)
}
