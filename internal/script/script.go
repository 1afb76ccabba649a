// Package script is how people say what a service answers, request by request:
// 503,503,200. The built-in test receiver does it to real requests, a rehearsal
// to those that it does not send.
package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gonets"
)

// Limits of a script.
const (
	// MaxBytes bounds a script.
	MaxBytes = 4 << 10
	maxSteps = 100
	maxDelay = 55 * time.Second // below the server's write timeout
	maxSlow  = 64 << 10
	maxBig   = 100 << 20
	maxFor   = 30 * 24 * time.Hour
)

// The media types of bodies.
const (
	MediaJSON = "application/json; charset=utf-8"
	MediaText = "text/plain; charset=utf-8"
)

// ErrDelay is in the error of a script whose delay is none, or too long.
var ErrDelay = errors.New("a delay that cannot be")

// Kind is what is done to a request.
type Kind int

const (
	// Answer gives a status and a body.
	Answer Kind = iota
	// Delay answers later.
	Delay
	// Cut resets the connection after the headers: the service may have done its
	// work.
	Cut
	// Hang answers nothing.
	Hang
	// Slow gives a body in pieces.
	Slow
	// Big gives a large body.
	Big
	// Refuse lets nobody connect: the request never leaves. A server cannot do
	// that to one of its own addresses, a rehearsal can.
	Refuse
)

// Step is how one request is answered, or, with For, all of a span of time.
type Step struct {
	Kind   Kind
	Status int
	// RetryAfter is in seconds; -1 is no header.
	RetryAfter int
	Delay      time.Duration
	Size       int
	// Body replaces the usual answer when Media is set.
	Media string
	Body  string
	// Headers come beside those of the body.
	Headers []gonets.Header
	// For is how long it goes on so, from the first request that met it; 0 is one
	// request.
	For time.Duration
}

// OK is the usual answer.
func OK() Step { return Step{Status: 200, RetryAfter: -1} }

// Cursor is a position in a script. It belongs to one goroutine.
type Cursor struct {
	steps []Step
	at    int
	// since is when the step with a span was first met.
	since time.Time
}

// NewCursor begins a script of at least one step.
func NewCursor(steps []Step) *Cursor { return &Cursor{steps: steps} }

// Lasting is the step that goes on at the time now for a span of time; ok is
// false when there is none. It uses nothing up.
func (c *Cursor) Lasting(now time.Time) (s Step, ok bool) {
	if c.at == len(c.steps) || c.since.IsZero() {
		return s, false
	}
	s = c.steps[c.at]
	return s, s.For > 0 && now.Sub(c.since) < s.For
}

// Next is the step for one more request at the time now. The last one stays,
// unless its time is over: then all is as usual.
func (c *Cursor) Next(now time.Time) Step {
	for c.at < len(c.steps) {
		s := c.steps[c.at]
		if s.For == 0 {
			if c.at < len(c.steps)-1 {
				c.at++
			}
			return s
		}
		if c.since.IsZero() {
			c.since = now
		}
		if now.Sub(c.since) < s.For {
			return s
		}
		c.at, c.since = c.at+1, time.Time{}
	}
	return OK()
}

// Parse reads comma-separated steps:
//
//	503            this status (also status:503)
//	429:2          this status with Retry-After: 2
//	delay:3s       the usual answer after 3 seconds
//	cut            the connection is reset after the headers
//	hang           nothing, until the caller leaves or a minute has passed
//	json:{"a":1}   this body
//	text:hello     this body; \, is a comma
//	slow:1kb       a body of this size in twenty pieces over five seconds
//	big:10mb       a body of this size
//	refused        nobody can connect (rehearsals only)
//	503 for 3h     the same for all requests of three hours, from the first on
//	down:3h        short for 503 for 3h
func Parse(s string) ([]Step, error) {
	if len(s) > MaxBytes {
		return nil, scriptError("the script has %d bytes; at most %d", len(s), MaxBytes)
	}
	var steps []Step
	for rest := strings.TrimSpace(s); ; {
		st, after, err := parseStep(rest)
		if err != nil {
			return nil, err
		}
		if steps = append(steps, st); len(steps) > maxSteps {
			return nil, scriptError("the script has more than %d steps", maxSteps)
		}
		after = strings.TrimSpace(after)
		if after == "" {
			return steps, nil
		}
		next, ok := strings.CutPrefix(after, ",")
		if !ok {
			return nil, scriptError("a comma is missing before %s", quote(after))
		}
		rest = strings.TrimSpace(next)
	}
}

