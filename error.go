package gonets

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Code names an error for programs. Codes are stable: the API, ingest, history
// and both catalogues use the same ones.
type Code string

// The codes of errors that a caller can meet.
const (
	CodeInternal         Code = "internal"
	CodeInvalid          Code = "invalid"
	CodeUnknownKey       Code = "unknown_key"
	CodeTemplateSyntax   Code = "template.syntax"
	CodeTemplateFailed   Code = "template.failed"
	CodeTemplateMissing  Code = "template.missing"
	CodeTemplateLimit    Code = "template.limit"
	CodeNotFound         Code = "not_found"
	CodeAddressUnknown   Code = "address.unknown"
	CodeMethodNotAllowed Code = "method.not_allowed"
	CodeUnauthorized     Code = "unauthorized"
	CodeForbidden        Code = "forbidden"
	CodeConflict         Code = "conflict"
	CodeLanePaused       Code = "lane.paused"
	CodeRunState         Code = "run.state"
	CodeKeyReused        Code = "idempotency.body_differs"
	CodeBodyTooLarge     Code = "body.too_large"
	CodeBodyUnreadable   Code = "body.unreadable"
	CodeHeadersTooLarge  Code = "headers.too_large"
	CodeSignature        Code = "signature.rejected"
	CodeSignatureStale   Code = "signature.stale"
	CodeSecretMissing    Code = "secret.missing"
	CodeSchemaRejected   Code = "schema.rejected"
	CodeHopsExceeded     Code = "hops.exceeded"
	CodeBusy             Code = "busy"
	CodeChecks           Code = "checks.many"
	CodeDiskFull         Code = "store.disk_full"
	CodeStoreFailed      Code = "store.failed"
	CodeStoreAway        Code = "store.away"
	CodeStopping         Code = "stopping"
	CodeDamaged          Code = "document.damaged"
	CodeLoginFailed      Code = "login.failed"
	CodeLoginThrottled   Code = "login.throttled"
	CodeSetupCode        Code = "setup.code"
	CodeSetupDone        Code = "setup.done"
	// What people are told of without a failure.
	CodeLaneClosed   Code = "lane.closed"
	CodeSourceSilent Code = "source.silent"
	CodeFieldDrift   Code = "source.fields"
	CodeDiskLow      Code = "disk.low"
	CodeErrorShare   Code = "errors.many"
	CodeCertificate  Code = "certificate.expiring"
	CodeSecretEnds   Code = "secret.expiring"
)

// The codes of those who edit documents.
const (
	// CodeMissing marks what has to be filled in before a draft is published.
	CodeMissing         Code = "missing"
	CodeDraftConflict   Code = "draft.conflict"
	CodeIfMatch         Code = "if_match.missing"
	CodeScenarioRunning Code = "scenario.running"
	CodeSourceUsed      Code = "source.used"
	CodeRequestUsed     Code = "request.used"
	CodeRequestChanged  Code = "request.changed"
	CodeMailRefused     Code = "mail.refused"
	CodeMailUnset       Code = "mail.unset"
	CodeMailUnreachable Code = "mail.unreachable"
	CodeMailSecurity    Code = "mail.security"
	CodeMailLogin       Code = "mail.login"
	CodeMailSender      Code = "mail.sender"
	CodeMailRecipient   Code = "mail.recipient"
	// What is wrong with the certificate of a mail server.
	CodeMailSelfSigned Code = "mail.self_signed"
	CodeMailAuthority  Code = "mail.unknown_authority"
	CodeMailExpired    Code = "mail.certificate_expired"
	CodeMailName       Code = "mail.certificate_name"

	// What keeps news from leaving by other channels than mail.
	CodeChannelRefused     Code = "channel.refused"
	CodeChannelUnreachable Code = "channel.unreachable"
	CodeChannelKey         Code = "channel.key"
	CodeChannelToken       Code = "channel.token"
	CodeChannelChat        Code = "channel.chat"
)

