package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/deed"
)

// documents is the media type of what people keep in files; JSON is YAML too.
const documents = "application/yaml"

// Storage is what is kept and how much room there is for it.
func (c *Client) Storage(ctx context.Context) (api.Storage, error) {
	return get[api.Storage](ctx, c, "/storage", nil)
}

// CleanStorage begins to remove what the settings do not keep.
func (c *Client) CleanStorage(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/storage/clean"}, &api.Cleaning{})
}

// ApplyOptions are the ways to apply documents.
type ApplyOptions struct {
	Draft   bool
	Stopped bool
	DryRun  bool
	// Force replaces what is newer than the documents.
	Force bool
	Note  string
}

// Apply applies documents in one commit.
func (c *Client) Apply(ctx context.Context, data []byte, o ApplyOptions) (api.List[api.Applied], error) {
	q := url.Values{}
	for name, on := range map[string]bool{"draft": o.Draft, "stopped": o.Stopped, "dry_run": o.DryRun, "force": o.Force} {
		if on {
			q.Set(name, "true")
		}
	}
	set(q, "note", o.Note)
	var out api.List[api.Applied]
	err := c.do(ctx, call{method: http.MethodPost, path: "/apply", query: q, text: data, textType: documents}, &out)
	return out, err
}

// Validate checks documents; mistakes are the problems of a *gonets.Error.
func (c *Client) Validate(ctx context.Context, data []byte) (api.Validation, error) {
	var out api.Validation
	err := c.do(ctx, call{method: http.MethodPost, path: "/validate", text: data, textType: documents}, &out)
	return out, err
}

// Diff compares documents with what the server has.
func (c *Client) Diff(ctx context.Context, data []byte) (api.List[api.Difference], error) {
	var out api.List[api.Difference]
	err := c.do(ctx, call{method: http.MethodPost, path: "/diff", text: data, textType: documents}, &out)
	return out, err
}

// Compare plays a page of a scenario's last events through what it may become.
func (c *Client) Compare(ctx context.Context, scenario string, draft api.DraftToCompare, cursor string) (api.SentComparison, error) {
	var out api.SentComparison
	err := c.do(ctx, call{method: http.MethodPost, path: "/scenarios/" + segment(scenario) + "/compare",
		query: url.Values{"cursor": {cursor}}, body: draft}, &out)
	return out, err
}

// Export reads documents as YAML; an empty kind means all.
func (c *Client) Export(ctx context.Context, kind, name string) ([]byte, error) {
	q := url.Values{}
	set(q, "kind", kind)
	set(q, "name", name)
	return get[[]byte](ctx, c, "/export", q)
}

// Scenarios lists scenarios.
func (c *Client) Scenarios(ctx context.Context, p gonets.Page) (api.List[api.Scenario], error) {
	return get[api.List[api.Scenario]](ctx, c, "/scenarios", paged(p))
}

// Scenario reads a scenario.
func (c *Client) Scenario(ctx context.Context, name string) (api.Scenario, error) {
	return get[api.Scenario](ctx, c, "/scenarios/"+segment(name), nil)
}

// StartScenario starts a scenario; releaseHeld also works on what was kept
// while it did not run.
func (c *Client) StartScenario(ctx context.Context, name string, releaseHeld bool) (api.Scenario, error) {
	return post[api.Scenario](ctx, c, "/scenarios/"+segment(name)+"/start", api.StartScenario{ReleaseHeld: releaseHeld})
}

// StopScenario stops a scenario.
func (c *Client) StopScenario(ctx context.Context, name string) (api.Scenario, error) {
	return post[api.Scenario](ctx, c, "/scenarios/"+segment(name)+"/stop", nil)
}

// Versions lists a scenario's versions, newest first.
func (c *Client) Versions(ctx context.Context, name string, p gonets.Page) (api.List[api.ScenarioVersion], error) {
	return get[api.List[api.ScenarioVersion]](ctx, c, "/scenarios/"+segment(name)+"/versions", paged(p))
}

// Readiness tells whether a scenario can be left to work by itself.
func (c *Client) Readiness(ctx context.Context, name string) (api.Readiness, error) {
	return get[api.Readiness](ctx, c, "/scenarios/"+segment(name)+"/ready", nil)
}

