package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gonets"
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
		{Method: patch, Path: base + "/me", Right: RightView, ID: "change-me", Summary: "Change one's own login, password, e-mail address, language or theme", register: handle((*server).changeMe), tune: bodyLimit(maxLogInBody)},
		{Method: get, Path: base + "/users", Right: RightAdmin, ID: "list-users", Summary: "List who may log in", register: handle((*server).listUsers)},
		{Method: post, Path: base + "/users", Right: RightAdmin, ID: "create-user", Summary: "Make the owner without the set-up code", Status: http.StatusCreated, register: handle((*server).createUser), tune: bodyLimit(maxLogInBody)},
		{Method: put, Path: base + "/users/{id}/password", Right: RightAdmin, ID: "put-password", Summary: "Replace a forgotten password; takes the owner's token", register: handle((*server).putPassword), tune: bodyLimit(maxLogInBody)},

		{Method: post, Path: base + "/apply", Right: RightEdit, ID: "apply", Summary: "Apply documents in one commit", register: handle((*server).apply), tune: documents},
		{Method: post, Path: base + "/validate", Right: RightView, ID: "validate", Summary: "Check documents without applying them", register: handle((*server).validate), tune: documents},
		{Method: post, Path: base + "/diff", Right: RightView, ID: "diff", Summary: "Compare documents with what the server has", register: handle((*server).diff), tune: documents},
		{Method: get, Path: base + "/export", Right: RightView, ID: "export", Summary: "Write documents as YAML", register: handle((*server).export), tune: answers("application/yaml")},

		{Method: get, Path: base + "/scenarios", Right: RightView, ID: "list-scenarios", Summary: "List scenarios", register: handle((*server).listScenarios)},
		{Method: get, Path: base + "/scenarios/{name}", Right: RightView, ID: "get-scenario", Summary: "Read a scenario", register: handle((*server).getScenario), tune: conditional},
		{Method: post, Path: base + "/scenarios/{name}/start", Right: RightOperate, ID: "start-scenario", Summary: "Start a scenario", register: handle((*server).startScenario),
			Description: "What was held while it did not run stays held unless release_held is true."},
		{Method: post, Path: base + "/scenarios/{name}/stop", Right: RightOperate, ID: "stop-scenario", Summary: "Stop a scenario; what comes in is held, unfinished runs go on after its start", register: handle((*server).stopScenario)},
		{Method: get, Path: base + "/scenarios/{name}/versions", Right: RightView, ID: "list-versions", Summary: "List a scenario's versions, newest first", register: handle((*server).listVersions)},
		{Method: get, Path: base + "/scenarios/{name}/versions/{version}", Right: RightView, ID: "get-version", Summary: "Read a version", register: handle((*server).getVersion)},

		{Method: get, Path: base + "/sources", Right: RightView, ID: "list-sources", Summary: "List sources with their addresses", register: handle((*server).listSources)},
		{Method: get, Path: base + "/sources/{name}", Right: RightView, ID: "get-source", Summary: "Read a source", register: handle((*server).getSource), tune: conditional},
		{Method: get, Path: base + "/sources/{name}/samples", Right: RightView, ID: "list-samples", Summary: "Read a source's last events", register: handle((*server).listSamples)},
		{Method: post, Path: base + "/sources/{name}/events", Right: RightOperate, ID: "send-event", Summary: "Make an event by hand", Status: http.StatusCreated, register: handle((*server).sendEvent), tune: bodyLimit(gonets.MaxIngestBody * 2)},

		{Method: get, Path: base + "/events", Right: RightView, ID: "list-events", Summary: "List events, newest first", register: handle((*server).listEvents)},
		{Method: get, Path: base + "/events/{id}", Right: RightView, ID: "get-event", Summary: "Read an event", register: handle((*server).getEvent)},
		{Method: get, Path: base + "/events/{id}/raw", Right: RightView, ID: "get-event-raw", Summary: "Read an event's body byte for byte", register: handle((*server).getEventRaw), tune: answers("application/octet-stream")},

		{Method: get, Path: base + "/runs", Right: RightView, ID: "list-runs", Summary: "List runs", register: handle((*server).listRuns)},
		{Method: get, Path: base + "/runs/{id}", Right: RightView, ID: "get-run", Summary: "Read everything about a run", register: handle((*server).getRun)},
		{Method: post, Path: base + "/runs/{id}/resume", Right: RightOperate, ID: "resume-run", Summary: "Go on from the failed step", register: handle((*server).resumeRun)},
		{Method: post, Path: base + "/runs/{id}/send-now", Right: RightOperate, ID: "send-run-now", Summary: "Skip the wait", register: handle((*server).sendRunNow)},
		{Method: post, Path: base + "/runs/{id}/rerun", Right: RightOperate, ID: "rerun", Summary: "Make a new run of the same event", Status: http.StatusCreated, register: handle((*server).rerun)},
		{Method: post, Path: base + "/runs/{id}/cancel", Right: RightOperate, ID: "cancel-run", Summary: "End a run", register: handle((*server).cancelRun)},
		{Method: post, Path: base + "/runs/{id}/cancel-retries", Right: RightOperate, ID: "cancel-retries", Summary: "Stop the tries; the run then waits for a person", register: handle((*server).cancelRetries)},
		{Method: post, Path: base + "/runs/actions", Right: RightOperate, ID: "act-on-runs", Summary: "Do one thing to many runs", register: handle((*server).actOnRuns)},

		{Method: get, Path: base + "/settings", Right: RightView, ID: "get-settings", Summary: "Read the settings", register: handle((*server).getSettings)},
		{Method: put, Path: base + "/settings", Right: RightAdmin, ID: "put-settings", Summary: "Replace the settings", register: handle((*server).putSettings)},
		{Method: get, Path: base + "/secrets", Right: RightView, ID: "list-secrets", Summary: "List the names of secrets", register: handle((*server).listSecrets)},
		{Method: put, Path: base + "/secrets/{name}", Right: RightAdmin, ID: "put-secret", Summary: "Set a secret", register: handle((*server).putSecret)},
		{Method: del, Path: base + "/secrets/{name}", Right: RightAdmin, ID: "delete-secret", Summary: "Delete a secret", register: handle((*server).deleteSecret)},

		{Method: get, Path: base + "/lanes", Right: RightView, ID: "list-lanes", Summary: "List destinations with work in memory", register: handle((*server).listLanes)},
		{Method: get, Path: base + "/stats", Right: RightView, ID: "get-stats", Summary: "Count what the database holds", register: handle((*server).getStats)},
		{Method: get, Path: base + "/changes", Right: RightView, ID: "watch-changes", Summary: "Follow hints about changes", register: handle((*server).watchChanges), tune: answers("text/event-stream"),
			Description: "Server-sent events named \"change\"; data is a Changes object, gathered for 250 ms. Hints may be missing: read again what matters, and after a reconnect too."},
		{Method: get, Path: base + "/version", Right: RightNone, ID: "get-version-of-server", Summary: "Read who answers", register: handle((*server).getVersionOfServer)},
	}
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
			if p.body.Status >= http.StatusInternalServerError {
				s.Log.Error("an API operation failed", "operation", op.OperationID, "code", p.body.Code, "error", err)
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

// conditional describes an answer with an ETag.
func conditional(op *huma.Operation) {
	op.Responses["304"] = &huma.Response{Description: "Not modified since If-None-Match"}
}
