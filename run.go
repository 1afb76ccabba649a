package gonets

import "time"

// RunState is where a run stands.
type RunState string

const (
	// RunHeld came while its scenario did not run; a person releases it.
	RunHeld RunState = "held"
	// RunQueued waits for a place in its lane.
	RunQueued RunState = "queued"
	// RunRunning is held by a node that works on it.
	RunRunning RunState = "running"
	// RunWaiting waits for its own timer: a retry or a delay.
	RunWaiting RunState = "waiting"
	// RunPaused needs a person and is kept without limit.
	RunPaused    RunState = "paused"
	RunSucceeded RunState = "succeeded"
	RunFailed    RunState = "failed"
	// RunSkipped ended because a condition said no.
	RunSkipped   RunState = "skipped"
	RunCancelled RunState = "cancelled"
)

// RunStates are all states, in the order of a run's life.
func RunStates() []RunState {
	return []RunState{RunHeld, RunQueued, RunRunning, RunWaiting, RunPaused,
		RunSucceeded, RunFailed, RunSkipped, RunCancelled}
}

// Final tells whether a run in this state is over for good.
func (s RunState) Final() bool {
	switch s {
	case RunSucceeded, RunFailed, RunSkipped, RunCancelled:
		return true
	}
	return false
}

// Lanes that belong to no destination.
const (
	// LaneLocal holds runs with no HTTP step ahead.
	LaneLocal = "local"
	// LaneUnknown holds runs whose next address is known at render time only.
	LaneUnknown = "?"
	// LaneQuarantine holds runs that may be what kills the server; they go one at
	// a time.
	LaneQuarantine = "quarantine"
)

// Run is one event going through one version of one scenario. It is the narrow
// row that the engine works on; bodies are elsewhere.
type Run struct {
	ID       string
	EventID  string
	Scenario string
	// Version is 0 while the run is held.
	Version  int
	State    RunState
	Reason   Code
	Lane     string
	OrderKey string
	// DueAt is when a waiting or queued run may go on.
	DueAt time.Time
	Lease Lease
	// Cursor is a hint: the path of the step that is next.
	Cursor string
	// Tries counts the charged attempts of the current step since the policy
	// last started; the retry policy looks at it.
	Tries int
	// Attempts is the number of the run's last attempt.
	Attempts int
	// StepAt is when the current step's first attempt was prepared: the frozen
	// `now` of its templates. Zero until then.
	StepAt time.Time
	// Retry is what a person set for the tries of a step; nil when nobody did.
	Retry *RetryChange
	// Doubts are the steps of which a request may have been done though no answer
	// says so. Asked counts how often that of the current step was asked in vain.
	Doubts Doubts
	Asked  int
	// Renewal is nil as long as no step is done again in this round of tries.
	Renewal *Renewal
	// Crashes counts server deaths with this run alone in flight.
	Crashes    int
	Mark       Mark
	CreatedAt  time.Time
	FinishedAt time.Time
}

// Lease is a node's right to work on a run. Every claim raises Seq; a result
// under an older lease is fenced: recorded, but without effect on the state.
type Lease struct {
	Node  string
	Epoch int64
	Seq   int64
}

// Held tells whether somebody has the lease.
func (l Lease) Held() bool { return l.Node != "" }

// Job is a run with all that its next step needs.
type Job struct {
	Run     Run
	Event   Event
	Results []StepResult
	// Replies are the attempts that Results refer to.
	Replies map[int]*Attempt
	// Decoded is the event taken apart, when who hands the job over has that at
	// hand; nil leaves it to the first template that asks.
	Decoded *Decoded
	// Unread is true of a run that was leased and can be neither read nor paused
	// now: whoever claimed it gives it back.
	Unread bool
}

// Decoded is the event object of templates. Several runs may share it, so
// nobody changes it.
type Decoded struct {
	Object map[string]any
	// Bytes is about how much memory it takes beside the event.
	Bytes int
}

// Transition is what a worker did to a run since its last commit, as one
// atomic change. It is fenced by Lease.
type Transition struct {
	RunID   string
	EventID string
	// Source and ReceivedAt are the event's: its day is told of a success.
	Source     string
	ReceivedAt time.Time
	Lease      Lease
	// Results are the steps that finished, Forget the paths of those that are done
	// again.
	Results []StepResult
	Forget  []string
	// Attempt is the request that was made, if one was.
	Attempt *Attempt
	// Answer is what a respond step says; the event's first one is kept.
	Answer *Answer

	State  RunState
	Reason Code
	Lane   string
	DueAt  time.Time
	Cursor string
	Tries  int
	StepAt time.Time

	Doubts  Doubts
	Asked   int
	Renewal *Renewal
	Mark    Mark
	// KeepLease leaves the run with its node (State running).
	KeepLease bool
	At        time.Time
	// Signals are what people may have to be told of it; none for a run that
	// goes well.
	Signals []Signal
}

