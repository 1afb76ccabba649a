// Package words says in words what the API answers in codes.
package words

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"gonets"
	"gonets/api"
)

// Reason are the codes of history in words.
func Reason(code gonets.Code) string {
	switch code {
	case gonets.CodeDNS:
		return "the address was not found"
	case gonets.CodeRefused:
		return "the service refuses connections"
	case gonets.CodeConnectTimeout:
		return "no connection came about in time"
	case gonets.CodeTLS:
		return "the service's certificate is not valid"
	case gonets.CodeNetwork:
		return "the service could not be reached"
	case gonets.CodeReset, gonets.CodeBadReply:
		return "the request left, but no complete answer came; the service may have done it"
	case gonets.CodeTimeout:
		return "the request left, but no answer came in time; the service may have done it"
	case gonets.CodeServerDied:
		return "our server stopped while the request was on its way; the service may have done it"
	case gonets.CodeCutOff:
		return "our server lost its database and cut the request; the service may have done it"
	case gonets.CodeNoRoom:
		return "the service answered, but our server's disk has no room for its long reply"
	case gonets.CodeReplyTooLarge:
		return "the reply is longer than the limit"
	case gonets.CodeReplyNotJSON:
		return "the reply is not JSON"
	case gonets.CodeHTTPStatus:
		return "the service answered with a status that is not a success"
	case gonets.CodeHTTPMoved:
		return "the service has moved; the request was not sent to the new address"
	case gonets.CodeExpired:
		return "what an earlier step gave is too old, the service says"
	case gonets.CodeAskFailed:
		return "nobody could tell whether the request was done"
	case gonets.CodeBodyRule:
		return "the reply does not meet the step's success rule"
	case gonets.CodeBlockedAddress:
		return "sending to this network is closed; --allow-network of serve opens it"
	case gonets.CodeBlockedURL:
		return "sending to this address is closed"
	case gonets.CodeTemplateFailed, gonets.CodeTemplateMissing, gonets.CodeTemplateLimit, gonets.CodeTemplateSyntax, gonets.CodeBadRequest:
		return "the request could not be built"
	case gonets.CodeSecretMissing:
		return "a secret that the step needs is not set"
	case gonets.CodeCancelled, gonets.CodeByPerson:
		return "a person decided so"
	case gonets.CodeScenarioGone:
		return "its scenario was deleted"
	case gonets.CodeStepFailed:
		return "a step ended the run as failed"
	case gonets.CodeTriesUsedUp:
		return "out of attempts"
	case gonets.CodeDeadline:
		return "the time for attempts is over"
	case gonets.CodeDamaged:
		return "what the database holds of its scenario is damaged; apply the scenario again, then resume"
	case gonets.CodeCookies:
		return "the cookies that it got cannot be opened; put the earlier key below the present one in secret.key and restart, then resume"
	case gonets.CodeCheckGoing:
		return "it is on its way"
	case gonets.CodeCheckLimit:
		return "the server ended it: it took too long or told too much"
	case gonets.CodeCheckLost:
		return "the server that ran it has gone"
	case gonets.CodePoison:
		return "the server died several times while working on it"
	case gonets.CodeLimitSteps:
		return "it took more steps than a run may"
	case gonets.CodeScenarioHeld:
		return "its scenario did not run when the event came"
	}
	return ""
}

// Because is a reason behind a state, words first, code for looking up.
func Because(code gonets.Code) string {
	if code == "" {
		return ""
	}
	if w := Reason(code); w != "" {
		return w + " (" + string(code) + ")"
	}
	return string(code)
}

// Mark says what a mark means.
func Mark(m gonets.Mark) string {
	switch m {
	case gonets.MarkUnparsed:
		return "the body is not what its type says; event.body is the text (body.unparsed)"
	case gonets.MarkDuplicateKeys:
		return "the JSON names a member twice; the last one counts (body.duplicate_keys)"
	case gonets.MarkMissing:
		return "a template met a value that is not there (template.missing)"
	case gonets.MarkNotKept:
		return "the disk was low: what it sent and received was not kept (disk.low)"
	case gonets.MarkCheck:
		return "made by a person to try something (check)"
	}
	return string(m)
}

