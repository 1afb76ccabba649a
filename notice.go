package gonets

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SignalKind is what a [Signal] tells of.
type SignalKind string

const (
	// SignalFailed is an attempt that failed; the run goes on by itself.
	SignalFailed SignalKind = "failed"
	// SignalEnded is a run that came to a bad end: it is paused or failed.
	SignalEnded SignalKind = "ended"
	// SignalOK is a success where something had failed before.
	SignalOK SignalKind = "ok"
	// SignalRejected counts requests that a source did not believe.
	SignalRejected SignalKind = "rejected"
)

// Cause is what people are told of once, however often it happens.
type Cause struct {
	// Scenario is empty for what a source rejected, Source for all else.
	Scenario string
	Source   string
	// Host is where the request went; empty when none was built.
	Host string
	Code Code
	// Status is the HTTP status of CodeHTTPStatus and CodeHTTPMoved, else 0.
	Status int
}

// ID recognises the same cause again.
func (c Cause) ID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Scenario, c.Source, c.Host, string(c.Code), strconv.Itoa(c.Status)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Signal is something that people may have to be told of. It is stored in the
// commit of what it tells of, and removed by the commit that draws the
// conclusions.
type Signal struct {
	Kind SignalKind
	Cause
	// Trouble is the id of the cause that a success ends; empty is the id of
	// Cause.
	Trouble string
	// RunID, N and Path are the last attempt that it tells of.
	RunID string
	N     int
	Path  string
	// Runs counts the runs that met the cause for the first time, or the
	// requests that were rejected.
	Runs int
	// Ended counts the runs that came to a bad end.
	Ended int
	At    time.Time
}

// TroubleID is the id of the trouble that it belongs to.
func (s *Signal) TroubleID() string {
	if s.Trouble != "" {
		return s.Trouble
	}
	return s.Cause.ID()
}

// SignalsOf finds what people may have to be told of a transition. run is the
// run as the worker got it. Checks that a person makes, what a person stopped
// and failures that the scenario's author expects tell nothing: a complete
// answer below 500 at a step that goes on whatever the answer is.
func SignalsOf(run *Run, t *Transition) []Signal {
	if run.Mark == MarkCheck || t.Mark == MarkCheck {
		return nil
	}
	badEnd := (t.State == RunPaused || t.State == RunFailed) && t.Reason != CodeByPerson && t.Reason != CodeCancelled
	var out []Signal
	a := t.Attempt
	if a != nil && a.Outcome != OutcomeOK && a.Outcome != OutcomeCancelled && (a.Charged || badEnd) {
		goesOn := continued(t, a)
		if !goesOn || !expected(a) {
			s := Signal{Kind: SignalFailed, Cause: Cause{Scenario: run.Scenario, Host: HostOf(a.URL), Code: a.Code},
				RunID: run.ID, N: a.N, Path: a.Path, At: t.At}
			if a.Code == CodeHTTPStatus || a.Code == CodeHTTPMoved {
				s.Status = a.Status
			}
			// A run that waits for a further try keeps the reason of the last one.
			if run.Reason != a.Code {
				s.Runs = 1
			}
			if badEnd && !goesOn {
				s.Kind, s.Ended, badEnd = SignalEnded, 1, false
			}
			out = append(out, s)
		}
	}
	if badEnd {
		end := EndSignal(run, t.Reason, t.At)
		end.Path = t.Cursor
		if a != nil {
			end.N = a.N
		}
		out = append(out, end)
	}
	return out
}

// EndSignal tells of a run that came to a bad end without an attempt to blame.
func EndSignal(run *Run, reason Code, at time.Time) Signal {
	return Signal{Kind: SignalEnded, Cause: Cause{Scenario: run.Scenario, Code: reason}, RunID: run.ID, N: run.Attempts,
		Path: run.Cursor, Runs: 1, Ended: 1, At: at}
}

// continued tells whether the step of a failed attempt is over and the run goes
// on.
func continued(t *Transition, a *Attempt) bool {
	for i := range t.Results {
		if r := &t.Results[i]; r.Path == a.Path && r.Attempt == a.N && r.State == StepFailed {
			return true
		}
	}
	return false
}

// expected are answers that a scenario may well be made for: a contact that is
// not there yet is created.
func expected(a *Attempt) bool {
	return (a.Outcome == OutcomeHTTP || a.Outcome == OutcomeBody) && a.Status < 500
}

// maxHost bounds a host in what people are told, in bytes.
const maxHost = 255

// HostOf is the host of an address as people read it, without its scheme's own
// port; empty when there is none.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	if len(host) > maxHost {
		host = strings.ToValidUTF8(host[:maxHost], "")
	}
	return host
}

