// Package trial is how the tests that stand in scenarios' documents are written.
package trial

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gonets"
)

// Read reads tests that a document's reader has found right.
func Read(written gonets.Tests) ([]Test, error) {
	out := make([]Test, len(written))
	for i := range written {
		raw, err := gonets.PlainJSON(written[i])
		if err == nil {
			err = json.Unmarshal(raw, &out[i])
		}
		if err != nil {
			return nil, fmt.Errorf("test %d cannot be read: %w", i+1, err)
		}
	}
	return out, nil
}

// Test is an event, what services answer to it, and what has to come of it.
type Test struct {
	Name string `json:"name"`
	// At is when the event comes in (RFC 3339); empty is [UsualAt].
	At    string `json:"at,omitempty"`
	Event Event  `json:"event"`
	// Down is how long no service lets anybody connect, from the event on.
	Down *gonets.Duration `json:"down,omitempty"`
	// Replies are what services answer, by the paths of steps and by [Question]; what
	// has none is answered 200.
	Replies map[string]Replies `json:"replies,omitempty"`
	Expect  Expect             `json:"expect"`
}

// UsualAt is when the events of tests come in that say nothing else: a Monday.
const UsualAt = "2026-01-05T09:00:00Z"

// Event is what came in.
type Event struct {
	// Source is as which source's event it is read; empty is the first one.
	Source  string      `json:"source,omitempty"`
	Method  string      `json:"method,omitempty"`
	Path    string      `json:"path,omitempty"`
	Query   gonets.Rows `json:"query,omitempty"`
	Headers gonets.Rows `json:"headers,omitempty"`
	// Body is JSON, Form a form, Text any other body.
	Body *gonets.Tree `json:"body,omitempty"`
	Form gonets.Rows  `json:"form,omitempty"`
	Text *string      `json:"text,omitempty"`
}

// Reply is how a service answers one request, or with For all of a span of time.
type Reply struct {
	// Status is 200 when it is 0.
	Status  int          `json:"status,omitempty"`
	Headers gonets.Rows  `json:"headers,omitempty"`
	Body    *gonets.Tree `json:"body,omitempty"`
	Text    *string      `json:"text,omitempty"`
	// Error is refused (nothing was sent), lost (sent, and no answer came) or
	// timeout.
	Error string `json:"error,omitempty"`
	// After is how long the answer takes.
	After *gonets.Duration `json:"after,omitempty"`
	For   *gonets.Duration `json:"for,omitempty"`
}

// Question is under which name replies and what is sent speak of the question whether
// the request of the step at a path was done.
func Question(path string) string { return path + ":ask" }

// Replies are answers one after another; the last one stays. Documents write a
// single one without a list.
type Replies []Reply

// MarshalJSON writes a single answer as it is.
func (r Replies) MarshalJSON() ([]byte, error) {
	if len(r) == 1 {
		return gonets.PlainJSON(r[0])
	}
	return gonets.PlainJSON([]Reply(r))
}

// UnmarshalJSON reads one or a list.
func (r *Replies) UnmarshalJSON(data []byte) error {
	if text := bytes.TrimSpace(data); len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(data, (*[]Reply)(r))
	}
	*r = make(Replies, 1)
	return json.Unmarshal(data, &(*r)[0])
}

// Expect is what has to come of a test; what it leaves out may be anything.
type Expect struct {
	State  gonets.RunState `json:"state,omitempty"`
	Reason gonets.Code     `json:"reason,omitempty"`
	Sent   []Sent          `json:"sent,omitempty"`
	// Answer is what the sender is answered by the scenario.
	Answer *Answer `json:"answer,omitempty"`
	// Letters are the kinds of news that people get, in order.
	Letters []string `json:"letters,omitzero"`
	// Within is how long all of it may take.
	Within *gonets.Duration `json:"within,omitempty"`
}

// Sent is what a step has to send. Of headers and of JSON all that stands
// here has to be there; more may be.
type Sent struct {
	Step    string       `json:"step"`
	Method  string       `json:"method,omitempty"`
	URL     string       `json:"url,omitempty"`
	Headers gonets.Rows  `json:"headers,omitempty"`
	Body    *gonets.Tree `json:"body,omitempty"`
	Text    *string      `json:"text,omitempty"`
	// Times is how often it is sent; nil is at least once.
	Times *int `json:"times,omitempty"`
}

// Answer is what the sender has to be answered.
type Answer struct {
	Status int          `json:"status,omitempty"`
	Body   *gonets.Tree `json:"body,omitempty"`
	Text   *string      `json:"text,omitempty"`
}
