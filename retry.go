package gonets

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry says when a failed HTTP step is tried again.
type Retry struct {
	// Delays are the pauses before the second try, the third, and so on. Nil is
	// the default (5s 30s 1m 30m 2h); an empty list means one try only.
	Delays      []Duration   `json:"delays,omitzero"`
	Exponential *Exponential `json:"exponential,omitempty"`
	// On lists what is tried again: network, unknown, body, 4xx, 5xx, codes,
	// ranges (500-503) and exclusions (!404). Nil is network, unknown, 4xx, 5xx.
	On []string `json:"on,omitzero"`
	// Deadline ends the tries this long after the first one.
	Deadline *Duration `json:"deadline,omitempty"`
	// Quiet are hours in which nothing is tried again.
	Quiet *Quiet `json:"quiet,omitempty"`
	// Ask decides whether a request that may have been done is sent again.
	Ask *Ask `json:"ask,omitempty"`
}

// Exponential is a growing pause: First, First×Factor, … up to Max.
type Exponential struct {
	First  Duration `json:"first"`
	Factor float64  `json:"factor"`
	Max    Duration `json:"max"`
	// Tries counts all tries, the first one included.
	Tries int `json:"tries"`
}

// DefaultRetry is the policy of a step that names none.
func DefaultRetry() Retry {
	return Retry{
		Delays: []Duration{
			Duration(5 * time.Second), Duration(30 * time.Second), Duration(time.Minute),
			Duration(30 * time.Minute), Duration(2 * time.Hour),
		},
		On: []string{"network", "unknown", "4xx", "5xx"},
	}
}

// OrDefault fills what r leaves open; r may be nil.
func (r *Retry) OrDefault() Retry {
	def := DefaultRetry()
	if r == nil {
		return def
	}
	out := *r
	if out.Delays == nil && out.Exponential == nil {
		out.Delays = def.Delays
	}
	if out.On == nil {
		out.On = def.On
	}
	return out
}

// Delay is the pause after the given number of charged tries, without jitter;
// ok is false when the tries are used up.
func (r *Retry) Delay(tries int) (d time.Duration, ok bool) {
	if e := r.Exponential; e != nil {
		if tries >= e.Tries {
			return 0, false
		}
		v := float64(e.First) * math.Pow(max(e.Factor, 1), float64(tries-1))
		d = time.Duration(min(v, float64(MaxWait)))
		if e.Max > 0 {
			d = min(d, e.Max.D())
		}
	} else {
		if tries < 1 || tries > len(r.Delays) {
			return 0, false
		}
		d = r.Delays[tries-1].D()
	}
	return min(max(d, MinRetryDelay), MaxWait), true
}

// Covers tells whether an outcome is one to try again.
func (r *Retry) Covers(o Outcome, status int) bool {
	switch o {
	case OutcomeHTTP:
		return MatchStatus(r.On, status)
	case OutcomeNetwork, OutcomeUnknown, OutcomeBody:
		for _, p := range r.On {
			if p == string(o) {
				return true
			}
		}
	}
	return false
}

// MatchStatus tells whether a status fits one of the patterns and none of the
// exclusions: 200, 2**, 2xx, 20*, 200-204, !404. Exclusions alone fit every
// other status; what is no pattern of statuses fits none.
func MatchStatus(patterns []string, status int) bool {
	positive, excludes, matched := false, false, false
	for _, p := range patterns {
		body, negative := strings.CutPrefix(p, "!")
		lo, hi, ok := StatusRange(body)
		if !ok {
			continue
		}
		in := status >= lo && status <= hi
		if negative {
			if in {
				return false
			}
			excludes = true
			continue
		}
		positive = true
		matched = matched || in
	}
	return matched || excludes && !positive
}