// MergeSignals puts together what tells of the same kind and cause, so that a
// thousand failures of a commit are one row.
func MergeSignals(in []Signal) []Signal {
	if len(in) < 2 {
		return in
	}
	type key struct {
		kind    SignalKind
		trouble string
	}
	at := make(map[key]int, len(in))
	out := in[:0:0]
	for _, s := range in {
		k := key{s.Kind, s.TroubleID()}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, s)
			continue
		}
		to := &out[i]
		s.Runs, s.Ended = s.Runs+to.Runs, s.Ended+to.Ended
		if s.At.Before(to.At) {
			to.Runs, to.Ended = s.Runs, s.Ended
			continue
		}
		*to = s
	}
	return out
}

// Watched is a trouble that lasts: a success there is worth telling of.
type Watched struct {
	ID   string
	Host string
	// Path is the step that failed last.
	Path string
}

// Work is what a run has done so far, its last transition included.
type Work struct {
	*Transition
	Done Progress
	// Replies are the attempts that Done refers to, by number.
	Replies map[int]*Attempt
}

// Recovered finds the troubles that a transition shows to be over: the step
// that failed succeeds at the same host, or a run succeeds that was there.
func Recovered(watched []Watched, w Work) []string {
	var out []string
	for i := range watched {
		if w.overcomes(&watched[i]) {
			out = append(out, watched[i].ID)
		}
	}
	return out
}

func (w *Work) overcomes(t *Watched) bool {
	if a := w.Attempt; a != nil && a.Outcome == OutcomeOK && a.Path == t.Path && (t.Host == "" || HostOf(a.URL) == t.Host) {
		return true
	}
	if t.Host == "" {
		r, ok := w.Done[t.Path]
		return w.State == RunSucceeded || ok && r.State == StepDone && !w.bad()
	}
	if w.State != RunSucceeded {
		return false
	}
	there := false
	for _, r := range w.Done {
		a := w.Replies[r.Attempt]
		if a == nil && w.Attempt != nil && w.Attempt.N == r.Attempt {
			a = w.Attempt
		}
		if a == nil || HostOf(a.URL) != t.Host {
			continue
		}
		if r.State == StepFailed {
			return false
		}
		there = there || r.State == StepDone
	}
	return there
}

func (w *Work) bad() bool { return w.State == RunPaused || w.State == RunFailed }

// Trouble is a cause from its first signal until it is over.
type Trouble struct {
	ID string
	Cause
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
	// ToldEnd is true when people were told, or are about to be, of a bad end.
	ToldEnd bool
	// Flaps counts how often it came back soon after it was over.
	Flaps int
}

// NoticeKind is what people are told.
type NoticeKind string

const (
	NoticeFirstFailure NoticeKind = "first_failure"
	NoticeBadEnd       NoticeKind = "bad_end"
	NoticeRecovered    NoticeKind = "recovered"
	NoticeRejected     NoticeKind = "rejected_signatures"
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
	Cause
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
	// Letter is the id of the letter that tells of it; empty before it is
	// written.
	Letter string

	// What follows is the letter's.
	State     LetterState
	Tries     int
	LastError string
	SentAt    time.Time
}

// Letter is an e-mail on its way to everybody who is told of errors.
type Letter struct {
	// ID is the same for every try, and so is the Message-ID made of it: a
	// repeat can be recognised.
	ID        string
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

// AlertsDue is what there is to do about what people are told.
type AlertsDue struct {
	// Signals is true when a round has something to decide.
	Signals bool
	// Notices is true when some wait for a letter.
	Notices bool
	// Letters is true when one is to be sent.
	Letters bool
}

// AlertRound is one look at what people have to be told, within one commit.
// Whoever decides changes it; what it holds afterwards is stored. It may be
// decided again after a rollback, so nothing outside of it may change.
type AlertRound struct {
	Now time.Time
	// Signals are removed by the commit.
	Signals []Signal
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
	// Letters are new ones, with an empty ID; the notices of each follow it.
	Letters []NewLetter
}

// NewLetter is a letter and what it tells of.
type NewLetter struct {
	Letter
	Notices []*Notice
}

// MailTest asks for a test letter.
type MailTest struct {
	// Mail is what to try; nil is what the settings say.
	Mail *Mail
	// Password is one that is not stored yet; empty takes the secret.
	Password string
}

// MailAccepted says that a mail server took a letter.
type MailAccepted struct {
	Host string
	At   time.Time
	// Said are the server's own words.
	Said string
}
