package news

import (
	"time"

	"gonets"
)

// Trouble is a cause from its first signal until it is over.
type Trouble struct {
	ID string
	gonets.Cause
	OpenedAt time.Time
	// FailedAt and OKAt are the last failure and the last success.
	FailedAt time.Time
	OKAt     time.Time
	// OverAt is when it ended; zero while it lasts.
	OverAt time.Time
	// LookAt is when it has to be looked at again without a signal; zero is
	// never.
	LookAt time.Time
	RunID  string
	N      int
	Path   string
	Runs   int
	Ended  int
	// Told is true when people were told of it, or are about to be.
	Told bool
	// ToldEnd is true when people were told, or are about to be, of a bad end.
	ToldEnd bool
	// Flaps counts how often it came back soon after it was over.
	Flaps int
}

// Letter is what goes through one channel, such as an e-mail on its way to
// everybody who is told of errors.
type Letter struct {
	// ID is the same for every try, and so is the Message-ID made of it: a
	// repeat can be recognised.
	ID string
	// Channel is its channel's name, and Bundle what it has in common with the
	// letters that say the same through other channels.
	Channel   string
	Bundle    string
	CreatedAt time.Time
	Subject   string
	Text      string
	State     LetterState
	DueAt     time.Time
	Tries     int
	LastError string
	SentAt    time.Time
	// Told are the addresses for which the mail server took it already.
	Told []string
}

// Due is what there is to do about what people are told.
type Due struct {
	// Signals is true when a round has something to decide.
	Signals bool
	// Notices is true when some wait for a letter.
	Notices bool
}

// Round is one look at what people have to be told, within one commit.
// Whoever decides changes it; what it holds afterwards is stored. It may be
// decided again after a rollback, so nothing outside of it may change.
type Round struct {
	Now time.Time
	// Signals are removed by the commit.
	Signals []gonets.Signal
	// Troubles are those that signals speak of and those that are to be looked
	// at, by id. New ones are added.
	Troubles map[string]*Trouble
	// Healed are troubles whose last failed step has succeeded since.
	Healed []string
	// Notices are those without a letter and the last one of every source that
	// rejects. New ones are added with an empty ID.
	Notices []*Notice
	// Lately are the times of the letters of the last hour, oldest first.
	Lately []time.Time
	// Bundles are new ones.
	Bundles []Bundle
}

// Bundle is what is told at once: a letter for each channel, with an empty ID,
// and the notices that they tell of.
type Bundle struct {
	Letters []Letter
	Notices []*Notice
}
