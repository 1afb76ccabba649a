// Package erase removes one person from everything that is kept: it looks for a
// value everywhere, shows what it found, and when somebody has confirmed puts a
// note in the place of the contents. A job stands in the store, so that it goes
// on after a death, on whichever server takes it over.
package erase

import (
	"strings"
	"time"

	"gonets"
	"gonets/internal/mask"
	"gonets/internal/search"
	"gonets/internal/seek"
)

// State is where a job stands.
type State string

const (
	// Looking is the first walk through everything, Checking a further one behind
	// an erasing.
	Looking  State = "looking"
	Checking State = "checking"
	// Found waits for a person to confirm.
	Found   State = "found"
	Erasing State = "erasing"
	// Closing makes the database forget what it has written over.
	Closing State = "closing"
	// Finished and Dropped are final: all was done, or a person ended it.
	Finished State = "finished"
	Dropped  State = "dropped"
)

// Final tells whether nothing more will be done.
func (s State) Final() bool { return s == Finished || s == Dropped }

// Kind is what was found.
type Kind string

const (
	KindEvent Kind = "event"
	// KindBody is a body that events of one request share, in which another part
	// than the event's own holds the value.
	KindBody    Kind = "body"
	KindRun     Kind = "run"
	KindAttempt Kind = "attempt"
	KindStep    Kind = "step"
	// KindValue is a value by which the history finds runs.
	KindValue  Kind = "value"
	KindCheck  Kind = "check"
	KindLetter Kind = "letter"
	// KindKey is a key that recognises repeats, KindNote what was noted of
	// people's wishes.
	KindKey  Kind = "key"
	KindNote Kind = "note"
	// KindMention is a document or a user that people have to change themselves.
	KindMention Kind = "mention"
	// KindUnread is what cannot be read, so that nobody knows what it holds.
	KindUnread Kind = "unread"
)

// Find is one thing that holds the value. Part is its place inside: an attempt's
// number, a step's path.
type Find struct {
	Kind     Kind
	ID, Part string
}

// Text is something that may hold the value, with its media type where known.
type Text struct {
	Data []byte
	Type string
}

// Item is what is found when one of the texts holds the value.
type Item struct {
	Find
	Texts []Text
}

// Place is how far a walk has come: a shelf, and the last thing on it that was
// looked at.
type Place struct {
	Shelf int    `json:"shelf"`
	After string `json:"after,omitempty"`
	// Side is the second part of what tells things of a shelf apart.
	Side string `json:"side,omitempty"`
}

// Page is a part of a walk.
type Page struct {
	Items []Item
	// Looked counts what was on it, Unread are the ids of those whose contents are
	// damaged: nobody knows what they held.
	Looked int
	Unread []string
	Next   Place
	// Done is true behind the last shelf; Share is how much of the walk is done,
	// from 0 to 1.
	Done  bool
	Share float64
}

// Progress is what is known of a job while it goes on.
type Progress struct {
	Place  Place        `json:"place"`
	Round  int          `json:"round"`
	Looked int          `json:"looked"`
	Share  float64      `json:"share"`
	Found  map[Kind]int `json:"found,omitempty"`
	Erased map[Kind]int `json:"erased,omitempty"`
	// Again counts what the present walk found, Unread what the last one could not read.
	Again  int `json:"again"`
	Unread int `json:"unread,omitempty"`
	// Mentions are documents and users that hold the value.
	Mentions []string `json:"mentions,omitempty"`
	// Left are finds that stayed because a run was not over.
	Left int `json:"left"`
	// Cancel ends runs that are not over instead of leaving them.
	Cancel bool `json:"cancel"`
	// Because is why the database's files still hold what was written over.
	Because Because `json:"because,omitempty"`
	// Damaged tells that what was counted up to some time cannot be read.
	Damaged bool `json:"damaged,omitempty"`
}

// Because is why a database's files still hold what was erased; empty when they
// do not.
type Because string

// A file is rewritten at the next start because it is large, the disk has no room
// for a second one, or it failed; those of PostgreSQL are PostgreSQL's.
const (
	BecauseLarge    Because = "large"
	BecauseRoom     Because = "room"
	BecauseFailed   Because = "failed"
	BecausePostgres Because = "postgres"
)

// AtStart tells whether the next start of the server sees to it.
func (b Because) AtStart() bool { return b != "" && b != BecausePostgres }

// Job is one erasure.
type Job struct {
	ID    string
	State State
	// Mark tells equal values without saying which: a keyed hash.
	Mark       string
	By         string
	CreatedAt  time.Time
	FinishedAt time.Time
	Progress
	// Value is there only for whoever works on it.
	Value string
}

// Owner is the server that works on a job, until when.
type Owner struct {
	Name  string
	Until time.Time
}

// Blocker is a run that is not over and carries the value.
type Blocker struct {
	Run      string
	Scenario string
	State    gonets.RunState
}

// Limits of a value, in characters.
const (
	minValue = 5
	maxValue = 256
)

// Note is what stands in the place of what was erased at a time.
func Note(at time.Time) string {
	return "стёрто " + at.Format("02.01.2006") + " по запросу / erased on request on " + at.Format("2006-01-02")
}

// Needle finds a value however it is written.
type Needle struct {
	folded seek.Needle
	forms  []string
	// digits are those of a phone, without the country; empty for anything else.
	digits string
}

// NewNeedle is the needle for a value.
func NewNeedle(value string) *Needle {
	n := &Needle{folded: seek.Fold(value), forms: mask.Forms(value)}
	if digits := search.Normalize(value); len(digits) >= 10 && strings.Trim(digits, "0123456789") == "" {
		n.digits = digits
		if len(digits) == len("79990001122") {
			n.digits = digits[1:]
		}
	}
	return n
}

// In tells whether a text holds the value: as it is, in other letters, in its
// encoding, escaped, as base64 or hex, and a phone with other signs.
func (n *Needle) In(t Text) bool {
	if len(t.Data) == 0 {
		return false
	}
	if n.folded.In(t.Data, t.Type) {
		return true
	}
	for text := range seek.Readings(t.Data, t.Type) {
		for _, form := range n.forms {
			if strings.Contains(text, form) {
				return true
			}
		}
		if n.digits != "" && hasDigits(text, n.digits) {
			return true
		}
	}
	return false
}

// hasDigits tells whether digits stand in a text one behind the other, with
// nothing but the signs of a phone between them.
func hasDigits(text, digits string) bool {
	for {
		start := strings.IndexAny(text, "0123456789")
		if start < 0 {
			return false
		}
		text = text[start:]
		end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789+-(). \u00a0", r) })
		if end < 0 {
			end = len(text)
		}
		run := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text[:end])
		if strings.Contains(run, digits) {
			return true
		}
		text = text[end:]
	}
}
