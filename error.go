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
	CodeDiskFull         Code = "store.disk_full"
	CodeStoreFailed      Code = "store.failed"
	CodeStoreAway        Code = "store.away"
	CodeStopping         Code = "stopping"
	CodeLoginFailed      Code = "login.failed"
	CodeLoginThrottled   Code = "login.throttled"
	CodeSetupCode        Code = "setup.code"
	CodeSetupDone        Code = "setup.done"
)

// The codes of those who edit documents.
const (
	// CodeMissing marks what has to be filled in before a draft is published.
	CodeMissing         Code = "missing"
	CodeDraftConflict   Code = "draft.conflict"
	CodeIfMatch         Code = "if_match.missing"
	CodeScenarioRunning Code = "scenario.running"
	CodeSourceUsed      Code = "source.used"
	CodeMailRefused     Code = "mail.refused"
	CodeMailUnset       Code = "mail.unset"
	CodeMailUnreachable Code = "mail.unreachable"
	CodeMailSecurity    Code = "mail.security"
	CodeMailLogin       Code = "mail.login"
	CodeMailSender      Code = "mail.sender"
	CodeMailRecipient   Code = "mail.recipient"
)

// The codes of questions about runs; all but the first stand in its problems.
const (
	CodeQuery      Code = "query.invalid"
	CodeQueryKey   Code = "query.key"
	CodeQueryValue Code = "query.value"
	CodeQueryQuote Code = "query.quote"
	CodeQueryTwice Code = "query.twice"
	CodeQueryLong  Code = "query.long"
	CodeQueryText Code = "query.text"
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
	CodeReplyTooLarge  Code = "reply.too_large"
	CodeReplyNotJSON   Code = "reply.not_json"
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
	CodeLimitSteps     Code = "run.too_many_steps"
	CodeByPerson       Code = "by_person"
	CodeScenarioHeld   Code = "scenario.not_running"
)

// codeStatus is the HTTP status of every code that can answer a request.
// Faults of ours are never a 4xx.
var codeStatus = map[Code]int{
	CodeInternal: http.StatusInternalServerError, CodeInvalid: http.StatusUnprocessableEntity,
	CodeUnknownKey: http.StatusUnprocessableEntity, CodeTemplateSyntax: http.StatusUnprocessableEntity,
	CodeTemplateFailed: http.StatusUnprocessableEntity, CodeTemplateMissing: http.StatusUnprocessableEntity,
	CodeTemplateLimit: http.StatusUnprocessableEntity,
	CodeNotFound:      http.StatusNotFound, CodeAddressUnknown: http.StatusNotFound,
	CodeMethodNotAllowed: http.StatusMethodNotAllowed, CodeUnauthorized: http.StatusUnauthorized,
	CodeForbidden: http.StatusForbidden, CodeConflict: http.StatusConflict, CodeRunState: http.StatusConflict,
	CodeKeyReused: http.StatusConflict, CodeBodyTooLarge: http.StatusRequestEntityTooLarge,
	CodeBodyUnreadable: http.StatusBadRequest, CodeHeadersTooLarge: http.StatusRequestHeaderFieldsTooLarge,
	CodeSignature: http.StatusUnauthorized, CodeSignatureStale: http.StatusUnauthorized,
	CodeSecretMissing: http.StatusServiceUnavailable, CodeSchemaRejected: http.StatusUnprocessableEntity,
	CodeHopsExceeded: http.StatusLoopDetected, CodeBusy: http.StatusServiceUnavailable,
	CodeDiskFull: http.StatusServiceUnavailable, CodeStoreFailed: http.StatusServiceUnavailable,
	CodeStoreAway: http.StatusServiceUnavailable,
	CodeStopping:  http.StatusServiceUnavailable,
	CodeMissing:   http.StatusUnprocessableEntity, CodeDraftConflict: http.StatusPreconditionFailed,
	CodeIfMatch: http.StatusPreconditionRequired, CodeScenarioRunning: http.StatusConflict, CodeSourceUsed: http.StatusConflict,
	CodeQuery: http.StatusUnprocessableEntity, CodeQueryText: http.StatusUnprocessableEntity,

	CodeLoginFailed: http.StatusUnauthorized, CodeLoginThrottled: http.StatusTooManyRequests,
	CodeSetupCode: http.StatusForbidden, CodeSetupDone: http.StatusConflict,
	// Not a 5xx: proxies put pages of their own over those.
	CodeMailRefused: http.StatusUnprocessableEntity, CodeMailUnset: http.StatusUnprocessableEntity,
	CodeMailUnreachable: http.StatusUnprocessableEntity, CodeMailSecurity: http.StatusUnprocessableEntity,
	CodeMailLogin: http.StatusUnprocessableEntity, CodeMailSender: http.StatusUnprocessableEntity,
	CodeMailRecipient: http.StatusUnprocessableEntity,
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
