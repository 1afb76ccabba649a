package stage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/outbound"
	"gonets/internal/script"
	"gonets/internal/trial"
)

const (
	// slowly is how long a body in pieces takes.
	slowly = 5 * time.Second
	// maxPlayed bounds a large body: its size changes nothing of what follows.
	maxPlayed = 64 << 10
)

// Do answers a request by its step's script. Nothing leaves.
func (w *world) Do(_ context.Context, r *gonets.Request) *gonets.Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cookie := outbound.CookieHeader(r, w.clock.Now()); cookie != "" {
		with := *r
		with.Headers = append(slices.Clip(r.Headers), gonets.Header{Name: "Cookie", Value: cookie})
		r = &with
	}
	if w.playing == w.lives[0] {
		s := Sent{Path: w.path, Request: r}
		if w.questions() {
			s.Path = trial.Question(w.path)
		}
		w.sent(s)
	}
	x := &gonets.Exchange{Outcome: gonets.OutcomeOK, Method: r.Method, URL: outbound.MaskURL(r.URL),
		RequestHeaders: outbound.MaskHeaders(r.Headers), RequestBody: r.Body}
	if _, known := w.scene.Usual[w.path]; w.scene.Recorded && !known {
		w.story.Silent = w.path
		x.Outcome, x.Code = gonets.OutcomeCancelled, gonets.CodeCancelled
		return x
	}
	s := w.next()
	took := s.Delay
	switch s.Kind {
	case script.Hang:
		took = r.Timeout
	case script.Slow:
		took = slowly
	}
	if took = min(took, r.Timeout); took > 0 {
		w.clock.pass(took)
		x.Timings.Total = took.Microseconds()
	}
	fails := func(outcome gonets.Outcome, code gonets.Code, text string) *gonets.Exchange {
		x.Outcome, x.Code, x.Error = outcome, code, text
		return x
	}
	switch {
	case s.Kind == script.Refuse:
		return fails(gonets.OutcomeNetwork, gonets.CodeRefused, "The service does not let anybody connect; nothing was sent.")
	case s.Kind == script.Cut:
		return fails(gonets.OutcomeUnknown, gonets.CodeReset, "The connection was closed without a complete answer; the service may have carried the request out.")
	case s.Kind == script.Hang, took > 0 && took >= r.Timeout:
		return fails(gonets.OutcomeUnknown, gonets.CodeTimeout, fmt.Sprintf("No answer came within %s; the service may have carried the request out.", gonets.Duration(r.Timeout)))
	}
	reply(x, &s)
	x.Cookies = outbound.Cookies(r, x.ReplyHeaders, w.clock.Now())
	return x
}

// sent keeps a request; in a recorded play in place of the one that its step sent before.
func (w *world) sent(s Sent) {
	if i := slices.IndexFunc(w.story.Sent, func(before Sent) bool { return before.Path == s.Path }); i >= 0 && w.scene.Recorded {
		w.story.Sent[i] = s
		return
	}
	w.story.Sent = append(w.story.Sent, s)
}

// next is how the step that sends is answered now.
func (w *world) next() script.Step {
	if w.clock.Now().Before(w.scene.At.Add(w.scene.Down)) {
		return script.Step{Kind: script.Refuse}
	}
	if w.questions() {
		return w.asked()
	}
	s := w.cursor(w.path).Next(w.clock.Now())
	usual, known := w.scene.Usual[w.path]
	if known && s.Status == http.StatusOK && s.Media == "" && len(s.Headers) == 0 && (s.Kind == script.Answer || s.Kind == script.Delay) {
		usual.Kind, usual.Delay = s.Kind, s.Delay
		return usual
	}
	return s
}

// questions tells whether the step that sends asks whether its request was done.
func (w *world) questions() bool {
	return w.playing.job.Run.PurposeAt(w.path, gonets.FindStep(w.scene.Scenario.Steps, w.path)).Asks()
}

// Recorded is the answer that an attempt had, as a service gives it again.
func Recorded(a *gonets.Attempt) script.Step {
	s := script.Step{Status: a.Status, RetryAfter: -1, Body: string(a.ReplyBody)}
	for _, h := range a.ReplyHeaders {
		if !strings.EqualFold(h.Name, "Content-Length") && !strings.EqualFold(h.Name, "Content-Encoding") {
			s.Headers = append(s.Headers, h)
		}
	}
	return s
}

// notDone is what a service says of a request that it does not know.
func notDone() script.Step {
	return script.Step{Status: http.StatusOK, RetryAfter: -1, Media: script.MediaJSON, Body: "{}"}
}

// asked is how a step that asks is answered: by a script of its own, else as the
// service answers all this time, else it knows of nothing.
func (w *world) asked() script.Step {
	question := trial.Question(w.path)
	if _, own := w.scene.Scripts[question]; own {
		return w.cursor(question).Next(w.clock.Now())
	}
	if s, lasts := w.cursor(w.path).Lasting(w.clock.Now()); lasts {
		return s
	}
	return notDone()
}

// cursor is the position in the script of a key.
func (w *world) cursor(key string) *script.Cursor {
	c := w.cursors[key]
	if c == nil {
		steps, own := w.scene.Scripts[key]
		if !own {
			steps = w.scene.Scripts[""]
		}
		c = script.NewCursor(steps)
		w.cursors[key] = c
	}
	return c
}

// reply is a complete answer.
func reply(x *gonets.Exchange, s *script.Step) {
	x.Status = s.Status
	x.StatusLine = strings.TrimSpace(fmt.Sprintf("HTTP/1.1 %d %s", s.Status, http.StatusText(s.Status)))
	x.HTTPVersion = "HTTP/1.1"
	x.ReplyHeaders = append([]gonets.Header(nil), s.Headers...)
	if s.Media != "" {
		x.ReplyHeaders = append(x.ReplyHeaders, gonets.Header{Name: "Content-Type", Value: s.Media})
	}
	if s.RetryAfter >= 0 {
		x.ReplyHeaders = append(x.ReplyHeaders, gonets.Header{Name: "Retry-After", Value: strconv.Itoa(s.RetryAfter)})
	}
	x.ReplyBody = []byte(s.Body)
	if s.Kind == script.Slow || s.Kind == script.Big {
		x.ReplyBody = []byte(`"` + strings.Repeat("x", min(s.Size, maxPlayed)-2) + `"`)
	}
}