// StatusRange reads one pattern without its exclamation mark.
func StatusRange(p string) (lo, hi int, ok bool) {
	if a, b, isRange := strings.Cut(p, "-"); isRange {
		lo, err1 := strconv.Atoi(a)
		hi, err2 := strconv.Atoi(b)
		ok = len(a) == 3 && len(b) == 3 && err1 == nil && err2 == nil && 100 <= lo && lo <= hi
		return lo, hi, ok
	}
	if len(p) != 3 || p[0] < '1' || p[0] > '9' {
		return 0, 0, false
	}
	wild := false
	for i := range 3 {
		c := p[i]
		digitLo, digitHi := int(c-'0'), int(c-'0')
		switch {
		case c == '*' || c == 'x' || c == 'X':
			wild, digitLo, digitHi = true, 0, 9
		case c < '0' || c > '9' || wild:
			return 0, 0, false
		}
		lo, hi = lo*10+digitLo, hi*10+digitHi
	}
	return lo, hi, true
}

// Try is what Classify needs to know about the attempt besides its exchange.
type Try struct {
	RunID string
	// Attempt is the attempt's number in the run.
	Attempt int
	// Tries counts the step's charged attempts, this one included.
	Tries int
	// First is when the step's first attempt was prepared.
	First time.Time
	// Now is when this attempt ended.
	Now time.Time
	// Renews says that a step can be done again whose result is too old.
	Renews bool
}

// Verdict is what follows from an attempt.
type Verdict struct {
	Kind VerdictKind
	// At is when the next try is due (VerdictRetry).
	At     time.Time
	Reason Code
}

// VerdictKind tells how a run goes on after an attempt.
type VerdictKind int

const (
	// VerdictDone finishes the step.
	VerdictDone VerdictKind = iota
	// VerdictRetry waits for the next try.
	VerdictRetry
	// VerdictPause waits for a person.
	VerdictPause
	// VerdictContinue finishes the step as failed; the run goes on.
	VerdictContinue
	// VerdictFail ends the run as failed.
	VerdictFail
	// VerdictRelease gives the run back uncharged: a stopping server cut it.
	VerdictRelease
	// VerdictSend sends the step's request again: the service says that it was not
	// done.
	VerdictSend
	// VerdictRenew does an earlier step again, then this one, uncharged.
	VerdictRenew
)

// Classify decides what follows from an exchange. It is pure: the same
// arguments always give the same verdict.
func Classify(x *Exchange, retry Retry, onFailure string, t Try) Verdict {
	switch x.Outcome {
	case OutcomeOK:
		return Verdict{Kind: VerdictDone}
	case OutcomeCancelled:
		return Verdict{Kind: VerdictRelease, Reason: CodeCancelled}
	case OutcomeBlocked, OutcomeTemplate:
		return Verdict{Kind: VerdictPause, Reason: x.Code}
	}
	if x.Code == CodeExpired && t.Renews {
		return Verdict{Kind: VerdictRenew, Reason: x.Code}
	}
	reason := x.Code
	if retry.Covers(x.Outcome, x.Status) {
		if d, ok := retry.Delay(t.Tries); ok {
			at := t.Now.Add(d + jitter(t.RunID, t.Attempt, d))
			if after := RetryAfter(x, t.Now); after.After(at) {
				at = after
			}
			at = retry.Quiet.Shift(ceilMilli(at))
			if retry.Deadline == nil || !at.After(t.First.Add(retry.Deadline.D())) {
				return Verdict{Kind: VerdictRetry, At: at, Reason: reason}
			}
			reason = CodeDeadline
		} else if t.Tries > 1 {
			reason = CodeTriesUsedUp
		}
	}
	switch onFailure {
	case OnFailureContinue:
		return Verdict{Kind: VerdictContinue, Reason: reason}
	case OnFailureFail:
		return Verdict{Kind: VerdictFail, Reason: reason}
	}
	return Verdict{Kind: VerdictPause, Reason: reason}
}

// Heard decides what follows when a service was asked whether a request was done.
// Without an answer it is asked again, by the same policy, and in the end a person
// has to find out; meanwhile nothing is sent. Tries counts the asking alone.
func Heard(p Purpose, x *Exchange, retry Retry, t Try) Verdict {
	if p == PurposeAskDone {
		return Verdict{Kind: VerdictDone}
	}
	if p == PurposeAskNot {
		return Verdict{Kind: VerdictSend}
	}
	v := Classify(x, retry, OnFailurePause, t)
	if v.Kind == VerdictPause && x.Outcome != OutcomeBlocked && x.Outcome != OutcomeTemplate {
		v.Reason = CodeAskFailed
	}
	return v
}