// parseStep reads the first step of s and returns what follows it.
func parseStep(s string) (st Step, rest string, err error) {
	st = OK()
	if value, ok := strings.CutPrefix(s, "json:"); ok {
		d := json.NewDecoder(strings.NewReader(value))
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return st, "", scriptError("after json: comes a JSON value, such as json:{\"ok\":true}")
		}
		st.Media, st.Body = MediaJSON, string(raw)
		rest = value[d.InputOffset():]
		if span, ok := strings.CutPrefix(strings.TrimSpace(rest), "for "); ok {
			span, rest = upToComma(span)
			st.For, err = parseFor(span)
		}
		return st, rest, err
	}
	if value, ok := strings.CutPrefix(s, "text:"); ok {
		st.Media = MediaText
		st.Body, rest = cutText(value)
		return st, rest, nil
	}
	word, rest := upToComma(s)
	word, span, lasts := strings.Cut(word, " for ")
	if lasts {
		defer func() {
			if err == nil {
				st.For, err = parseFor(span)
			}
		}()
	}
	word = strings.TrimSpace(word)
	name, value, _ := strings.Cut(word, ":")
	switch name {
	case "cut":
		st.Kind = Cut
	case "hang":
		st.Kind = Hang
	case "delay":
		st.Kind = Delay
		d, err := gonets.ParseDuration(value)
		if err != nil || d.D() > maxDelay {
			return st, "", &gonets.Error{Code: gonets.CodeInvalid, Err: ErrDelay,
				Message: fmt.Sprintf("the script cannot be read: %s: a delay is a time span up to %v, such as delay:3s", quote(word), maxDelay)}
		}
		st.Delay = d.D()
	case "slow", "big":
		limit := maxSlow
		st.Kind = Slow
		if name == "big" {
			limit, st.Kind = maxBig, Big
		}
		size, ok := parseSize(value)
		if !ok || size < 2 || size > limit {
			return st, "", scriptError("%s: a size is 2b to %dkb, such as 1kb", quote(word), limit>>10)
		}
		st.Size = size
	case "refused":
		st.Kind = Refuse
	case "down":
		if st.Status = 503; lasts {
			return st, "", scriptError("%s: say how long once, such as down:3h", quote(s))
		}
		st.For, err = parseFor(value)
		return st, rest, err
	case "status":
		return statusStep(word, value, "", rest)
	default:
		return statusStep(word, name, value, rest)
	}
	if value != "" && (st.Kind == Cut || st.Kind == Hang || st.Kind == Refuse) {
		return st, "", scriptError("%s: %s takes no value", quote(word), name)
	}
	return st, rest, nil
}

func upToComma(s string) (before, rest string) {
	if i := strings.IndexByte(s, ','); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// parseFor reads how long a step goes on.
func parseFor(s string) (time.Duration, error) {
	d, err := gonets.ParseDuration(strings.TrimSpace(s))
	if err != nil || d <= 0 || d.D() > maxFor {
		return 0, scriptError("%s: a time is a span up to %v, such as 503 for 3h", quote(s), gonets.Duration(maxFor))
	}
	return d.D(), nil
}

func statusStep(word, status, retryAfter, rest string) (Step, string, error) {
	st := Step{RetryAfter: -1}
	var err error
	if st.Status, err = strconv.Atoi(status); err != nil || len(status) != 3 || st.Status < 200 || st.Status > 599 {
		return st, "", scriptError("unknown step %s; a step is a status (503, 429:2), delay:3s, cut, hang, "+
			"json:…, text:…, slow:1kb, big:10mb, down:3h or refused", quote(word))
	}
	if retryAfter == "" {
		return st, rest, nil
	}
	if st.RetryAfter, err = strconv.Atoi(retryAfter); err != nil || st.RetryAfter < 0 || len(retryAfter) > 9 {
		return st, "", scriptError("%s: after the status come whole seconds, such as 429:2", quote(word))
	}
	return st, rest, nil
}

// cutText reads up to a comma that no backslash precedes.
func cutText(s string) (text, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ',':
			i++
			b.WriteByte(',')
		case s[i] == ',':
			return b.String(), s[i:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

func parseSize(s string) (int, bool) {
	unit := 1
	s = strings.ToLower(strings.TrimSpace(s))
	for _, u := range []struct {
		suffix string
		bytes  int
	}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"b", 1}} {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n > maxBig {
		return 0, false
	}
	return int(n) * unit, true
}

func quote(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.Quote(s)
}

func scriptError(format string, args ...any) error {
	return gonets.Errorf(gonets.CodeInvalid, "the script cannot be read: %s", fmt.Sprintf(format, args...))
}