// The codes of mistakes in documents and requests. Their texts name the values
// of [Problem.Values] by number.
const (
	CodeBadName        Code = "invalid.name"
	CodeBadStepID      Code = "invalid.step_id"
	CodeBadVariable    Code = "invalid.variable"
	CodeBadHeader      Code = "invalid.header_name"
	CodeBadMethod      Code = "invalid.method"
	CodeBadEnv         Code = "invalid.env_name"
	CodeReservedName   Code = "invalid.reserved"
	CodeBadChoice      Code = "invalid.choice"
	CodeBadSpan        Code = "invalid.span"
	CodeBadDuration    Code = "invalid.duration"
	CodeBadNumber      Code = "invalid.number"
	CodeNegative       Code = "invalid.negative"
	CodeBadReplyStatus Code = "invalid.reply_status"
	CodeBadStatus      Code = "invalid.status"
	CodeTooLong        Code = "invalid.too_long"
	CodeTooBig         Code = "invalid.too_big"
	CodeTooMany        Code = "invalid.too_many"
	CodeTooDeep        Code = "invalid.too_deep"
	CodeControlChar    Code = "invalid.control_character"
	CodeTwice          Code = "invalid.twice"
	CodeFormerStepID   Code = "invalid.former_step_id"
	CodeNotBoth        Code = "invalid.not_both"
	CodeNeedsIf        Code = "invalid.needs_if"
	CodeNoSecretHere   Code = "invalid.no_secret_here"
	CodeBadAddress     Code = "invalid.address"
	CodeBadBaseURL     Code = "invalid.base_url"
	CodeBadNetwork     Code = "invalid.network"
	CodeBadField       Code = "invalid.masked_field"
	CodeBadOrigin      Code = "invalid.origin"
	CodeBadZone        Code = "invalid.time_zone"
	CodeBadLane        Code = "invalid.lane"
	CodeBadClock       Code = "invalid.clock"
	CodeSameClock      Code = "invalid.same_clock"
	CodeNoZone         Code = "invalid.no_zone"
	CodeDeadlineShort  Code = "invalid.deadline_short"
	CodeBadRate        Code = "invalid.rate"
	CodeBadMailHost    Code = "invalid.mail_host"
	CodePortInHost     Code = "invalid.port_in_host"
	CodeBadChat        Code = "invalid.chat"
	CodeBadHour        Code = "invalid.hour"
	CodeBadEmail       Code = "invalid.email"
	CodePasswordAlone  Code = "invalid.password_alone"
	CodeBadLogin       Code = "invalid.login"
	CodeNoSource       Code = "invalid.no_source"
	CodeNoRequest      Code = "invalid.no_request"
	CodeBadRenew       Code = "invalid.renew"
)

// The codes of questions about runs; all but the first stand in its problems.
const (
	CodeQuery      Code = "query.invalid"
	CodeQueryKey   Code = "query.key"
	CodeQueryValue Code = "query.value"
	CodeQueryQuote Code = "query.quote"
	CodeQueryTwice Code = "query.twice"
	CodeQueryLong  Code = "query.long"
	CodeQueryText  Code = "query.text"
)

// The codes of attempts that did not succeed and the reasons of runs.
const (
	CodeDNS            Code = "network.dns"
	CodeRefused        Code = "network.refused"
	CodeConnectTimeout Code = "network.connect_timeout"
	CodeTLS            Code = "network.tls"
	CodeNetwork        Code = "network.other"
	CodeReset          Code = "unknown.reset"
	CodeTimeout        Code = "unknown.timeout"
	CodeServerDied     Code = "unknown.server_died"
	CodeCutOff         Code = "unknown.cut_off"
	CodeBadReply       Code = "unknown.bad_reply"
	CodeNoRoom         Code = "unknown.no_room"
	CodeReplyTooLarge  Code = "reply.too_large"
	CodeReplyNotJSON   Code = "reply.not_json"
	CodeExpired        Code = "reply.expired"
	CodeAskFailed      Code = "ask.failed"
	CodeHTTPStatus     Code = "http.status"
	CodeHTTPMoved      Code = "http.moved"
	CodeBodyRule       Code = "body.rule"
	CodeBlockedAddress Code = "blocked.address"
	CodeBlockedURL     Code = "blocked.url"
	CodeBadRequest     Code = "request.invalid"
	CodeCancelled      Code = "cancelled"
	CodeStepFailed     Code = "step.failed"
	CodeTriesUsedUp    Code = "tries.used_up"
	CodeDeadline       Code = "tries.deadline"
	CodePoison         Code = "run.poison"
	CodeCookies        Code = "run.cookies"
	CodeLimitSteps     Code = "run.too_many_steps"
	CodeByPerson       Code = "by_person"
	CodeScenarioHeld   Code = "scenario.not_running"
	CodeScenarioGone   Code = "scenario.deleted"
	CodeCheckGoing     Code = "check.going"
	CodeCheckLimit     Code = "check.limit"
	CodeCheckLost      Code = "check.lost"
)