// ceilMilli rounds up to what the store keeps, so that a try is never early.
func ceilMilli(t time.Time) time.Time {
	if r := t.Truncate(time.Millisecond); r.Before(t) {
		return r.Add(time.Millisecond)
	}
	return t
}

// jitter is 0 to MaxJitter of d, always the same for one attempt of one run.
func jitter(runID string, attempt int, d time.Duration) time.Duration {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", runID, attempt)
	share := float64(h.Sum64()>>11) / (1 << 53)
	return time.Duration(float64(d) * MaxJitter * share)
}

// RetryAfter is the time that a 413, 429 or 503 asks to wait for (RFC 9110
// §10.2.3), at most MaxRetryAfter away; zero when it asks for none.
func RetryAfter(x *Exchange, now time.Time) time.Time {
	switch x.Status {
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return time.Time{}
	}
	v := strings.TrimSpace(HeaderValue(x.ReplyHeaders, "Retry-After"))
	if v == "" {
		return time.Time{}
	}
	at := time.Time{}
	if secs, err := strconv.ParseUint(v, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		at = now.Add(time.Duration(min(secs, uint64(MaxRetryAfter/time.Second))) * time.Second)
	} else if date, err := http.ParseTime(v); err == nil {
		at = date
	}
	if limit := now.Add(MaxRetryAfter); at.After(limit) {
		at = limit
	}
	return at
}

// RetryChange is what a person set for the rest of one run's tries at one step: the
// pauses and the deadline take the place of the step's, left out too; On and Quiet
// do so when they are set. In a run that waits, the first pause begins with the
// change and the last try counts as the first; in one that was resumed, with the
// failure of its first try. The deadline counts from the change, or from the first
// try since a later resume. The asking is always the step's.
type RetryChange struct {
	// Path is the step's.
	Path string `json:"path,omitempty"`
	Retry
	// AnyTime takes the step's quiet hours away.
	AnyTime bool      `json:"any_time,omitempty"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// String is the wish alone, to tell it from another one.
func (c *RetryChange) String() string {
	if c == nil {
		return ""
	}
	text, _ := json.Marshal(RetryChange{Retry: c.Retry, AnyTime: c.AnyTime}) // policies can be written
	return string(text)
}

// Policy is the retry policy of the run's step at a path: the step's own, or as
// a person changed it for this run.
func (r *Run) Policy(path string, own *Retry) Retry {
	p := own.OrDefault()
	if c := r.Retry; c != nil && c.Path == path {
		p.Delays, p.Exponential, p.Deadline = c.Delays, c.Exponential, c.Deadline
		if c.On != nil {
			p.On = c.On
		}
		if c.Quiet != nil || c.AnyTime {
			p.Quiet = c.Quiet
		}
	}
	return p
}

// FirstTry is when the tries of the step at a path began, for their deadline.
func (r *Run) FirstTry(path string) time.Time {
	if c := r.Retry; c != nil && c.Path == path && c.At.After(r.StepAt) {
		return c.At
	}
	return r.StepAt
}

// Change sets the rest of the tries at a step with a policy of its own, in a run
// that waits for a further try or for a person. Where a question waits, no try is
// counted that was not. It is false when the change has no pause.
func (r *Run) Change(c RetryChange, own *Retry) bool {
	r.Retry = &c
	p := r.Policy(c.Path, own)
	d, ok := p.Delay(1)
	if ok && r.State == RunWaiting {
		r.Tries, r.Asked = min(r.Tries, 1), min(r.Asked, 1)
		wait := d + jitter(r.ID, r.Attempts, d)
		if p.Deadline != nil {
			wait = max(d, min(wait, p.Deadline.D()))
		}
		r.DueAt = p.Quiet.Shift(ceilMilli(c.At.Add(wait)))
	}
	return ok
}
