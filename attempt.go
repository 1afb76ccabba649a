package gonets

import (
	"strings"
	"time"
)

// Outcome is how an HTTP exchange ended.
type Outcome string

const (
	OutcomeOK Outcome = "ok"
	// OutcomeHTTP is a complete reply whose status is not in success.codes.
	OutcomeHTTP Outcome = "http"
	// OutcomeBody is a reply whose body the success rule or format refused.
	OutcomeBody Outcome = "body"
	// OutcomeNetwork means that nothing was sent.
	OutcomeNetwork Outcome = "network"
	// OutcomeUnknown means that the request left and no complete answer came.
	OutcomeUnknown Outcome = "unknown"
	// OutcomeBlocked means that the guard refused the destination.
	OutcomeBlocked Outcome = "blocked"
	// OutcomeTemplate means that the request could not be built.
	OutcomeTemplate Outcome = "template"
	// OutcomeCancelled means that a person or a stopping server ended it.
	OutcomeCancelled Outcome = "cancelled"
)

// MayBeDone tells whether the request left and nobody knows what became of it.
func (o Outcome) MayBeDone() bool { return o == OutcomeUnknown || o == OutcomeCancelled }

// Purpose is why an attempt was made; empty for one that just sends the step's request.
type Purpose string

const (
	PurposeAsk     Purpose = "ask"          // it asked whether a request was done, and got no answer
	PurposeAskDone Purpose = "ask.done"     // it was done: the step is over
	PurposeAskNot  Purpose = "ask.not_done" // it was not: it is sent again
	PurposeRenew   Purpose = "renew"        // it did a step again whose result had become too old
	PurposeExpired Purpose = "expired"      // it was told so: that step is done again, then this one
)

// Asks tells whether the attempt asked instead of sending the step's request.
func (p Purpose) Asks() bool { return p == PurposeAsk || p == PurposeAskDone || p == PurposeAskNot }

// Request is an HTTP request that is ready to be sent.
type Request struct {
	Method  string
	URL     string
	Headers []Header
	// Body is nil for none; an empty body is not nil.
	Body    []byte
	Timeout time.Duration
	// FollowRedirects follows up to MaxRedirects hops.
	FollowRedirects bool
	// SkipVerify switches the check of the server's certificate off.
	SkipVerify bool
	ServerName string // takes the place of the host's name in TLS, at the origin of URL only
	Gzip       bool   // packs the body on its way
	// Jar are the cookies that the run has, in their order; nil keeps and sends none.
	Jar []Cookie
	// ReplyLimit bounds the reply's body in bytes, on the wire and decoded.
	ReplyLimit int64
	// Concurrency is the lane's: it sizes the connections kept per host.
	Concurrency int
	// Hops is what Gonets-Hops says when the address is one of our own.
	Hops int
}

// Exchange is what was sent and what came back. Secrets in it are masked.
type Exchange struct {
	Outcome Outcome
	// Code says in detail what went wrong; empty for ok.
	Code Code
	// Error is the detail in words, in English, without secrets.
	Error string

	Method         string
	URL            string
	RequestHeaders []Header
	RequestBody    []byte

	// Status is 0 when no reply came.
	Status       int
	StatusLine   string
	ReplyHeaders []Header
	// ReplyBody is decoded (gzip and the like undone) and cut at the limit.
	ReplyBody []byte
	// ReplyCut is true when the reply was longer than what is kept.
	ReplyCut bool

	Timings     Timings
	Remote      string
	HTTPVersion string
	TLSVersion  string
	// Hops are the redirects that were followed.
	Hops []Hop
	Gzip bool // the request's body was packed on its way
	// Cookies came, redirects included, for the run's later requests; they are shown to nobody.
	Cookies []Cookie `json:"-"`
}

// Cookie is one Set-Cookie line with the address that sent it.
type Cookie struct {
	URL  string    `json:"url"`
	Line string    `json:"line"`
	At   time.Time `json:"at"`
}

// Timings are the parts of an exchange, in microseconds from its start; zero
// means that the part did not happen.
type Timings struct {
	DNS       int64 `json:"dns,omitempty"`
	Connect   int64 `json:"connect,omitempty"`
	TLS       int64 `json:"tls,omitempty"`
	FirstByte int64 `json:"first_byte,omitempty"`
	Total     int64 `json:"total"`
}

// Hop is one redirect.
type Hop struct {
	Status int    `json:"status"`
	URL    string `json:"url"`
}

// Attempt is one HTTP exchange made by one step of one run.
type Attempt struct {
	RunID     string
	N         int
	Path      string
	StartedAt time.Time
	Duration  time.Duration
	// Fenced means that another node had the run when the result came.
	Fenced bool
	// Charged attempts count against the retry policy; those that a crash or a
	// stop cut short do not.
	Charged bool
	// NotKept means that headers and bodies were not kept, because the disk was
	// low. Bodies are as long as they were only before they are stored.
	NotKept bool
	// Erased means that a note stands in the place of what was sent and came back.
	Erased bool `json:",omitempty"`
	// Sealed means that it got, or may have got, cookies which cannot be opened.
	Sealed  bool `json:",omitempty"`
	Purpose Purpose
	Exchange
}

// Kept tells whether what was sent and came back is still there.
func (a *Attempt) Kept() bool { return !a.NotKept && !a.Erased }

// HeaderValue is the first value of a header, by name without case.
func HeaderValue(headers []Header, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}