// Outcome say how an attempt ended.
func Outcome(at *api.Attempt) string {
	switch at.Purpose {
	case gonets.PurposeAskDone:
		return "asked: the request was done, so it is not sent again"
	case gonets.PurposeAskNot:
		return "asked: the request was not done, so it is sent again"
	case gonets.PurposeAsk:
		return "asked whether the request was done, without an answer: " + plain(at)
	case gonets.PurposeRenew:
		return plain(at) + "; done again because its result was too old"
	}
	return plain(at)
}

func plain(at *api.Attempt) string {
	status := ""
	if at.Response != nil {
		status = fmt.Sprintf("HTTP %d", at.Response.Status)
	}
	detail := Reason(at.Code)
	switch at.Outcome {
	case gonets.OutcomeOK:
		return status + ", done"
	case gonets.OutcomeHTTP:
		return status + ", " + cmp.Or(detail, "that is not a success")
	case gonets.OutcomeBody:
		return status + ", but " + cmp.Or(detail, "the body is not what the step wants")
	case gonets.OutcomeNetwork:
		return "nothing was sent: " + cmp.Or(detail, "the service could not be reached")
	case gonets.OutcomeUnknown:
		return "outcome unknown: " + cmp.Or(detail, "the request left and no complete answer came")
	case gonets.OutcomeBlocked:
		if len(at.Redirects) > 0 {
			return "sent, but its redirect was refused: " + cmp.Or(detail, "sending there is closed")
		}
		return "not sent: " + cmp.Or(detail, "sending there is closed")
	case gonets.OutcomeTemplate:
		return "not sent: " + cmp.Or(detail, "the request could not be built")
	case gonets.OutcomeCancelled:
		return "ended before the answer came"
	}
	return string(at.Outcome)
}

// Took says how many attempts a run took that has ended; nothing of one.
func Took(r *api.RunSummary) string {
	if !r.State.Final() || r.Tries < 2 {
		return ""
	}
	return fmt.Sprintf("%d attempts", r.Tries)
}

// Waiting says what a run that waits waits for: a further try, which has a reason, or
// its time. How the last attempt ended says nothing: it may be an earlier step's.
func Waiting(r *api.RunSummary) string {
	switch {
	case r.State != gonets.RunWaiting || r.Tries == 0 && r.Reason == "" && !r.Asks:
		return State(r.State)
	case r.Asks:
		return "waiting to ask whether the request was done"
	}
	return "waiting for its next attempt"
}

// State say what a state means for the reader.
func State(s gonets.RunState) string {
	switch s {
	case gonets.RunHeld:
		return "held: its scenario did not run when the event came, and it waits to be released"
	case gonets.RunQueued:
		return "queued, waiting to be taken up"
	case gonets.RunRunning:
		return "running"
	case gonets.RunWaiting:
		return "waiting for its time"
	case gonets.RunPaused:
		return "paused: it waits for you and is kept without limit"
	case gonets.RunSucceeded:
		return "succeeded"
	case gonets.RunFailed:
		return "failed"
	case gonets.RunSkipped:
		return "skipped: a condition said no"
	case gonets.RunCancelled:
		return "cancelled"
	}
	return string(s)
}

// Wait says how its queue or the run in front holds a run up; empty when neither does.
func Wait(w *api.LaneWait) string {
	switch {
	case w == nil:
		return ""
	case w.Why == api.WaitOrder && w.RunState == gonets.RunPaused:
		return "it is behind " + w.Run + ", a run with the same order key that waits for you"
	case w.Why == api.WaitOrder:
		return "it is behind " + w.Run + ", a run with the same order key that is not done yet"
	case w.Why == api.LanePaused:
		return "its queue is paused"
	case w.Why == api.LaneClosed:
		return "its queue is closed: the service fails"
	}
	return "its queue is busy"
}

// Doubts say what an erasure cannot tell because it is damaged.
func Doubts(e *api.Erasure) (out []string) {
	if e.Damaged {
		out = append(out, "A part of what was counted cannot be read: there may have been more.")
	}
	if e.Unread > 0 {
		out = append(out, fmt.Sprintf("Cannot be read as a whole, so that nobody knows whether they, or what could not be reached behind them, hold it: %d", e.Unread))
	}
	return out
}

