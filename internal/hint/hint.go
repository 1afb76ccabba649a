// Package hint is what servers of one database tell each other.
package hint

import (
	"encoding/json"
	"slices"
	"time"
)

// Pulse is what a node's heartbeat brings back from the database that several
// nodes share.
type Pulse struct {
	// Now is the database's time.
	Now time.Time
	// Epoch is the node's life. It is a new one when the node was silent for so
	// long that another one took its runs over.
	Epoch int64
	// Config is the number of the configuration; every change raises it.
	Config int64
}

// Hint is what a node tells the others of a shared database. Hints may be lost,
// come late or twice: whoever gets one looks into the database.
type Hint struct {
	// Work is true when runs may be waiting for any node.
	Work bool `json:"work,omitempty"`
	// Config is true when the configuration changed.
	Config bool `json:"config,omitempty"`
	// Lanes is true when a lane was closed, opened, paused or resumed.
	Lanes bool `json:"lanes,omitempty"`
	// Erased is true when one person was erased: what is kept in memory of requests
	// may hold him.
	Erased bool `json:"erased,omitempty"`
	// Answered are events whose callers, wherever they wait, have an answer.
	Answered []string `json:"answered,omitempty"`
	// Ended are runs that a person took from whoever worked on them.
	Ended []string `json:"ended,omitempty"`
	// Checks are those that a person ended, by the runs that they are kept as.
	Checks []string `json:"checks,omitempty"`
	// Drafts are scenarios whose drafts were changed.
	Drafts []string `json:"drafts,omitempty"`
}

// MaxHintIDs is how many ids of a kind go into one hint; the others are found
// without one, a little later.
const MaxHintIDs = 64

// MaxHintDrafts is how many names go into one: a hint of PostgreSQL has room for
// 8,000 bytes, and a name is longer than an id.
const MaxHintDrafts = 16

// Merge adds another hint.
func (h *Hint) Merge(o Hint) {
	h.Work, h.Config, h.Lanes, h.Erased = h.Work || o.Work, h.Config || o.Config, h.Lanes || o.Lanes, h.Erased || o.Erased
	h.Answered = gather(h.Answered, o.Answered, MaxHintIDs)
	h.Ended = gather(h.Ended, o.Ended, MaxHintIDs)
	h.Checks = gather(h.Checks, o.Checks, MaxHintIDs)
	for _, name := range o.Drafts {
		// Who types saves again and again.
		if !slices.Contains(h.Drafts, name) {
			h.Drafts = gather(h.Drafts, []string{name}, MaxHintDrafts)
		}
	}
}

func gather(to, from []string, most int) []string {
	return append(to, from[:min(len(from), most-len(to))]...)
}

// spoken is a hint as it goes through the database.
type spoken struct {
	From string `json:"from"`
	Hint
}

// Speak is a hint from a node as text.
func Speak(from string, h Hint) (string, error) {
	text, err := json.Marshal(spoken{from, h})
	return string(text), err
}

// Hear reads the hint of another node than one's own; false is for one's own, and
// for what others send on the same channel.
func Hear(own, text string) (Hint, bool) {
	var h spoken
	err := json.Unmarshal([]byte(text), &h)
	return h.Hint, err == nil && h.From != own && h.From != ""
}