// Claim asks for runs of one lane that are due and held by nobody.
type Claim struct {
	Lane  string
	Limit int
	Node  string
	Epoch int64
	// Now is this node's time; a store with a clock of its own uses that one.
	Now time.Time
	// Bytes bounds what the jobs' bodies take in memory; at least one job is
	// given whatever its size. 0 is without limit.
	Bytes int64
	// Scenarios are those that the lane has runs of, as far as the caller knows;
	// nil lets the store find them.
	Scenarios []string
}

// LaneBacklog says that the database holds work for a lane.
type LaneBacklog struct {
	Lane string
	// NextDue is when the lane's first unleased run may go on.
	NextDue time.Time
	// Scenarios are those of the unleased runs.
	Scenarios []string
}

// RescueReport says what a dead epoch left behind and what became of it.
type RescueReport struct {
	// Released runs were queued again.
	Released int
	// Unknown attempts were recorded for requests that may have been sent.
	Unknown int
	// Poisoned runs were paused because they kept killing the server.
	Poisoned []string
	// Quarantined runs go one at a time.
	Quarantined []string
}

// InFlight is a request that was on its way when a process died.
type InFlight struct {
	RunID string
	// Attempt is the number that the attempt would have had.
	Attempt int
	Path    string
}

// Death says how a node's last life ended.
type Death struct {
	// InFlight are the requests that were on their way.
	InFlight []InFlight
	// Known is true when InFlight is complete. When it is not, as after a power
	// cut, any run that was worked on may have been sent.
	Known bool
	// OwnFault is true when the process crashed by itself (a fault of ours, not
	// a kill from outside): then a run that was in flight may be the cause.
	OwnFault bool
	// Others is true when what other nodes left that were silent for too long is
	// taken over as well.
	Others bool
}

// ActionKind is what a person does to a run.
type ActionKind string

const (
	// ActionResume goes on from the failed step: paused → queued, held → queued.
	ActionResume ActionKind = "resume"
	// ActionSendNow skips a waiting run's wait.
	ActionSendNow ActionKind = "send-now"
	// ActionCancel ends a run that is not over.
	ActionCancel ActionKind = "cancel"
	// ActionCancelRetries stops a waiting run's tries: waiting → paused.
	ActionCancelRetries ActionKind = "cancel-retries"
	// ActionRetryPolicy changes the rest of the tries: of a run that waits for a
	// retry, when it is tried next as well. See [RetryChange].
	ActionRetryPolicy ActionKind = "retry-policy"
	// ActionSkip goes on behind the step at which a run stands: paused → queued.
	ActionSkip ActionKind = "skip"
	// ActionRerun makes a new run of the same event; see [Rerun].
	ActionRerun ActionKind = "rerun"
)

// What the version of an action may be beside a number.
const (
	// VersionFit is the run's own, or the published one when the step at which the
	// run stands has changed since. A rerun takes the published one.
	VersionFit     = 0
	VersionSame    = -1
	VersionCurrent = -2
)

// From are the states in which the action is possible.
func (a ActionKind) From() []RunState {
	switch a {
	case ActionResume:
		return []RunState{RunPaused, RunHeld}
	case ActionSkip:
		return []RunState{RunPaused}
	case ActionRetryPolicy:
		return []RunState{RunWaiting, RunPaused}
	case ActionSendNow, ActionCancelRetries:
		return []RunState{RunWaiting}
	case ActionRerun:
		return RunStates()[1:] // all but held
	case ActionCancel:
		return []RunState{RunHeld, RunQueued, RunRunning, RunWaiting, RunPaused}
	}
	return nil
}

// Action is a person's action on one run.
type Action struct {
	RunID string
	Kind  ActionKind
	// Version, for resume, is the version to go on with.
	Version int
	// Value, for skip, is what later steps read of the step: JSON, or empty.
	Value []byte
	// Retry, for retry-policy, is what the tries become; its path, author and time
	// are filled in.
	Retry *RetryChange
	// Key recognises a repeat of the same wish, which changes nothing; empty
	// recognises none.
	Key   string
	Actor string
	// Bulk is the mass action of which it is a part; empty for one of its own.
	Bulk string
	At   time.Time
}

// RunAct is what a person did to a run.
type RunAct struct {
	At   time.Time
	By   string
	Kind ActionKind
	// Bulk is the mass action of which it was a part.
	Bulk string
	// From and To are the run's versions before and after, where that is known.
	From, To int
	// Other, of a rerun, is the new run, or the old one where the deed Begins the
	// run.
	Other  string
	Begins bool
	Retry  *RetryChange
}

