package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gonets"
	"gonets/internal/export"
	"gonets/internal/httpapi/ask"
	"gonets/internal/httpapi/audit"
	"gonets/internal/httpapi/checking"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/httpapi/flows"
	"gonets/internal/httpapi/publishing"
	"gonets/internal/httpapi/ready"
	"gonets/internal/httpapi/saved"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
	"gonets/internal/httpapi/wire"
)

// Right is what a caller must be allowed to do.
type Right = gonets.Right

// The rights, from the least to the most.
const (
	RightNone    = gonets.RightNone
	RightView    = gonets.RightView
	RightOperate = gonets.RightOperate
	RightEdit    = gonets.RightEdit
	RightAdmin   = gonets.RightAdmin
)

// Route is one operation of the interface.
type Route struct {
	Method      string
	Path        string
	Right       Right
	ID          string
	Summary     string
	Description string
	// Status is the status of success; 0 is 200 with a body, 204 without.
	Status int
	// Open says why a change needs no right.
	Open string

	register func(*server, huma.API, huma.Operation)
	tune     func(*huma.Operation)
}

// noun is the first part of the path after the version.
func (r *Route) noun() string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(r.Path, base+"/"), "/")
	return noun
}

const base = "/api/v1"

// Routes are all operations, on one screen.
func Routes() []Route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	return []Route{
		{Method: get, Path: base + "/session", Right: RightNone, ID: "get-session", Summary: "Read who is logged in and how the server is reached", register: handle((*server).getSession)},
		{Method: post, Path: base + "/setup", Right: RightNone, Open: "it takes the set-up code", ID: "setup", Summary: "Make the owner with the set-up code and log in", Status: http.StatusCreated, register: handle((*server).setup), tune: bodyLimit(maxLogInBody)},
		{Method: post, Path: base + "/session", Right: RightNone, Open: "it takes a password", ID: "log-in", Summary: "Log in", register: handle((*server).logIn), tune: bodyLimit(maxLogInBody)},
		{Method: del, Path: base + "/session", Right: RightNone, Open: "it ends the caller's own session", ID: "log-out", Summary: "Log out of this browser", register: handle((*server).logOut)},
		{Method: del, Path: base + "/sessions", Right: RightView, ID: "log-out-everywhere", Summary: "Log out of all browsers", register: handle((*server).logOutEverywhere),
			Description: "With the owner's token everybody is logged out."},
		{Method: get, Path: base + "/me/views", Right: RightView, ID: "list-views", Summary: "List the questions of the history that one keeps under names", register: handle((*server).listViews)},
		{Method: put, Path: base + "/me/views", Right: RightView, ID: "keep-views", Summary: "Keep other questions of the history in place of one's own", register: handle((*server).keepViews)},
		{Method: patch, Path: base + "/me", Right: RightView, ID: "change-me", Summary: "Change one's own login, password, e-mail address, language or theme", register: handle((*server).changeMe), tune: bodyLimit(maxLogInBody)},
		{Method: get, Path: base + "/users", Right: RightAdmin, ID: "list-users", Summary: "List who may log in", register: handle((*server).listUsers)},
		{Method: post, Path: base + "/users", Right: RightAdmin, ID: "create-user", Summary: "Make the owner without the set-up code", Status: http.StatusCreated, register: handle((*server).createUser), tune: bodyLimit(maxLogInBody)},
		{Method: put, Path: base + "/users/{id}/password", Right: RightAdmin, ID: "put-password", Summary: "Replace a forgotten password; takes the owner's token", register: handle((*server).putPassword), tune: bodyLimit(maxLogInBody)},

		{Method: post, Path: base + "/apply", Right: RightEdit, ID: "apply", Summary: "Apply documents in one commit", register: handle((*server).apply), tune: documents},
		{Method: post, Path: base + "/validate", Right: RightView, ID: "validate", Summary: "Check documents without applying them", register: handle((*server).validate), tune: documents},
		{Method: post, Path: base + "/diff", Right: RightView, ID: "diff", Summary: "Compare documents with what the server has", register: handle((*server).diff), tune: documents},
		{Method: get, Path: base + "/export", Right: RightView, ID: "export", Summary: "Write documents as YAML", register: handle(within((*server).shelf, shelf.Room.Export)), tune: answers("application/yaml")},

		{Method: get, Path: base + "/scenarios", Right: RightView, ID: "list-scenarios", Summary: "List scenarios", register: handle((*server).listScenarios)},
		{Method: post, Path: base + "/scenarios", Right: RightEdit, ID: "create-scenario", Summary: "Make a scenario that is a draft", Status: http.StatusCreated, register: handle((*server).createScenario), tune: bodyLimit(maxDraft)},
		{Method: get, Path: base + "/scenarios/{name}/draft", Right: RightView, ID: "get-draft", Summary: "Read what people work on, with what is wrong with it", register: handle((*server).getDraft)},
		{Method: put, Path: base + "/scenarios/{name}/draft", Right: RightEdit, ID: "put-draft", Summary: "Save a draft, incomplete as it may be", register: handle((*server).putDraft), tune: bodyLimit(maxDraft),
			Description: "Whoever began from another state than If-Match names gets 412 draft.conflict with the present draft in current. Runs are not touched: they follow what is published."},
		{Method: del, Path: base + "/scenarios/{name}/draft", Right: RightEdit, ID: "drop-draft", Summary: "Drop the changes that are not published", register: handle((*server).dropDraft)},
		{Method: post, Path: base + "/scenarios/{name}/publish", Right: RightEdit, ID: "publish-scenario", Summary: "Make the draft the next version, in one commit", register: handle((*server).publish)},
		{Method: get, Path: base + "/scenarios/{name}/changes", Right: RightView, ID: "get-scenario-changes", Summary: "Tell how two states of a scenario differ", register: handle((*server).getChanges)},
		{Method: post, Path: base + "/scenarios/{name}/compare", Right: RightView, ID: "compare-scenario", Summary: "Play the last events through a draft and tell what would be sent otherwise; nothing is sent", register: handle(within((*server).publishing, publishing.Room.Compare)), tune: bodyLimit(gonets.MaxDocumentBytes + maxBody),
			Description: "Services answer as they answered the runs of these events; behind a step that was never answered nothing is known. What belongs to one run is no difference: Idempotency-Key, traceparent, Date, the boundary of a multipart body, the order of JSON members, what is masked on both sides."},
		{Method: post, Path: base + "/scenarios/{name}/rollback", Right: RightEdit, ID: "roll-back-scenario", Summary: "Make a version the draft; publish it afterwards", register: handle((*server).rollback)},
		{Method: del, Path: base + "/scenarios/{name}", Right: RightEdit, ID: "delete-scenario", Summary: "Delete a scenario that does not work; what waits of it is cancelled, its history stays", register: handle((*server).deleteScenario)},
		{Method: get, Path: base + "/scenarios/{name}/yaml", Right: RightView, ID: "get-draft-yaml", Summary: "Read the draft as YAML, with its comments", register: handle((*server).getYAML), tune: answers("text/yaml")},
		{Method: put, Path: base + "/scenarios/{name}/yaml", Right: RightEdit, ID: "put-draft-yaml", Summary: "Save a draft written as YAML", register: handle((*server).putYAML), tune: documents},
		{Method: get, Path: base + "/scenarios/{name}", Right: RightView, ID: "get-scenario", Summary: "Read a scenario", register: handle((*server).getScenario), tune: conditional},
		{Method: post, Path: base + "/scenarios/{name}/start", Right: RightOperate, ID: "start-scenario", Summary: "Start a scenario", register: handle((*server).startScenario),
			Description: "What was held while it did not run stays held unless release_held is true."},
		{Method: post, Path: base + "/scenarios/{name}/stop", Right: RightOperate, ID: "stop-scenario", Summary: "Stop a scenario; what comes in is held, unfinished runs go on after its start", register: handle((*server).stopScenario)},
		{Method: get, Path: base + "/scenarios/{name}/ready", Right: RightView, ID: "get-readiness", Summary: "Tell whether a scenario can be left to work by itself", Description: "Eight points, each judged by what the server saw. What was seen of the world outside counts for 30 days, a check or a run for the steps with which it was made.", register: handle(within((*server).readiness, ready.Room.Look))},
		{Method: get, Path: base + "/scenarios/{name}/versions", Right: RightView, ID: "list-versions", Summary: "List a scenario's versions, newest first", register: handle((*server).listVersions)},
		{Method: get, Path: base + "/scenarios/{name}/versions/{version}", Right: RightView, ID: "get-version", Summary: "Read a version", register: handle((*server).getVersion)},
		{Method: get, Path: base + "/scenarios/{name}/flow", Right: RightView, ID: "get-scenario-flow", Summary: "Tell how runs of the last 24 hours went from step to step", register: handle(within((*server).flows, flows.Room.Read))},

		{Method: get, Path: base + "/sources", Right: RightView, ID: "list-sources", Summary: "List sources with their addresses", register: handle((*server).listSources)},
		{Method: get, Path: base + "/presets", Right: RightView, ID: "list-presets", Summary: "List the services that a source may be made for", register: handle((*server).listPresets)},
		{Method: get, Path: base + "/kinds", Right: RightView, ID: "list-kinds", Summary: "List the kinds of steps with all their fields", register: handle((*server).listKinds)},
		{Method: post, Path: base + "/sources", Right: RightEdit, ID: "create-source", Summary: "Make a source with an address", Status: http.StatusCreated, register: handle((*server).createSource)},
		{Method: put, Path: base + "/sources/{name}", Right: RightEdit, ID: "put-source", Summary: "Replace a source's document; its addresses stay", register: handle((*server).putSource)},
		{Method: del, Path: base + "/sources/{name}", Right: RightEdit, ID: "delete-source", Summary: "Delete a source that no scenario uses, with its addresses", register: handle((*server).deleteSource)},
		{Method: post, Path: base + "/sources/{name}/addresses", Right: RightEdit, ID: "add-address", Summary: "Give a source a further address", Status: http.StatusCreated, register: handle((*server).addAddress)},
		{Method: del, Path: base + "/sources/{name}/addresses/{n}", Right: RightEdit, ID: "retire-address", Summary: "Make one of a source's addresses unknown; the last one stays", register: handle((*server).retireAddress)},
		{Method: get, Path: base + "/sources/{name}", Right: RightView, ID: "get-source", Summary: "Read a source", register: handle((*server).getSource), tune: conditional},
		{Method: get, Path: base + "/sources/{name}/samples", Right: RightView, ID: "list-samples", Summary: "Read a source's last events", register: handle((*server).listSamples)},
		{Method: get, Path: base + "/sources/{name}/onec", Right: RightView, ID: "get-source-onec", Summary: "Read code for 1C:Enterprise that sends an event to a source, secrets as ***", register: handle((*server).sourceOneC), tune: answers("text/plain")},
		{Method: get, Path: base + "/sources/{name}/fields", Right: RightView, ID: "get-fields", Summary: "Tell what in a source's events is not as usual", register: handle((*server).sourceFields),
			Description: "Names and types of fields are learned from the last events, values are not. A field is missing, or of another type, when several events in a row are unlike those before."},
		{Method: post, Path: base + "/sources/{name}/fields/accept", Right: RightOperate, ID: "accept-fields", Summary: "Make the fields that come now the usual ones", register: handle((*server).acceptFields)},
		{Method: post, Path: base + "/sources/{name}/silence/accept", Right: RightOperate, ID: "accept-silence", Summary: "Say that a source's silence is all right; its next one is another", register: handle((*server).acceptSilence)},
		{Method: post, Path: base + "/sources/{name}/events", Right: RightOperate, ID: "send-event", Summary: "Make an event by hand", Status: http.StatusCreated, register: handle((*server).sendEvent), tune: bodyLimit(gonets.MaxIngestBody * 2)},

		{Method: get, Path: base + "/requests", Right: RightView, ID: "list-requests", Summary: "List saved requests with the scenarios that send them", register: handle(within((*server).requests, saved.Room.List))},
		{Method: post, Path: base + "/requests", Right: RightEdit, ID: "create-request", Summary: "Make a saved request", Status: http.StatusCreated, register: handle(within((*server).requests, saved.Room.Create))},
		{Method: get, Path: base + "/requests/{name}", Right: RightView, ID: "get-request", Summary: "Read a saved request", register: handle(within((*server).requests, saved.Room.Get))},
		{Method: put, Path: base + "/requests/{name}", Right: RightEdit, ID: "put-request", Summary: "Replace a saved request's document; what is published sends the one of before until its changes are applied", register: handle(within((*server).requests, saved.Room.Put))},
		{Method: del, Path: base + "/requests/{name}", Right: RightEdit, ID: "delete-request", Summary: "Delete a saved request that no scenario sends", register: handle(within((*server).requests, saved.Room.Delete))},
		{Method: post, Path: base + "/requests/{name}/preview", Right: RightView, ID: "preview-request", Summary: "Show what a saved request would send, without sending it", register: handle(within((*server).requests, saved.Room.Preview))},
		{Method: post, Path: base + "/requests/{name}/check", Right: RightOperate, ID: "check-request", Summary: "Send a saved request now, once; the answer is a stream as that of check", register: handle((*server).checkRequest), tune: streamed},

		{Method: get, Path: base + "/events", Right: RightView, ID: "list-events", Summary: "List events, newest first", register: handle((*server).listEvents)},
		{Method: get, Path: base + "/events/{id}", Right: RightView, ID: "get-event", Summary: "Read an event", register: handle((*server).getEvent)},
		{Method: get, Path: base + "/events/{id}/raw", Right: RightView, ID: "get-event-raw", Summary: "Read an event's body byte for byte", register: handle((*server).getEventRaw), tune: answers("application/octet-stream")},

		{Method: get, Path: base + "/runs", Right: RightView, ID: "list-runs", Summary: "List runs", register: handle((*server).listRuns)},
		{Method: get, Path: base + "/runs/count", Right: RightView, ID: "count-runs", Summary: "Count runs, up to 10 000", register: handle((*server).countRuns)},
		{Method: get, Path: base + "/runs/chart", Right: RightView, ID: "chart-runs", Summary: "Tell how runs went over time", register: handle((*server).chartRuns),
			Description: "One answer looks at a bounded number of runs; next leads to the older bars. Without a beginning the period is a day."},
		{Method: get, Path: base + "/runs/export", Right: RightView, ID: "export-runs", Summary: "Write runs into a file for other programs, secrets as ***", register: handle((*server).exportRuns), tune: exported},
		{Method: get, Path: base + "/runs/{id}", Right: RightView, ID: "get-run", Summary: "Read everything about a run", register: handle((*server).getRun)},
		{Method: get, Path: base + "/runs/{id}/variables", Right: RightView, ID: "list-run-variables", Summary: "Read what each step of a run made known", register: handle((*server).runVariables)},
		{Method: get, Path: base + "/runs/{id}/attempts/{n}/curl", Right: RightView, ID: "get-attempt-curl", Summary: "Read an attempt's request as a command for bash, secrets as ***", register: handle(attemptFile(wire.Curl)), tune: answers("text/plain")},
		{Method: get, Path: base + "/runs/{id}/attempts/{n}/onec", Right: RightView, ID: "get-attempt-onec", Summary: "Read an attempt's request as code for 1C:Enterprise, secrets as ***", register: handle(attemptFile(wire.OneC)), tune: answers("text/plain")},
		{Method: get, Path: base + "/runs/{id}/attempts/{n}/compare", Right: RightView, ID: "compare-attempt", Summary: "Tell in what an attempt differs from the last one of its step that went well", register: handle((*server).compareAttempt)},
		{Method: get, Path: base + "/runs/{id}/attempts/{n}/reply", Right: RightView, ID: "get-attempt-reply", Summary: "Read the body of an attempt's reply byte for byte, as a file", register: handle(attemptFile(wire.Reply)), tune: answers("application/octet-stream")},
		{Method: post, Path: base + "/runs/{id}/resume", Right: RightOperate, ID: "resume-run", Summary: "Go on from the failed step", register: handle((*server).resumeRun)},
		{Method: post, Path: base + "/runs/{id}/skip", Right: RightOperate, ID: "skip-step", Summary: "Go on behind the step at which a paused run stands", register: handle((*server).skipStep)},
		{Method: post, Path: base + "/runs/{id}/send-now", Right: RightOperate, ID: "send-run-now", Summary: "Skip the wait", register: handle((*server).sendRunNow)},
		{Method: post, Path: base + "/runs/{id}/retry-policy", Right: RightOperate, ID: "change-retries", Summary: "Change the rest of the attempts of a run that waits for a retry or for a person", register: handle((*server).changeRetries),
			Description: "The delays and the deadline of the step at which the run stands are other ones for this run alone; it keeps its version. A waiting run is tried again after the first delay."},
		{Method: post, Path: base + "/runs/{id}/rerun", Right: RightOperate, ID: "rerun", Summary: "Make a new run of the same event, or of changed data", Status: http.StatusCreated, register: handle((*server).rerun), tune: bodyLimit(gonets.MaxIngestBody * 2)},
		{Method: post, Path: base + "/runs/{id}/cancel", Right: RightOperate, ID: "cancel-run", Summary: "End a run", register: handle((*server).cancelRun)},
		{Method: post, Path: base + "/runs/{id}/cancel-retries", Right: RightOperate, ID: "cancel-retries", Summary: "Cancel the retries; the run then waits for a person", register: handle((*server).cancelRetries)},
		{Method: post, Path: base + "/runs/actions", Right: RightOperate, ID: "act-on-runs", Summary: "Do one thing to up to 1000 runs", register: handle((*server).actOnRuns)},

		{Method: post, Path: base + "/bulk", Right: RightOperate, ID: "create-bulk", Summary: "Do one thing to all runs that match, at a rate", Status: http.StatusCreated, register: handle((*server).newBulk), tune: dry,
			Description: "The server works on the runs that match now, oldest first; new runs are not met. It goes on after a restart, and on another server when this one dies. With dry nothing is done."},
		{Method: get, Path: base + "/bulk", Right: RightView, ID: "list-bulk", Summary: "List mass actions, newest first", register: handle((*server).listBulks)},
		{Method: get, Path: base + "/bulk/{id}", Right: RightView, ID: "get-bulk", Summary: "Read how far a mass action is", register: handle((*server).getBulk)},
		{Method: post, Path: base + "/bulk/{id}/pause", Right: RightOperate, ID: "pause-bulk", Summary: "Hold a mass action", register: handle((*server).holdBulk)},
		{Method: post, Path: base + "/bulk/{id}/go-on", Right: RightOperate, ID: "go-on-bulk", Summary: "Let a mass action go on", register: handle((*server).goOnWithBulk)},
		{Method: post, Path: base + "/bulk/{id}/stop", Right: RightOperate, ID: "stop-bulk", Summary: "End a mass action; what it did stays", register: handle((*server).stopBulk)},

		{Method: post, Path: base + "/preview", Right: RightView, ID: "preview-step", Summary: "Show what a step of a draft would send, without sending it", register: handle((*server).preview), tune: bodyLimit(maxRehearsed)},
		{Method: post, Path: base + "/rehearse", Right: RightView, ID: "rehearse", Summary: "Tell what would become of an event while services fail, hour by hour; nothing is sent", register: handle((*server).foretell), tune: bodyLimit(maxRehearsed)},
		{Method: post, Path: base + "/check", Right: RightOperate, ID: "check", Summary: "Try a draft or one step of it now, once", register: handle((*server).check), tune: streamed,
			Description: "The answer is a stream of CheckLine objects, one a line. Only the steps named in really are sent; closing the connection ends the check, unless it goes_on. It is kept as a run with the mark check, which lists show only when they are asked for it."},
		{Method: get, Path: base + "/checks", Right: RightView, ID: "list-going-checks", Summary: "List the checks of all servers that go on without a reader, and those that were lost with their server", register: handle(within((*server).checks, (*checking.Room).List))},
		{Method: get, Path: base + "/checks/{id}", Right: RightView, ID: "follow-check", Summary: "Follow such a check of this server from its first line on, as a stream of CheckLine objects", register: handle(within((*server).checks, (*checking.Room).Follow)), tune: answers("application/x-ndjson")},
		{Method: post, Path: base + "/checks/{id}/cancel", Right: RightOperate, ID: "cancel-check", Summary: "End a check that is on its way, on whichever server it is; one that was lost leaves the list", register: handle(within((*server).checks, (*checking.Room).Cancel))},
		{Method: get, Path: base + "/scenarios/{name}/examples", Right: RightView, ID: "list-examples", Summary: "List the replies that previews and checks of a scenario's steps read", register: handle((*server).listExamples)},
		{Method: put, Path: base + "/scenarios/{name}/examples", Right: RightEdit, ID: "put-example", Summary: "Let previews and checks of a step read this reply instead of its last one", register: handle((*server).keepExample)},
		{Method: del, Path: base + "/scenarios/{name}/examples", Right: RightEdit, ID: "delete-example", Summary: "Let previews and checks of a step read its last reply again", register: handle((*server).dropExample)},
		{Method: post, Path: base + "/curl", Right: RightView, ID: "read-curl", Summary: "Make a step of a command of curl", register: handle((*server).readCurl), tune: bodyLimit(2 * maxBody)},

		{Method: get, Path: base + "/settings", Right: RightView, ID: "get-settings", Summary: "Read the settings", register: handle((*server).getSettings)},
		{Method: put, Path: base + "/settings", Right: RightAdmin, ID: "put-settings", Summary: "Replace the settings", register: handle((*server).putSettings),
			Description: "Whoever began from other settings than If-Match names gets 412 draft.conflict, and nothing is saved."},
		{Method: get, Path: base + "/secrets", Right: RightView, ID: "list-secrets", Summary: "List the names of secrets", register: handle((*server).listSecrets)},
		{Method: put, Path: base + "/secrets/{name}", Right: RightAdmin, ID: "put-secret", Summary: "Set a secret", register: handle((*server).putSecret)},
		{Method: put, Path: base + "/secrets/{name}/end", Right: RightAdmin, ID: "put-secret-end", Summary: "Say until when a secret's value is good", register: handle((*server).putSecretEnd)},
		{Method: del, Path: base + "/secrets/{name}", Right: RightAdmin, ID: "delete-secret", Summary: "Delete a secret", register: handle((*server).deleteSecret)},

		{Method: post, Path: base + "/erasures", Right: RightAdmin, ID: "create-erasure", Summary: "Look for one person everywhere; nothing is erased yet", Status: http.StatusCreated, register: handle((*server).newErasure),
			Description: "The server looks through everything that is kept. Then the erasure waits, at most a day, for a confirmation with the value. The value is encrypted meanwhile, and forgotten at the end."},
		{Method: get, Path: base + "/erasures", Right: RightAdmin, ID: "list-erasures", Summary: "List erasures, newest first", register: handle((*server).listErasures)},
		{Method: get, Path: base + "/erasures/{id}", Right: RightAdmin, ID: "get-erasure", Summary: "Read how far an erasure is, and what it found", register: handle((*server).getErasure)},
		{Method: post, Path: base + "/erasures/{id}/confirm", Right: RightAdmin, ID: "confirm-erasure", Summary: "Erase what was found", register: handle((*server).confirmErasure),
			Description: "Notes take the place of contents; counts, states and times stay. It goes on after a restart and cannot be undone."},
		{Method: post, Path: base + "/erasures/{id}/drop", Right: RightAdmin, ID: "drop-erasure", Summary: "End an erasure; what it erased stays erased", register: handle((*server).dropErasure)},

		{Method: get, Path: base + "/notices", Right: RightView, ID: "list-notices", Summary: "List what people were told of errors, newest first", register: handle((*server).listNotices)},
		{Method: post, Path: base + "/notices/test", Right: RightAdmin, ID: "test-channel", Summary: "Send a test through a channel of the settings", register: handle((*server).testChannel),
			Description: "Sends a test through mail or a channel that the stored settings name. A refusal is mail.refused or channel.refused with what was answered; its one problem names the kind of failure (channel.unreachable, channel.key, channel.token, channel.chat) and the member of the channel that it concerns."},
		{Method: post, Path: base + "/mail/test", Right: RightAdmin, ID: "test-mail", Summary: "Send a test letter", register: handle((*server).testMail),
			Description: "Tries the mail settings of the call, or the stored ones. A refusal is mail.refused with what the mail server said; its one problem names the kind of failure (mail.unreachable, mail.security, mail.self_signed, mail.unknown_authority, mail.certificate_expired, mail.certificate_name, mail.login, mail.sender, mail.recipient) and the member that it concerns."},
		{Method: get, Path: base + "/lanes", Right: RightView, ID: "list-lanes", Summary: "List the services to which requests go, with what waits for each", register: handle((*server).listLanes)},
		{Method: get, Path: base + "/lanes/lane", Right: RightView, ID: "get-lane", Summary: "Read the queue to one service", register: handle((*server).getLane)},
		{Method: put, Path: base + "/lanes/limits", Right: RightEdit, ID: "limit-lane", Summary: "Set how much one service gets at once; the settings keep it", register: handle((*server).limitLane)},
		{Method: post, Path: base + "/lanes/actions", Right: RightOperate, ID: "act-on-lane", Summary: "Pause, resume, try or drain the queue to a service", register: handle((*server).actOnLane),
			Description: "A paused queue sends nothing until a person resumes it. No run uses up an attempt meanwhile."},
		{Method: get, Path: base + "/echo", Right: RightView, ID: "list-echo", Summary: "List the addresses of the test receiver that are in use", register: handle(within((*server).echo, echoes.Room.List))},
		{Method: get, Path: base + "/echo/{name}", Right: RightView, ID: "get-echo", Summary: "Read what came to an address of the test receiver of the server that answers", register: handle(within((*server).echo, echoes.Room.Get))},
		{Method: get, Path: base + "/echo/{name}/requests/{n}", Right: RightView, ID: "get-echo-request", Summary: "Read one of what came to an address of the test receiver, whole", register: handle(within((*server).echo, echoes.Room.Request))},
		{Method: put, Path: base + "/echo/{name}/script", Right: RightOperate, ID: "put-echo-script", Summary: "Say how an address of the test receiver answers", register: handle(within((*server).echo, echoes.Room.Put))},
		{Method: del, Path: base + "/echo/{name}/requests", Right: RightOperate, ID: "forget-echo", Summary: "Forget what came to an address of the test receiver", register: handle(within((*server).echo, echoes.Room.Forget))},
		{Method: get, Path: base + "/audit", Right: RightAdmin, ID: "list-audit", Summary: "List who did what, newest first; a page may be short, and its next goes on", register: handle(within((*server).audit, audit.Room.List))},
		{Method: get, Path: base + "/reconciliation", Right: RightView, ID: "reconcile", Summary: "Count what came in and what became of it, by day and source", register: handle((*server).reconcile),
			Description: "All that was received is done, skipped, waiting, held, paused, failed, cancelled, unused or expired. What came in and what succeeded is counted in the commits that store it, the rest from the runs that are there: adds_up says whether both agree. Counts stay when retention removes the history, for 400 days."},
		{Method: get, Path: base + "/reconciliation/export", Right: RightView, ID: "export-reconciliation", Summary: "Write the same as a table (CSV)", register: handle((*server).exportReconciliation), tune: answers(export.MediaType(export.CSV))},
		{Method: get, Path: base + "/stats", Right: RightView, ID: "get-stats", Summary: "Count what the database holds", register: handle((*server).getStats)},
		{Method: get, Path: base + "/storage", Right: RightView, ID: "get-storage", Summary: "Read how much room there is, what the history takes and what goes next", register: handle((*server).getStorage)},
		{Method: post, Path: base + "/storage/clean", Right: RightAdmin, ID: "clean-storage", Summary: "Remove now what is older or more than the settings keep", register: handle((*server).cleanStorage)},
		{Method: get, Path: base + "/changes", Right: RightView, ID: "watch-changes", Summary: "Follow hints about changes", register: handle((*server).watchChanges), tune: answers("text/event-stream"),
			Description: "Server-sent events named \"change\"; data is a Changes object, gathered for 250 ms. Hints may be missing: read again what matters, and after a reconnect too."},
		{Method: get, Path: base + "/version", Right: RightNone, ID: "get-version-of-server", Summary: "Read who answers", register: handle((*server).getVersionOfServer)},
	}
}

