// Package api holds the shapes of the REST API: what the server writes and a
// client reads. openapi.yaml beside it is generated from the same types.
// Members are snake_case, times are RFC 3339 in UTC, and lists are paged by a
// cursor.
package api

import (
	"encoding/json"
	"time"

	"gonets"
	"gonets/internal/document"
	"gonets/setting"
)

// List is a page of a list. Next is the cursor of the following page and is
// left out on the last one. A page may be short, even empty, before the last
// one, when few of many runs match.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; left out on the last one. A page may be shorter than limit, even empty, when there is a next one"`
}

// Error is the body of every answer that is not a success: problem details of
// RFC 9457 with a stable code and the places of the mistakes.
type Error struct {
	Type   string           `json:"type" doc:"Always about:blank; code tells the kind of error"`
	Title  string           `json:"title" doc:"The HTTP status in words"`
	Status int              `json:"status"`
	Code   gonets.Code      `json:"code" doc:"Stable name of the error, for programs"`
	Detail string           `json:"detail" doc:"What happened, what it means, what to do"`
	Errors []gonets.Problem `json:"errors,omitempty" doc:"The single mistakes with their places"`
	// Instance finds the failure in the log (RFC 9457 §3.1.5).
	Instance string `json:"instance,omitempty" doc:"With a failure of the server (500 and above): the id under which its log tells more"`
	// Current stands in a draft.conflict of a scenario.
	Current *Draft `json:"current,omitempty" doc:"With draft.conflict: the scenario's draft as it is now"`
}

// Version says who answers.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Health is the answer of /healthz and /readyz.
type Health struct {
	Status string `json:"status" enum:"ok,failed"`
	Detail string `json:"detail,omitempty"`
}

// Applied is what became of one document.
type Applied struct {
	document.Applied
	URL    string   `json:"url,omitempty" doc:"The address of a source"`
	Absent []Absent `json:"absent,omitempty" nullable:"false" doc:"Which scenarios and sources rules of the settings are for that are not there; such a rule is kept, and tells nothing of them until they are"`
}

// Absent is what a document names and the server does not have.
type Absent struct {
	Pointer string `json:"pointer" doc:"Where the document names it"`
	Kind    string `json:"kind" enum:"Scenario,Source"`
	Name    string `json:"name"`
}

// Validation is the answer to documents without mistakes.
type Validation struct {
	Valid     bool `json:"valid"`
	Documents int  `json:"documents"`
}

// Difference is how one document differs from what the server has.
type Difference struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Change string `json:"change" enum:"created,updated,unchanged"`
	Diff   string `json:"diff,omitempty" doc:"Unified text diff of the YAML forms"`
}