// Rerun asks for a new run of an old run's event, from the start.
type Rerun struct {
	RunID   string
	Version int
	// Event, when set, is run instead of the old one, which stays as it is.
	Event *Event
	// Key recognises a repeat, which is given the same new run.
	Key   string
	Actor string
	At    time.Time
}

// StoreStats is what the database holds, counted up to a limit.
type StoreStats struct {
	// Runs counts unfinished runs by state; counts stop at 10 000.
	Runs map[RunState]int
	// SizeBytes is what live data takes in the database, without free pages and
	// logs: it falls as history is removed.
	SizeBytes int64
	// FreeBytes is room in the database's files that new data will take.
	FreeBytes int64
}

// RunFilter narrows a list of runs. Empty fields do not narrow.
type RunFilter struct {
	States   []RunState
	Scenario string
	Source   string
	EventID  string
	// Value finds runs by an exact, normalised value named by search.
	Value string
	Since time.Time
	Until time.Time
	// ReceivedFrom and ReceivedUntil, both or none, choose of each event that
	// came between them the one run that is worst off: what a reconciliation
	// counts.
	ReceivedFrom, ReceivedUntil time.Time
	// ID finds the run of this id, or the runs of the event of this id.
	ID string
	// Statuses are what the last reply's HTTP status may be.
	Statuses []StatusSpan
	// Code is the run's reason or the last attempt's; * at its end is any end.
	Code string
	Lane string
	// Bulk finds the runs in which a mass action shows.
	Bulk string
	// Text stands in what came, was sent or was replied; the store refuses it.
	Text string
	// Mark chooses the runs with a mark. Checks are no part of the history unless
	// [MarkCheck] asks for them.
	Mark Mark
	// Ascending lists the oldest first (for following new runs).
	Ascending bool
	Page      Page
}

// StatusSpan is a span of HTTP statuses, its ends included.
type StatusSpan struct{ Low, High int }

// RunCount counts runs up to a limit.
type RunCount struct {
	N    int
	More bool // there may be more
}

// RunTally is what became of the runs that began within a span of time.
type RunTally struct {
	From, Until time.Time
	// Done runs succeeded; Failed are attempts that did not, of all Runs.
	Runs, Done, Failed int
	More               bool // the span holds more than were counted
}

// RunSummary is a run in a list.
type RunSummary struct {
	Run
	// What is last is of the last attempt.
	Source, LastError string
	LastStatus        int
	LastOutcome       Outcome
	// LastTries are the charged attempts of the step that made the last one.
	LastTries int
	// Front is the id of the first run that goes before it for the order; empty when none does.
	Front      string   `json:"-"`
	FrontState RunState `json:"-"`
	// Going is set of a check that goes on without its editor, and of one that was lost.
	Going *GoingCheck `json:",omitempty"`
	// Orphan is one whose scenario was deleted: no new run is made of it.
	Orphan bool
}

// GoingCheck is what people are told of a check that goes on without its editor.
type GoingCheck struct {
	Title, By string
	// Step is the path of the only step that is tried, At of the one that sent last.
	Step, At string
	// Was are the first paths of steps that were renamed, by their present ones.
	Was map[string]string `json:",omitempty"`
}

// OpenCheck is a check of which no end is known, or whose loss nobody has noted yet.
type OpenCheck struct {
	RunSummary
	// Ending is set when a person wants its end, or has noted that it was lost; Left when
	// its server fell silent.
	Ending, Left bool
}

// RunDetail is everything that is kept about a run.
type RunDetail struct {
	Run      RunSummary
	Event    Event
	Version  *Version
	Results  []StepResult
	Attempts []Attempt
	// RerunOf is the run of which a person made this one, Reruns are those made of
	// it, at most 100.
	RerunOf string
	Reruns  []string
	// Acts are what people did to it, the oldest first; at most the last 200.
	Acts []RunAct
	// Unread are the parts of it, in the words of the API, that are damaged and left out.
	Unread []string `json:"-"`
}

// Page asks for a part of a list. Lists are keyset-paged: Cursor is the Next
// of the page before.
type Page struct {
	Cursor string
	// Limit is at most [MaxPageSize]; 0 is [PageSize].
	Limit int
}

// Size is the page's length within the limits.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return PageSize
	}
	return min(p.Limit, MaxPageSize)
}

// List is a page of a list; Next is empty on the last page. A page before it may
// be short, even empty.
type List[T any] struct {
	Items []T
	Next  string
	// Reached is how far a list of runs has looked when it gave up for now; zero
	// when its page is full or the last one.
	Reached time.Time
	// Unread is how many runs that were asked for a text cannot be read.
	Unread int
}