// within makes an operation of a room's.
func within[R, I, O any](room func(*server, context.Context) R, f func(R, context.Context, *I) (*O, error)) func(*server, context.Context, *I) (*O, error) {
	return func(s *server, ctx context.Context, in *I) (*O, error) { return f(room(s, ctx), ctx, in) }
}

func (s *server) audit(context.Context) audit.Room           { return s.Audit }
func (s *server) checks(context.Context) *checking.Room      { return s.Checking }
func (s *server) flows(context.Context) flows.Room           { return s.Flows }
func (s *server) shelf(context.Context) shelf.Room           { return s.Shelf }
func (s *server) publishing(context.Context) publishing.Room { return s.Publishing }
func (s *server) readiness(context.Context) ready.Room       { return s.Ready }
func (s *server) echo(ctx context.Context) echoes.Room {
	return s.Echo.For(actorOf(ctx), callerOf(ctx).role.May(RightAdmin))
}

func (s *server) requests(ctx context.Context) saved.Room {
	return s.Requests.At(saved.Desk{Actor: actorOf(ctx), Changed: s.configChanged, Show: shape.Request, ETag: ask.ETag, Members: ask.Members})
}

// handle makes an operation of a method: errors become problems, and the time
// is bounded.
func handle[I, O any](f func(*server, context.Context, *I) (*O, error)) func(*server, huma.API, huma.Operation) {
	return func(s *server, api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
			ctx, cancel := context.WithTimeout(ctx, handlerTimeout)
			defer cancel()
			out, err := f(s, ctx, in)
			if err == nil {
				return out, nil
			}
			p := newProblem(err)
			// When nobody waits for the answer any more, what broke off is no failure.
			if p.body.Status >= http.StatusInternalServerError && !errors.Is(ctx.Err(), context.Canceled) {
				s.Log.Error("an API operation failed", "operation", op.OperationID, "code", p.body.Code, "instance", p.body.Instance, "error", err, "cause", errors.Unwrap(err))
			}
			return nil, p
		})
	}
}

// bodyLimit bounds a request's body in bytes. The framework refuses what is
// exactly as long as its limit, so that one is a byte more.
func bodyLimit(n int64) func(*huma.Operation) {
	return func(op *huma.Operation) { op.MaxBodyBytes = n + 1 }
}

// documents describes an operation that takes YAML or JSON documents.
func documents(op *huma.Operation) {
	op.MaxBodyBytes = gonets.MaxDocumentBytes + 1
	op.SkipValidateBody = true
	op.RequestBody = &huma.RequestBody{Required: true, Description: "Documents, separated by ---", Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "One document"}},
	}}
}

// answers describes an operation whose answer is not JSON.
func answers(mediaType string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		op.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{
			mediaType: {Schema: &huma.Schema{Type: huma.TypeString}},
		}}
	}
}

// dry describes an operation that has another status when it only asks.
func dry(op *huma.Operation) {
	op.Responses["200"] = &huma.Response{Description: "What would be done", Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/Bulk"}},
	}}
}

// conditional describes an answer with an ETag.
func conditional(op *huma.Operation) {
	op.Responses["304"] = &huma.Response{Description: "Not modified since If-None-Match"}
}