// Source is where events come from, with its address.
type Source struct {
	Name      string          `json:"name"`
	Title     string          `json:"title,omitempty"`
	Preset    string          `json:"preset"`
	URL       string          `json:"url,omitempty" doc:"The address that senders use; the newest when there are several"`
	URLs      []string        `json:"urls" nullable:"false" doc:"All addresses that are in use, oldest first"`
	Addresses []Address       `json:"addresses" nullable:"false" doc:"The same as urls, with what is known about them"`
	LastEvent time.Time       `json:"last_event_at,omitzero" doc:"When the last event came; left out when none is kept"`
	Silence   *Silence        `json:"silence,omitempty" doc:"It is silent for too long; left out while it is not, and when a person said that it is all right"`
	Events24h int             `json:"events_24h" doc:"Events of the last 24 hours; counting stops at 10 000"`
	Scenarios []string        `json:"scenarios" nullable:"false"`
	ETag      string          `json:"etag"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
	Damaged   bool            `json:"damaged,omitempty" doc:"What the database holds of its document cannot be read: apply it again. Until then its senders are answered with 503"`
	Document  json.RawMessage `json:"document" doc:"The document as a file would hold it; only its name when it is damaged"`
}

// Scenario is a list of steps, fed by sources.
type Scenario struct {
	Name      string               `json:"name"`
	Title     string               `json:"title,omitempty"`
	State     gonets.ScenarioState `json:"state"`
	Version   int                  `json:"version,omitempty" doc:"The published version; left out when there is none"`
	Sources   []string             `json:"sources" nullable:"false"`
	Tags      []string             `json:"tags" nullable:"false" doc:"Words by which people group scenarios"`
	HeldDays  int                  `json:"held_days,omitempty" doc:"Only before its first start: for how many days its events are kept"`
	Held      int                  `json:"held" doc:"Runs of events that came while the scenario did not run; a start releases them only with release_held"`
	HasDraft  bool                 `json:"has_draft" doc:"There are changes that are not published"`
	ETag      string               `json:"etag"`
	CreatedAt time.Time            `json:"created_at"`
	UpdatedAt time.Time            `json:"updated_at"`
	UpdatedBy string               `json:"updated_by,omitempty"`
	Last24h   *Activity            `json:"last_24h,omitempty" doc:"Only with stats=true"`
	Damaged   bool                 `json:"damaged,omitempty" doc:"What the database holds of its document cannot be read: apply it again, or restore an earlier version and publish it"`
	Document  json.RawMessage      `json:"document" doc:"The document as a file would hold it; only its name when it is damaged"`
}

// ScenarioVersion is a published state of a scenario.
type ScenarioVersion struct {
	Scenario  string    `json:"scenario"`
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	Actor     string    `json:"actor,omitempty"`
	Note      string    `json:"note,omitempty"`
	Damaged   bool      `json:"damaged,omitempty" doc:"What the database holds of it cannot be read; it cannot be restored"`
	// Document is left out in lists.
	Document  json.RawMessage   `json:"document,omitempty"`
	Requests  []json.RawMessage `json:"requests,omitempty" doc:"The saved requests as this version sends them, as documents; left out in lists"`
	Differing []string          `json:"differing_requests,omitempty" doc:"Those of them that say something else by now: the version as a draft sends the present ones; left out in lists"`
}

// StartScenario starts a scenario.
type StartScenario struct {
	ReleaseHeld bool `json:"release_held,omitempty" doc:"Also work on what was kept while it did not run"`
}

// Secret is what may be shown of a secret: never its value.
type Secret struct {
	Name      string    `json:"name"`
	UpdatedAt time.Time `json:"updated_at"`
	Actor     string    `json:"actor,omitempty"`
	SecretEnd
	Ending string `json:"ending,omitempty" enum:"soon,past" doc:"soon: people are told of its end by now; past: it has ended. Missing while the end is far away or not known"`
}

// SecretValue sets a secret.
type SecretValue struct {
	Value string `json:"value" minLength:"1" maxLength:"65536"`
	SecretEnd
}

// SecretEnd says until when a secret's value is good.
type SecretEnd struct {
	ValidUntil *time.Time `json:"valid_until,omitempty" doc:"Until when the value is good; people are told before. Missing: not known. A JSON Web Token that is set without it tells it by itself"`
}

// The two that a secret's Ending may be.
const (
	EndingSoon = "soon"
	EndingPast = "past"
)

// Stats is what the database holds.
type Stats struct {
	Runs map[string]int `json:"runs" doc:"Runs by state; counting stops at 10 000"`
	// WaitingForYou counts the runs that need a person.
	WaitingForYou int   `json:"waiting_for_you" doc:"Paused runs: those that need a person; counting stops at 10 000"`
	SizeBytes     int64 `json:"size_bytes"`
	FreeBytes     int64 `json:"free_bytes"`
	Disk          Disk  `json:"disk" doc:"The disk of the server that answers"`
}

// Changes is the data of one message of the stream of hints.
type Changes struct {
	Changes []gonets.Change `json:"changes" nullable:"false"`
}

// Told is one piece of news about errors, told by a letter.
type Told struct {
	ID          string      `json:"id"`
	At          time.Time   `json:"at"`
	Kind        string      `json:"kind" enum:"first_failure,bad_end,recovered,rejected_signatures,lane_closed,source_silent,field_drift,disk_low,error_share,certificate_expiring,success,digest,test"`
	Cause       string      `json:"cause" doc:"What happened, in words"`
	Code        gonets.Code `json:"code,omitempty" doc:"The cause for programs"`
	Status      int         `json:"status,omitempty" doc:"The HTTP status of the cause http.status"`
	Host        string      `json:"host,omitempty"`
	Scenario    string      `json:"scenario,omitempty"`
	Source      string      `json:"source,omitempty" doc:"The source that rejected requests"`
	Runs        int         `json:"runs" doc:"How many runs met the cause, or how many requests were rejected"`
	Ended       int         `json:"ended,omitempty" doc:"How many of the runs came to a bad end"`
	State       string      `json:"state" enum:"pending,sent,failed" doc:"Sent is what every channel took"`
	Tries       int         `json:"tries" doc:"How often its letter was tried"`
	LastError   string      `json:"last_error,omitempty" doc:"Why the letter was not taken the last time"`
	DueAt       *time.Time  `json:"due_at,omitempty" doc:"When it is told, or its letter is tried again; only while it is pending. One that has passed is being sent"`
	HeldBy      string      `json:"held_by,omitempty" enum:"quiet_hours" doc:"What keeps it until then"`
	Deliveries  []Delivery  `json:"deliveries" nullable:"false" doc:"How it reaches people, by channel; empty before it is told"`
	SentAt      *time.Time  `json:"sent_at,omitempty"`
	RecoveredAt *time.Time  `json:"recovered_at,omitempty" doc:"When the cause was over"`
}

// Delivery is how a notice reaches people through one channel.
type Delivery struct {
	Channel   string     `json:"channel" doc:"mail, or the name of a channel of the settings"`
	State     string     `json:"state" enum:"pending,sent,failed"`
	Tries     int        `json:"tries"`
	LastError string     `json:"last_error,omitempty" doc:"Why it was not taken the last time"`
	DueAt     *time.Time `json:"due_at,omitempty" doc:"When it is tried, or tried again; only while it is pending"`
	SentAt    *time.Time `json:"sent_at,omitempty"`
}

// ChannelTest asks for a test of a channel.
type ChannelTest struct {
	Channel string `json:"channel" minLength:"1" maxLength:"64" doc:"mail, or the name of a channel of the stored settings"`
}

// ChannelAccepted says that a channel took the test.
type ChannelAccepted struct {
	Accepted bool      `json:"accepted"`
	Channel  string    `json:"channel"`
	At       time.Time `json:"at"`
	Said     string    `json:"said,omitempty" doc:"What was answered"`
}

// MailTest asks for a test letter.
type MailTest struct {
	Mail     *setting.Mail `json:"mail,omitempty" doc:"Settings to try before they are stored; left out, the stored ones are tried"`
	Password string        `json:"password,omitempty" doc:"A password to try; left out, the secret that the settings name"`
}

// MailAccepted says that the mail server took the test letter.
type MailAccepted struct {
	Accepted bool      `json:"accepted"`
	Host     string    `json:"host"`
	At       time.Time `json:"at"`
	Said     string    `json:"said,omitempty" doc:"The mail server's own words"`
}
