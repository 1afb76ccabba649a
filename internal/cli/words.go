package cli

import (
	"fmt"

	"gonets"
	"gonets/api"
)

// reasonWords are the codes of history in words.
func reasonWords(code gonets.Code) string {
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
	case gonets.CodeReplyTooLarge:
		return "the reply is longer than the step's limit"
	case gonets.CodeReplyNotJSON:
		return "the reply is not JSON"
	case gonets.CodeHTTPStatus:
		return "the service answered with a status that is not a success"
	case gonets.CodeHTTPMoved:
		return "the service has moved; the request was not sent to the new address"
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
	case gonets.CodeStepFailed:
		return "a step ended the run as failed"
	case gonets.CodeTriesUsedUp:
		return "the tries are used up"
	case gonets.CodeDeadline:
		return "the time for tries is over"
	case gonets.CodePoison:
		return "the server died several times while working on it"
	case gonets.CodeLimitSteps:
		return "it took more steps than a run may"
	case gonets.CodeScenarioHeld:
		return "its scenario did not run when the event came"
	}
	return ""
}

// because is a reason behind a state, words first, code for looking up.
func because(code gonets.Code) string {
	if code == "" {
		return ""
	}
	if w := reasonWords(code); w != "" {
		return w + " (" + string(code) + ")"
	}
	return string(code)
}

func markWords(m gonets.Mark) string {
	switch m {
	case gonets.MarkUnparsed:
		return "the body is not what its type says; event.body is the text (body.unparsed)"
	case gonets.MarkDuplicateKeys:
		return "the JSON names a member twice; the last one counts (body.duplicate_keys)"
	case gonets.MarkMissing:
		return "a template met a value that is not there (template.missing)"
	case gonets.MarkCheck:
		return "made by a person to try something (check)"
	}
	return string(m)
}

// outcomeWords say how an attempt ended.
func outcomeWords(at *api.Attempt) string {
	status := ""
	if at.Response != nil {
		status = fmt.Sprintf("HTTP %d", at.Response.Status)
	}
	detail := reasonWords(at.Code)
	switch at.Outcome {
	case gonets.OutcomeOK:
		return status + ", done"
	case gonets.OutcomeHTTP:
		return status + ", " + first(detail, "that is not a success")
	case gonets.OutcomeBody:
		return status + ", but " + first(detail, "the body is not what the step wants")
	case gonets.OutcomeNetwork:
		return "nothing was sent: " + first(detail, "the service could not be reached")
	case gonets.OutcomeUnknown:
		return "outcome unknown: " + first(detail, "the request left and no complete answer came")
	case gonets.OutcomeBlocked:
		if len(at.Redirects) > 0 {
			return "sent, but its redirect was refused: " + first(detail, "sending there is closed")
		}
		return "not sent: " + first(detail, "sending there is closed")
	case gonets.OutcomeTemplate:
		return "not sent: " + first(detail, "the request could not be built")
	case gonets.OutcomeCancelled:
		return "ended before the answer came"
	}
	return string(at.Outcome)
}

// stepWords say how a step stands.
func stepWords(s *api.Step, run *api.Run) (string, colour) {
	switch s.State {
	case string(gonets.StepDone):
		return "done", green
	case string(gonets.StepSkipped):
		if len(s.Attempts) > 0 || len(s.Value) > 0 {
			return "skipped by a person", grey
		}
		return "skipped, its condition said no", grey
	case string(gonets.StepFailed):
		return "failed; the run went on", red
	case api.StepActive:
		return "the run stands here", stateColour(string(run.State))
	}
	return "not reached", grey
}

// stateWords say what a state means for the reader.
func stateWords(s gonets.RunState) string {
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