// Version reads a version with its document.
func (c *Client) Version(ctx context.Context, name string, n int) (api.ScenarioVersion, error) {
	return get[api.ScenarioVersion](ctx, c, "/scenarios/"+segment(name)+"/versions/"+strconv.Itoa(n), nil)
}

// Sources lists sources with their addresses.
func (c *Client) Sources(ctx context.Context, p gonets.Page) (api.List[api.Source], error) {
	return get[api.List[api.Source]](ctx, c, "/sources", paged(p))
}

// Samples reads a source's last events.
func (c *Client) Samples(ctx context.Context, source string, limit int) (api.List[api.Event], error) {
	return get[api.List[api.Event]](ctx, c, "/sources/"+segment(source)+"/samples", paged(gonets.Page{Limit: limit}))
}

// SendEvent makes an event by hand.
func (c *Client) SendEvent(ctx context.Context, source string, ev api.NewEvent) (api.NewEventResult, error) {
	return post[api.NewEventResult](ctx, c, "/sources/"+segment(source)+"/events", ev)
}

// Events lists events, newest first.
func (c *Client) Events(ctx context.Context, f gonets.EventFilter) (api.List[api.EventSummary], error) {
	q := paged(f.Page)
	set(q, "source", f.Source)
	setTime(q, "since", f.Since)
	setTime(q, "until", f.Until)
	return get[api.List[api.EventSummary]](ctx, c, "/events", q)
}

// Event reads an event.
func (c *Client) Event(ctx context.Context, id string) (api.Event, error) {
	return get[api.Event](ctx, c, "/events/"+segment(id), nil)
}

// EventRaw reads an event's body byte for byte.
func (c *Client) EventRaw(ctx context.Context, id string) ([]byte, error) {
	return get[[]byte](ctx, c, "/events/"+segment(id)+"/raw", nil)
}

// Runs lists runs.
func (c *Client) Runs(ctx context.Context, f gonets.RunFilter) (api.RunPage, error) {
	return c.FindRuns(ctx, "", f)
}

// FindRuns lists the runs that a question and a filter mean together.
func (c *Client) FindRuns(ctx context.Context, question string, f gonets.RunFilter) (api.RunPage, error) {
	return get[api.RunPage](ctx, c, "/runs", asked(question, f))
}

// CountRuns counts the runs that a question and a filter mean together.
func (c *Client) CountRuns(ctx context.Context, question string, f gonets.RunFilter) (api.RunCount, error) {
	return get[api.RunCount](ctx, c, "/runs/count", asked(question, f))
}

// asked are the parameters of a question and a filter. What a filter has no
// parameter for is asked by a question.
func asked(question string, f gonets.RunFilter) url.Values {
	q := paged(f.Page)
	set(q, "q", question)
	states := make([]string, len(f.States))
	for i, s := range f.States {
		states[i] = string(s)
	}
	set(q, "state", strings.Join(states, ","))
	set(q, "scenario", f.Scenario)
	set(q, "source", f.Source)
	set(q, "event", f.EventID)
	set(q, "value", f.Value)
	set(q, "mark", string(f.Mark))
	setTime(q, "since", f.Since)
	setTime(q, "until", f.Until)
	if f.Ascending {
		q.Set("order", "asc")
	}
	return q
}

// Run reads everything about a run.
func (c *Client) Run(ctx context.Context, id string) (api.Run, error) {
	return get[api.Run](ctx, c, "/runs/"+segment(id), nil)
}

// AttemptRef names one attempt of a run.
type AttemptRef struct {
	Run string
	N   int
}

func (at AttemptRef) path(what string) string {
	return "/runs/" + segment(at.Run) + "/attempts/" + strconv.Itoa(at.N) + "/" + what
}

// AttemptFile reads an attempt in another form: what it sent as curl or onec, or the
// body of the reply, byte for byte.
func (c *Client) AttemptFile(ctx context.Context, at AttemptRef, form string) ([]byte, error) {
	var file []byte
	err := c.do(ctx, call{method: http.MethodGet, path: at.path(form)}, &file)
	return file, err
}

