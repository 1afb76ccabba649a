package gonets

import "time"

// Header is one header line as it was received or sent. Order and repeats are
// kept; names keep their spelling.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Event is one thing that came in, exactly as it came.
type Event struct {
	ID         string
	Source     string
	ReceivedAt time.Time
	Method     string
	// Path is what followed the source's address, with its slash, or empty.
	Path string
	// RawQuery is the query string as received, without the question mark.
	RawQuery    string
	Headers     []Header
	ContentType string
	Remote      string
	// Body is byte for byte what was sent, before unpacking and decoding.
	Body []byte
	// Item is the element of a split batch as JSON; empty when the event is the
	// whole request.
	Item []byte
	// Mark says that something about the event is unusual.
	Mark Mark
	// Unread is why the body is text, with [MarkUnparsed]: told when the event is shown, not stored.
	Unread *Problem
	// OrderKey makes runs with the same key go one after another.
	OrderKey string
	// Hops counts how many of our own scenarios the request has come through.
	Hops int
	// Actor is who made the event when it was a person or a token, not a caller.
	Actor string
	// Answer is what a respond step answered; nil until one did.
	Answer *Answer
}

// Mark is a remark that an event or run carries into the history.
type Mark string

const (
	// MarkUnparsed is on an event whose body, not being what its type says, is text.
	MarkUnparsed Mark = "body.unparsed"
	// MarkCheck is on events and runs that a person made to try something.
	MarkCheck Mark = "check"
	// MarkMissing is on a run in which a template met a value that is not there.
	MarkMissing Mark = "template.missing"
	// MarkNotKept is on a run whose requests and replies were not kept: the disk was low.
	MarkNotKept Mark = "disk.low"
	// MarkDuplicateKeys is on an event whose JSON names a member twice.
	MarkDuplicateKeys Mark = "body.duplicate_keys"
	// MarkErased is an event whose content was erased on a person's wish.
	MarkErased Mark = "erased"
)

// Answer is an HTTP answer that a scenario gives to the caller of its source.
type Answer struct {
	Status  int      `json:"status"`
	Headers []Header `json:"headers,omitempty"`
	Body    []byte   `json:"body,omitempty"`
}

// Acceptance asks the store to keep one event and make its runs.
type Acceptance struct {
	Event Event
	// Key recognises a repeat within the source's dedupe window; empty means
	// that nothing is recognised.
	Key string
	// StrictKey is true when the caller chose the key (Idempotency-Key): then
	// the same key with another body is a conflict, not a duplicate.
	StrictKey bool
	// BodyHash is the SHA-256 of the raw body; without a Key nobody compares it.
	BodyHash [32]byte
	// DedupeWindow is how long Key is remembered.
	DedupeWindow time.Duration
	// Scenario, when set, makes a run of this scenario alone, whatever its
	// state and subscriptions (manual runs and reruns).
	Scenario string
	// Version, with Scenario, pins the run to a published version; 0 is the
	// current one.
	Version int
	// RunMark goes to the runs.
	RunMark Mark
}

// EventFilter narrows a list of events. Empty fields do not narrow.
type EventFilter struct {
	Source string
	Since  time.Time
	Until  time.Time
	Page   Page
}

// Accepted is what became of an Acceptance.
type Accepted struct {
	// EventID is the stored event's id; of a duplicate, the first event's.
	EventID string
	// Duplicate is true when the key was known; no event and no run were made.
	Duplicate bool
	// Conflict is true when the key was known with another body (StrictKey).
	Conflict bool
	// Runs are the new runs, leased or not, held ones included.
	Runs []Run
	// MayRespond is true when a run's version holds a respond step, so the
	// caller is kept waiting.
	MayRespond bool
	// Answer is what a duplicate's first event was answered by a respond step.
	Answer *Answer
}