// codeStatus is the HTTP status of every code that can answer a request. Faults of ours are never a 4xx.
var codeStatus = map[Code]int{
	CodeInternal: http.StatusInternalServerError, CodeInvalid: http.StatusUnprocessableEntity,
	CodeUnknownKey: http.StatusUnprocessableEntity, CodeTemplateSyntax: http.StatusUnprocessableEntity,
	CodeTemplateFailed: http.StatusUnprocessableEntity, CodeTemplateMissing: http.StatusUnprocessableEntity,
	CodeTemplateLimit: http.StatusUnprocessableEntity, CodeNotFound: http.StatusNotFound, CodeAddressUnknown: http.StatusNotFound,
	CodeMethodNotAllowed: http.StatusMethodNotAllowed, CodeUnauthorized: http.StatusUnauthorized,
	CodeForbidden: http.StatusForbidden, CodeConflict: http.StatusConflict, CodeLanePaused: http.StatusConflict, CodeRunState: http.StatusConflict, CodeScenarioGone: http.StatusConflict,
	CodeKeyReused: http.StatusConflict, CodeBodyTooLarge: http.StatusRequestEntityTooLarge,
	CodeBodyUnreadable: http.StatusBadRequest, CodeHeadersTooLarge: http.StatusRequestHeaderFieldsTooLarge,
	CodeSignature: http.StatusUnauthorized, CodeSignatureStale: http.StatusUnauthorized,
	CodeSecretMissing: http.StatusServiceUnavailable, CodeSchemaRejected: http.StatusUnprocessableEntity,
	CodeHopsExceeded: http.StatusLoopDetected, CodeBusy: http.StatusServiceUnavailable, CodeChecks: http.StatusTooManyRequests,
	CodeDiskFull: http.StatusServiceUnavailable, CodeStoreFailed: http.StatusServiceUnavailable,
	CodeStoreAway: http.StatusServiceUnavailable, CodeStopping: http.StatusServiceUnavailable, CodeDamaged: http.StatusServiceUnavailable, CodeCookies: http.StatusServiceUnavailable,
	CodeMissing: http.StatusUnprocessableEntity, CodeDraftConflict: http.StatusPreconditionFailed,
	CodeIfMatch: http.StatusPreconditionRequired, CodeScenarioRunning: http.StatusConflict, CodeSourceUsed: http.StatusConflict, CodeRequestUsed: http.StatusConflict, CodeRequestChanged: http.StatusPreconditionFailed,
	CodeQuery: http.StatusUnprocessableEntity, CodeQueryText: http.StatusUnprocessableEntity,
	CodeLoginFailed: http.StatusUnauthorized, CodeLoginThrottled: http.StatusTooManyRequests,
	CodeSetupCode: http.StatusForbidden, CodeSetupDone: http.StatusConflict,
	// Not a 5xx: proxies put pages of their own over those.
	CodeMailRefused: http.StatusUnprocessableEntity, CodeMailUnset: http.StatusUnprocessableEntity,
	CodeMailUnreachable: http.StatusUnprocessableEntity, CodeMailSecurity: http.StatusUnprocessableEntity,
	CodeMailLogin: http.StatusUnprocessableEntity, CodeMailSender: http.StatusUnprocessableEntity,
	CodeMailSelfSigned: http.StatusUnprocessableEntity, CodeMailAuthority: http.StatusUnprocessableEntity, CodeMailExpired: http.StatusUnprocessableEntity, CodeMailName: http.StatusUnprocessableEntity,
	CodeMailRecipient: http.StatusUnprocessableEntity, CodeChannelRefused: http.StatusUnprocessableEntity,
	CodeChannelUnreachable: http.StatusUnprocessableEntity, CodeChannelKey: http.StatusUnprocessableEntity,
	CodeChannelToken: http.StatusUnprocessableEntity, CodeChannelChat: http.StatusUnprocessableEntity,
}