// CompareAttempt tells in what an attempt differs from one that went well.
func (c *Client) CompareAttempt(ctx context.Context, at AttemptRef) (api.Comparison, error) {
	return get[api.Comparison](ctx, c, at.path("compare"), nil)
}

// Act does one thing to a run: resume, send-now, rerun, cancel or
// cancel-retries. An empty version leaves the choice to the server.
func (c *Client) Act(ctx context.Context, id, action string, version api.WhichVersion) (api.RunSummary, error) {
	var body any
	if version != "" {
		body = api.PickVersion{Version: version}
	}
	return post[api.RunSummary](ctx, c, "/runs/"+segment(id)+"/"+action, body)
}

// Rerun makes a new run, of changed data when there is some.
func (c *Client) Rerun(ctx context.Context, id string, r api.NewRerun) (api.RunSummary, error) {
	return post[api.RunSummary](ctx, c, "/runs/"+segment(id)+"/"+api.ActionRerun, r)
}

// ChangeRetries changes the rest of a run's tries.
func (c *Client) ChangeRetries(ctx context.Context, id string, p api.RetryPlan) (api.RunSummary, error) {
	return post[api.RunSummary](ctx, c, "/runs/"+segment(id)+"/retry-policy", p)
}

// Skip counts the step at which a run stands as skipped.
func (c *Client) Skip(ctx context.Context, id string, s api.Skip) (api.RunSummary, error) {
	return post[api.RunSummary](ctx, c, "/runs/"+segment(id)+"/skip", s)
}

// ActOnRuns does one thing to many runs.
func (c *Client) ActOnRuns(ctx context.Context, a api.RunsAction) (api.RunsActionResult, error) {
	return post[api.RunsActionResult](ctx, c, "/runs/actions", a)
}

// Notices lists what people were told, newest first.
func (c *Client) Notices(ctx context.Context, p gonets.Page) (api.List[api.Told], error) {
	return get[api.List[api.Told]](ctx, c, "/notices", paged(p))
}

// Audit lists who did what, newest first.
func (c *Client) Audit(ctx context.Context, f deed.Filter) (api.List[api.AuditEntry], error) {
	q := paged(f.Page)
	set(q, "actor", f.Actor)
	set(q, "action", f.Action)
	set(q, "object", f.Object)
	setTime(q, "since", f.Since)
	setTime(q, "until", f.Until)
	return get[api.List[api.AuditEntry]](ctx, c, "/audit", q)
}

// TestChannel sends a test through a channel of the settings.
func (c *Client) TestChannel(ctx context.Context, name string) (api.ChannelAccepted, error) {
	return post[api.ChannelAccepted](ctx, c, "/notices/test", api.ChannelTest{Channel: name})
}

// TestMail sends a test letter with the stored mail settings.
func (c *Client) TestMail(ctx context.Context) (api.MailAccepted, error) {
	return post[api.MailAccepted](ctx, c, "/mail/test", api.MailTest{})
}

// NewBulk does one thing to all runs that match, or says what would be done.
func (c *Client) NewBulk(ctx context.Context, b api.NewBulk) (api.Bulk, error) {
	return post[api.Bulk](ctx, c, "/bulk", b)
}

// Bulks lists mass actions, newest first.
func (c *Client) Bulks(ctx context.Context, p gonets.Page) (api.List[api.Bulk], error) {
	return get[api.List[api.Bulk]](ctx, c, "/bulk", paged(p))
}

// Bulk reads how far a mass action is.
func (c *Client) Bulk(ctx context.Context, id string) (api.Bulk, error) {
	return get[api.Bulk](ctx, c, "/bulk/"+segment(id), nil)
}

// SteerBulk holds a mass action (pause), lets it go on (go-on) or ends it (stop).
func (c *Client) SteerBulk(ctx context.Context, id, verb string) (api.Bulk, error) {
	return post[api.Bulk](ctx, c, "/bulk/"+segment(id)+"/"+verb, nil)
}

