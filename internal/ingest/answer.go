package ingest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gonets"
	"gonets/internal/notify"
	"gonets/internal/source"
)

const (
	// pollEvery is how often the truth is read while a caller waits: hints may
	// be lost, and the run may be at work on another node.
	pollEvery = 250 * time.Millisecond
	// statesEvery is the number of polls after which the runs' states are read
	// too: a run that paused will not answer soon.
	statesEvery = 4
	// changeEvent is the kind of a change of the event itself.
	changeEvent = "event"
)

// pending is the answer of a caller whose event was accepted.
type pending struct {
	// reply is the source's default answer, made before the wait, so that the
	// request's body need not be kept.
	reply source.Reply
	// wait is whether a scenario may answer instead.
	wait   bool
	waiter *notify.Waiter
	// asked is true when the caller is a scenario: it would take the default
	// answer for the other one's, and it repeats its request.
	asked bool
}

// answer tells the caller what became of the event. When a scenario may
// answer itself, the caller waits for it; when it does not in time, or cannot
// go on now, the caller gets the source's default answer. The run goes on
// either way, also when the caller has left.
func (x *exchange) answer(a gonets.Accepted, p pending) error {
	answer := a.Answer
	if answer == nil && p.wait {
		var err error
		if answer, err = x.await(a, p.waiter); err != nil && p.asked {
			return err
		}
	}
	if answer != nil {
		x.writeAnswer(answer)
		return nil
	}
	x.writeDefault(p.reply)
	return nil
}

func (x *exchange) statusURL(eventID string) string {
	base := ""
	if x.h.o.PublicURL != nil {
		base = strings.TrimRight(x.h.o.PublicURL(), "/")
	}
	return base + "/in/" + url.PathEscape(x.addr.token) + "/status/" + eventID
}

// await waits for the event's answer; nil when there is none for now. The error
// says that there may be one: after the start of a server that stops, or in a store
// that cannot be asked.
func (x *exchange) await(a gonets.Accepted, waiter *notify.Waiter) (*gonets.Answer, error) {
	ctx := x.r.Context()
	clock := x.h.o.Clock
	deadline := clock.NewTimer(x.b.Wait())
	defer deadline.Stop()
	if a.Duplicate {
		// The first one's runs may be over: then no hint will come.
		if answer, done := x.truth(ctx, a.EventID, true); done {
			return answer, nil
		}
	}
	poll := clock.NewTimer(pollEvery)
	defer func() { poll.Stop() }()
	for polls := 1; ; {
		states := true
		select {
		case c := <-waiter.C():
			if c.Answer != nil {
				return c.Answer, nil
			}
			if c.Kind == changeEvent {
				break // another node answered it
			}
			if active(c.State) || c.State == "" {
				continue
			}
			if only(a.Runs, c.ID) {
				return nil, nil
			}
		case <-poll.C():
			poll = clock.NewTimer(pollEvery)
			states = polls%statesEvery == 0
			polls++
		case <-deadline.C():
			return x.said(ctx, a.EventID)
		case <-ctx.Done():
			return nil, nil
		case <-x.h.o.Stopping:
			if answer, err := x.said(ctx, a.EventID); err == nil && answer != nil {
				return answer, nil
			}
			return nil, x.h.stopped()
		}
		if answer, done := x.truth(ctx, a.EventID, states); done {
			return answer, nil
		}
	}
}

// said is what was answered to the event by now; nil for nothing, and for an event that
// is not there any more.
func (x *exchange) said(ctx context.Context, eventID string) (*gonets.Answer, error) {
	answer, err := x.h.o.Store.Answer(ctx, eventID)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil, nil
	}
	return answer, err
}

// truth asks the store: done is true when there is an answer or, with states,
// when no run of the event is at work any more.
func (x *exchange) truth(ctx context.Context, eventID string, states bool) (answer *gonets.Answer, done bool) {
	if answer, err := x.said(ctx, eventID); err == nil && answer != nil {
		return answer, true
	}
	if !states {
		return nil, false
	}
	runs, err := x.h.o.Store.Runs(ctx, gonets.RunFilter{EventID: eventID})
	if err != nil {
		return nil, false
	}
	for _, r := range runs.Items {
		if active(r.State) {
			return nil, false
		}
	}
	// A run may have answered and ended between the two questions.
	answer, err = x.said(ctx, eventID)
	return answer, err == nil
}

func active(s gonets.RunState) bool { return s == gonets.RunQueued || s == gonets.RunRunning }

func only(runs []gonets.Run, id string) bool { return len(runs) == 1 && runs[0].ID == id }

// writeAnswer writes what a respond step said. It comes from a scenario and
// may hold anything that was received, on the address that the interface
// has: so it is sandboxed as all answers are, sets no cookie and sends nobody
// elsewhere.
func (x *exchange) writeAnswer(a *gonets.Answer) {
	out := source.Reply{Status: a.Status, Body: a.Body}
	if out.Status < 200 || out.Status > 299 && out.Status < 400 || out.Status > 599 {
		out.Status = http.StatusOK
	}
	typed := false
	for _, h := range a.Headers {
		if !answerHeader(h) {
			continue
		}
		typed = typed || strings.EqualFold(h.Name, "Content-Type")
		out.Headers = append(out.Headers, h)
	}
	if !typed {
		out.Headers = append(out.Headers, gonets.Header{Name: "Content-Type", Value: "text/plain; charset=utf-8"})
	}
	x.w.Header().Set(answerHead, "respond")
	x.write(out)
}

// answerHeader tells whether a scenario may set a header.
func answerHeader(h gonets.Header) bool {
	switch strings.ToLower(h.Name) {
	case "set-cookie", "set-cookie2", "location", "refresh", "content-length", "content-security-policy",
		"x-content-type-options", "clear-site-data", "strict-transport-security", "service-worker-allowed",
		"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "www-authenticate", "te", "trailer",
		"transfer-encoding", "upgrade", "alt-svc", strings.ToLower(answerHead):
		return false
	}
	return h.Name != "" && !strings.ContainsAny(h.Name+h.Value, "\r\n\x00")
}