// Status is the HTTP status that an error of this code is answered with; codes
// that only stand in the history answer 500 when they leak into a reply.
func (c Code) Status() int {
	if s, ok := codeStatus[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Problem is one mistake in a document or request, with its place.
type Problem struct {
	// Pointer is a JSON Pointer (RFC 6901) into the document.
	Pointer string `json:"pointer"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
	// Values are what the texts of the code name {{0}}, {{1}} and so on: the
	// limit, the word that is wrong. They are numbers, texts or lists of texts.
	Values []any `json:"values,omitempty"`
	// Line and Column count from 1 in the text that was given; 0 means unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Document counts the documents of a call from 1.
	Document int `json:"document,omitempty"`
	// Expression is the template or condition that is wrong.
	Expression string `json:"expression,omitempty"`
	// Suggestion is the nearest thing that would be right.
	Suggestion string `json:"suggestion,omitempty"`
}

// Mistake is a problem at a place. Its message is in English; the values are
// the arguments of the format, in their order.
func Mistake(pointer string, code Code, format string, args ...any) Problem {
	p := Problem{Pointer: pointer, Code: code, Message: fmt.Sprintf(format, args...)}
	for _, a := range args {
		switch a := a.(type) {
		case int, int64, float64:
			p.Values = append(p.Values, a)
		case Term:
			p.Values = append(p.Values, a.Key)
		case Choice:
			p.Values = append(p.Values, []string(a))
		default:
			p.Values = append(p.Values, fmt.Sprint(a))
		}
	}
	return p
}

// Term is a word that the texts of other languages have as well, by its key.
type Term struct{ Key, English string }

func (t Term) String() string { return t.English }

// Choice is a list of words of which one is right.
type Choice []string

func (c Choice) String() string {
	if len(c) < 2 {
		return strings.Join(c, "")
	}
	return strings.Join(c[:len(c)-1], ", ") + " or " + c[len(c)-1]
}

// Error makes a problem a link of an error's chain.
func (p Problem) Error() string { return p.Message }

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", p.Line, p.Column)
	}
	if p.Pointer != "" {
		fmt.Fprintf(&b, "%s: ", p.Pointer)
	}
	b.WriteString(p.Message)
	if p.Expression != "" {
		fmt.Fprintf(&b, " in `%s`", p.Expression)
	}
	if p.Suggestion != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", p.Suggestion)
	}
	return b.String()
}

// Error is the error that crosses package borders. Message is for people, in
// English; the catalogue of [Explain] has both languages. Err is for the log
// only and never reaches a caller.
type Error struct {
	Code     Code
	Message  string
	Problems []Problem
	// After is when to try again at the earliest; 0 says nothing about it.
	After time.Duration
	Err   error
}

// Errorf makes an Error with a message; %w keeps the cause for the log.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Refuse makes an error of one mistake, which says more exactly what is wrong
// than the code that programs act upon. It stands in the error's chain.
func Refuse(code Code, m Problem) *Error { return &Error{Code: code, Message: m.Message, Err: m} }

func (e *Error) Error() string {
	if len(e.Problems) == 0 {
		return e.Message
	}
	lines := make([]string, 0, len(e.Problems)+1)
	if e.Message != "" {
		lines = append(lines, e.Message)
	}
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of err: of the [Error] in its chain, else CodeInternal.
// It is empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Passing tells whether an error is about the server or its database as they are
// now, and not about what was asked: asked again, it may well be answered.
func Passing(err error) bool {
	switch CodeOf(err) {
	case CodeBusy, CodeStoreAway, CodeStoreFailed, CodeStopping, CodeDiskFull:
		return true
	}
	return false
}

// EscapePointer makes a name one segment of a JSON Pointer (RFC 6901 §3).
func EscapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