// Unread names the parts of a run that are damaged; empty when none is.
func Unread(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	names := map[string]string{"event": "its event", "results": "what its steps gave", "attempts": "its attempts",
		"version": "its version of the scenario", "acts": "what people did"}
	said := make([]string, len(parts))
	for i, part := range parts {
		said[i] = names[part]
	}
	return "cannot be read from the database, in part or as a whole: " + strings.Join(said, ", ")
}

// Rewrite says why the database's files still hold what was erased; empty when
// they do not.
func Rewrite(because string) string {
	switch because {
	case "":
		return ""
	case "large":
		return "The database is large: its file is rewritten at the next start of the server."
	case "room":
		return "The database's file still holds what was erased: the disk has no room to rewrite it. Make some, then start the server again."
	case "postgres":
		return "PostgreSQL keeps old versions of rows in its files until it cleans up: see docs/data.md."
	}
	return "The database's file still holds what was erased: it could not be rewritten. The next start of the server tries again."
}

// Stand says where so many runs stand that a mass action would meet, as far as its
// plan tells them apart: it knows the newest ones.
func Stand(p *api.BulkPlan, total int) string {
	var parts []string
	for i := range p.Groups[:min(len(p.Groups), maxStand)] {
		g := &p.Groups[i]
		parts = append(parts, fmt.Sprintf("%s of %s (%d)", stepName(g.Step, g.StepTitle), g.Scenario, g.Runs))
		total -= g.Runs
	}
	text := strings.Join(parts, ", ")
	if total > 0 {
		text += " and others"
	}
	return text
}

// maxStand bounds how many steps are named.
const maxStand = 10

// Told are why people were told, or why they could not be.
func Told(n *api.Told) string {
	if n.State != "sent" && n.LastError != "" {
		return n.LastError
	}
	return n.Cause
}

// Letter is how far a letter has come; one that waits says until when, by the clocks of a
// zone, and for what.
func Letter(n *api.Told, now time.Time, zone *time.Location) string {
	if n.DueAt == nil || !n.DueAt.After(now) {
		return n.State
	}
	text := n.State + " until " + n.DueAt.In(zone).Format("2006-01-02 15:04")
	if n.HeldBy != "" {
		text += ", " + strings.ReplaceAll(n.HeldBy, "_", " ")
	}
	return text
}

// Difference names what is not the same in two attempts.
func Difference(d *api.AttemptDifference, lines bool) string {
	name := d.Part
	switch {
	case d.Part == "body" && lines:
		name += " line " + d.Name
	case d.Name != "":
		name += " " + d.Name
	}
	if d.Usual {
		name += ", which is never the same"
	}
	return name
}

// Side is one half of a difference.
func Side(text *string) string {
	switch {
	case text == nil:
		return "(not there)"
	case *text == "":
		return "(empty)"
	}
	return *text
}

// Uncompared says why bodies are not compared; empty when they are.
func Uncompared(body string) string {
	switch body {
	case api.BodyTooLarge:
		return "The bodies are not compared: they are too large."
	case api.BodyBinary:
		return "The bodies are not compared: they are no text."
	case api.BodyGone:
		return "The bodies are not compared: one is not kept any more."
	}
	return ""
}

// Gone says why what an attempt sent and got cannot be seen; empty when it can.
func Gone(at *api.Attempt) string {
	switch {
	case at.Erased:
		return "What it sent and got was erased on request."
	case at.NotKept:
		return "Headers and bodies were not kept: the disk was low."
	}
	return ""
}

// Mistake says an error to somebody who typed a command: a mistake that is the whole
// answer once, and without its place in a request that he never saw.
func Mistake(err error) string {
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Message != e.Message {
		return err.Error()
	}
	p := e.Problems[0]
	p.Pointer, p.Line = "", 0
	if strings.Contains(p.Message, strings.TrimSuffix(p.Expression, ":")) {
		p.Expression = ""
	}
	return strings.Replace(err.Error(), e.Error(), p.String(), 1)
}