// NewErasure looks for one person everywhere.
func (c *Client) NewErasure(ctx context.Context, value string) (api.Erasure, error) {
	return post[api.Erasure](ctx, c, "/erasures", api.NewErasure{Value: value})
}

// Erasure reads how far an erasure is.
func (c *Client) Erasure(ctx context.Context, id string) (api.Erasure, error) {
	return get[api.Erasure](ctx, c, "/erasures/"+segment(id), nil)
}

// ConfirmErasure erases what was found.
func (c *Client) ConfirmErasure(ctx context.Context, id string, confirm api.ConfirmErasure) (api.Erasure, error) {
	return post[api.Erasure](ctx, c, "/erasures/"+segment(id)+"/confirm", confirm)
}

// DropErasure ends an erasure.
func (c *Client) DropErasure(ctx context.Context, id string) (api.Erasure, error) {
	return post[api.Erasure](ctx, c, "/erasures/"+segment(id)+"/drop", nil)
}

// Settings reads the settings document.
func (c *Client) Settings(ctx context.Context) (json.RawMessage, error) {
	return get[json.RawMessage](ctx, c, "/settings", nil)
}

// Secrets lists the names of secrets.
func (c *Client) Secrets(ctx context.Context) (api.List[api.Secret], error) {
	return get[api.List[api.Secret]](ctx, c, "/secrets", nil)
}

// SetSecret sets a secret.
func (c *Client) SetSecret(ctx context.Context, name string, value api.SecretValue) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/secrets/" + segment(name), body: value}, nil)
}

// SetSecretEnd says until when a secret's value is good.
func (c *Client) SetSecretEnd(ctx context.Context, name string, end api.SecretEnd) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/secrets/" + segment(name) + "/end", body: end}, nil)
}

// DeleteSecret deletes a secret.
func (c *Client) DeleteSecret(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/secrets/" + segment(name)}, nil)
}

// Users lists who may log in.
func (c *Client) Users(ctx context.Context) (api.List[api.UserInfo], error) {
	return get[api.List[api.UserInfo]](ctx, c, "/users", nil)
}

// CreateUser makes the owner.
func (c *Client) CreateUser(ctx context.Context, u api.NewUser) (api.UserInfo, error) {
	return post[api.UserInfo](ctx, c, "/users", u)
}

// SetPassword replaces a user's password and ends his sessions.
func (c *Client) SetPassword(ctx context.Context, userID, password string) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/users/" + segment(userID) + "/password", body: api.NewPassword{Password: password}}, nil)
}

// Lanes lists the services to which requests go.
func (c *Client) Lanes(ctx context.Context) (api.List[api.Lane], error) {
	return get[api.List[api.Lane]](ctx, c, "/lanes", nil)
}

// Lane is the queue to one service.
func (c *Client) Lane(ctx context.Context, address string) (api.Lane, error) {
	return get[api.Lane](ctx, c, "/lanes/lane", url.Values{"address": {address}})
}

// LimitLane sets how much one service gets at once.
func (c *Client) LimitLane(ctx context.Context, set api.LaneSet) (l api.Lane, err error) {
	err = c.do(ctx, call{method: http.MethodPut, path: "/lanes/limits", body: set}, &l)
	return l, err
}

// ActOnLane pauses, resumes, tries or drains the queue to a service.
func (c *Client) ActOnLane(ctx context.Context, a api.LaneAction) (api.Lane, error) {
	return post[api.Lane](ctx, c, "/lanes/actions", a)
}

// Stats counts what the database holds.
func (c *Client) Stats(ctx context.Context) (api.Stats, error) {
	return get[api.Stats](ctx, c, "/stats", nil)
}

// ServerVersion reads who answers; it needs no token.
func (c *Client) ServerVersion(ctx context.Context) (api.Version, error) {
	return get[api.Version](ctx, c, "/version", nil)
}

func set(q url.Values, name, v string) {
	if v != "" {
		q.Set(name, v)
	}
}

func setTime(q url.Values, name string, t time.Time) {
	if !t.IsZero() {
		q.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

func paged(p gonets.Page) url.Values {
	q := url.Values{}
	set(q, "cursor", p.Cursor)
	if p.Limit > 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	return q
}
