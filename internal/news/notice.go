package news

import (
	"time"

	"gonets"
	"gonets/setting"
)

// Watched is a trouble that lasts: a success there is worth telling of.
type Watched struct {
	ID   string
	Host string
	// Path is the step that failed last.
	Path string
}

// NoticeKind is what people are told.
type NoticeKind string

const (
	NoticeFirstFailure NoticeKind = "first_failure"
	NoticeBadEnd       NoticeKind = "bad_end"
	NoticeRecovered    NoticeKind = "recovered"
	NoticeRejected     NoticeKind = "rejected_signatures"
	NoticeLaneClosed   NoticeKind = "lane_closed"
	NoticeSilent       NoticeKind = "source_silent"
	NoticeDiskLow      NoticeKind = "disk_low"
	NoticeErrorShare   NoticeKind = "error_share"
	NoticeCertificate  NoticeKind = "certificate_expiring"
	NoticeDrift        NoticeKind = "field_drift"
	NoticeSuccess      NoticeKind = "success"
	NoticeDigest       NoticeKind = "digest"
	NoticeTest         NoticeKind = "test"
)

// LetterState is how far a letter has come.
type LetterState string

const (
	// LetterPending is not sent yet.
	LetterPending LetterState = "pending"
	// LetterSent was accepted by the mail server for everybody.
	LetterSent LetterState = "sent"
	// LetterFailed was given up.
	LetterFailed LetterState = "failed"
)

// Notice is one piece of news, told by a letter.
type Notice struct {
	ID string
	// Trouble is the id of the cause; empty for a test.
	Trouble string
	Kind    NoticeKind
	gonets.Cause
	At time.Time
	// DueAt is when it may be told: a little later, so that what belongs
	// together is told together.
	DueAt time.Time
	// Runs counts runs, or rejected requests, and Ended the runs that came to a
	// bad end.
	Runs  int
	Ended int
	// RunID is one of the runs.
	RunID string
	Path  string
	// RecoveredAt is when the cause was over; zero while it lasts.
	RecoveredAt time.Time
	// Letter is the id of the bundle of letters that tells of it; empty before
	// it is written.
	Letter string
	// GivenUp is true when it was due and there was nobody to tell: it is shown,
	// and in no letter.
	GivenUp bool
}

// Waits tells whether it stands in no letter yet and is going to.
func (n *Notice) Waits() bool { return n.Letter == "" && !n.GivenUp }

// Goes is when it is told, as the settings are, and whether quiet hours keep it until
// then.
func (n *Notice) Goes(set *setting.Settings) (at time.Time, quiet bool) {
	if set.Notices.Rule(string(n.Kind)).Urgent {
		return n.DueAt, false
	}
	hours := set.Quiet()
	at = hours.Shift(n.DueAt)
	return at, hours.EndAt(at)
}

// Told is a notice and how it reaches people.
type Told struct {
	Notice
	// Deliveries are how the letters of the bundle fare, by channel.
	Deliveries []Delivery
	// Delivery sums them up: sent is what every channel took, failed what one
	// has given up while no other is tried again.
	Delivery
}

// Delivery is how a letter fares in one channel.
type Delivery struct {
	Channel   string
	State     LetterState
	Tries     int
	LastError string
	// NextAt is when a letter that waits is tried; of several, the first of them.
	NextAt time.Time
	SentAt time.Time
}

// MailTest asks for a test letter.
type MailTest struct {
	// Mail is what to try; nil is what the settings say.
	Mail *setting.Mail
	// Password is one that is not stored yet; empty takes the secret.
	Password string
}

// MailAccepted says that a mail server, or another channel, took a letter.
type MailAccepted struct {
	Host string
	At   time.Time
	// Said are the server's own words.
	Said string
}
