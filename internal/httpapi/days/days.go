// Package days is the reconciliation of days in the API: what is asked and what is
// told.
package days

import (
	"context"
	"time"

	"gonets"
	"gonets/internal/calendar"
	"gonets/internal/reconciliation"
)

// Book counts what came in and what became of it.
type Book interface {
	Reconcile(ctx context.Context, a reconciliation.Question) ([]reconciliation.Day, error)
}

// Max is for how many days there is a reconciliation at once.
const Max = 92

// Span says which days: from one date to another, both included. Without From
// they are so many days up to To, without To up to today.
type Span struct {
	From, To string
	Days     int
}

// Ask is the question for a span, at a moment in a zone; nil is UTC.
func Ask(span Span, now time.Time, zone *time.Location) (reconciliation.Question, error) {
	from, to := span.From, span.To
	if zone == nil {
		zone = time.UTC
	}
	year, month, date := now.In(zone).Date()
	last := day{year, month, date}
	a := reconciliation.Question{Zone: zone}
	var err error
	if to != "" {
		if last, err = parseDay(to); err != nil {
			return a, err
		}
	}
	first := last.plus(1 - span.Days)
	if from != "" {
		if first, err = parseDay(from); err != nil {
			return a, err
		}
	}
	a.From, a.Until = first.in(zone), last.plus(1).in(zone)
	if !a.From.Before(a.Until) || first.plus(Max).in(time.UTC).Before(last.plus(1).in(time.UTC)) {
		return a, gonets.Errorf(gonets.CodeInvalid, "from has to be a day before to, and there may be at most %d days", Max)
	}
	return a, nil
}

// day is a day of the calendar, wherever.
type day struct {
	year  int
	month time.Month
	date  int
}

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day{}, gonets.Errorf(gonets.CodeInvalid, "%q is no day; write it as 2026-11-22", text)
	}
	year, month, date := t.Date()
	return day{year, month, date}, nil
}

func (d day) plus(days int) day             { return day{d.year, d.month, d.date + days} }
func (d day) in(z *time.Location) time.Time { return calendar.DayStart(d.year, d.month, d.date, z) }
