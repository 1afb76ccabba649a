package shape

import (
	"encoding/base64"
	"fmt"
	"time"

	"gonets"
	"gonets/api"
)

// Filter is what a question and the parameters beside it ask for together. The
// same condition in both places is refused: one of them would be ignored.
func Filter(asked, f gonets.RunFilter) (gonets.RunFilter, error) {
	twice := ""
	either := func(name string, own *string, other string) {
		if *own != "" && other != "" {
			twice = name
		}
		*own += other
	}
	either("scenario", &asked.Scenario, f.Scenario)
	either("source", &asked.Source, f.Source)
	either("event", &asked.EventID, f.EventID)
	either("value", &asked.Value, f.Value)
	mark := string(asked.Mark)
	either("mark", &mark, string(f.Mark))
	asked.Mark = gonets.Mark(mark)
	moment := func(name string, own *time.Time, other time.Time) {
		if !own.IsZero() && !other.IsZero() {
			twice = name
		}
		if own.IsZero() {
			*own = other
		}
	}
	moment("after", &asked.Since, f.Since)
	moment("before", &asked.Until, f.Until)
	if len(asked.States) > 0 && len(f.States) > 0 {
		twice = "state"
	}
	asked.States = append(asked.States, f.States...)
	asked.Ascending, asked.Page = f.Ascending, f.Page
	if twice != "" {
		message := twice + " is given both in q and as a parameter of its own; leave one of them"
		return f, &gonets.Error{Code: gonets.CodeQuery, Message: message,
			Problems: []gonets.Problem{{Pointer: "/q", Code: gonets.CodeQueryTwice, Message: message}}}
	}
	return asked, nil
}

// maxBars is how many spans a chart has at most.
const maxBars = 60

// widths are the lengths of a chart's spans; longer ones are whole days.
func widths() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}
}

// Frame is a chart's period, in spans of one width.
type Frame struct {
	From, To time.Time
	Width    time.Duration
	// Reached is the end of the spans that are not counted yet.
	Reached time.Time
}

// FrameOf is the frame of a filter, in round spans; a filter without a beginning
// is charted for a day.
func FrameOf(f *gonets.RunFilter, now time.Time) Frame {
	from, to := f.Since, f.Until
	if to.IsZero() {
		to = now
	}
	if from.IsZero() || !from.Before(to) {
		from = to.Add(-24 * time.Hour)
	}
	width := time.Duration(0)
	for _, w := range widths() {
		// One more may begin before the period does.
		if width = w; to.Sub(from) <= (maxBars-1)*w {
			break
		}
	}
	if width == 24*time.Hour {
		width = (to.Sub(from)/(maxBars-1) + width - 1).Truncate(width)
	}
	out := Frame{From: from.Truncate(width).UTC(), To: to.Add(width - 1).Truncate(width).UTC(), Width: width}
	out.Reached = out.To
	return out
}

// String is what a caller goes on with.
func (f Frame) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%d/%d", f.To.UnixMilli(), f.Width.Milliseconds(), f.Reached.UnixMilli()))
}

// ParseFrame reads what String made, for a filter that was framed.
func ParseFrame(text string, f *gonets.RunFilter) (Frame, error) {
	var to, width, reached int64
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d/%d/%d", &to, &width, &reached)
	}
	out := Frame{To: time.UnixMilli(to).UTC(), Width: time.Duration(width) * time.Millisecond, Reached: time.UnixMilli(reached).UTC()}
	if err != nil || width < time.Minute.Milliseconds() || width > (10*365*24*time.Hour).Milliseconds() || reached > to {
		return out, gonets.Errorf(gonets.CodeInvalid, "%q is no cursor of a chart; begin again without one", text)
	}
	out.From = out.To.Add(-24 * time.Hour)
	if !f.Since.IsZero() {
		out.From = f.Since
	}
	out.From = out.From.Truncate(out.Width).UTC()
	return out, nil
}

// Spans are those that are not counted yet, the newest first.
func (f Frame) Spans() (out []gonets.RunTally) {
	for at := f.Reached; at.After(f.From) && len(out) <= maxBars; at = at.Add(-f.Width) {
		out = append(out, gonets.RunTally{From: at.Add(-f.Width), Until: at})
	}
	return out
}

// Chart shows counted spans, and what to go on with.
func Chart(f Frame, counted []gonets.RunTally) api.RunChart {
	out := api.RunChart{From: f.From, To: f.To, WidthSeconds: int(f.Width / time.Second), Bars: make([]api.RunBar, 0, len(counted))}
	for _, t := range counted {
		out.Bars = append(out.Bars, api.RunBar{At: t.From, Runs: t.Runs, Done: t.Done, Failed: t.Failed, More: t.More})
		f.Reached = t.From
	}
	if f.Reached.After(f.From) {
		out.Next = f.String()
	}
	return out
}
