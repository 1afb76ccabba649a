// Package httpapi is the REST interface under /api/v1, its description, and
// the health addresses. Every operation is a row of one table that names the
// right it needs; every error is a problem of RFC 9457.
package httpapi

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/audit"
	"gonets/internal/httpapi/checking"
	"gonets/internal/httpapi/days"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/httpapi/flows"
	"gonets/internal/httpapi/publishing"
	"gonets/internal/httpapi/ready"
	"gonets/internal/httpapi/recall"
	"gonets/internal/httpapi/refused"
	"gonets/internal/httpapi/saved"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
	"gonets/internal/httpapi/spec"
	"gonets/internal/news"
	"gonets/internal/rehearse"
	"gonets/setting"
)

// Documents applies documents.
type Documents interface {
	Apply(ctx context.Context, a document.Apply) ([]document.Applied, error)
	Settings(ctx context.Context) (setting.Settings, error)
}

// Sources reads sources.
type Sources interface {
	Sources(ctx context.Context, p gonets.Page) (gonets.List[gonets.SourceInfo], error)
	Source(ctx context.Context, name string) (gonets.SourceInfo, error)
}

// Scenarios reads, starts and stops scenarios.
type Scenarios interface {
	Scenarios(ctx context.Context, p gonets.Page) (gonets.List[gonets.ScenarioInfo], error)
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	SetScenarioState(ctx context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error)
	Versions(ctx context.Context, scenario string, p gonets.Page) (gonets.List[gonets.Version], error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
}

// Drafts are what people work on before it runs.
type Drafts interface {
	Draft(ctx context.Context, name string) (*api.Draft, error)
	Save(ctx context.Context, e gonets.DraftEdit) (*api.Draft, error)
	Create(ctx context.Context, n api.NewScenario, actor string) (name string, err error)
	Publish(ctx context.Context, name string, p gonets.Publish) (gonets.ScenarioInfo, error)
	RollBack(ctx context.Context, version int, e gonets.DraftEdit) (*api.Draft, error)
	Changes(ctx context.Context, name, from, to string) (*api.ScenarioChanges, error)
	YAML(ctx context.Context, name string) (text []byte, etag string, err error)
}

// Edits takes drafts and scenarios away, and says what scenarios do.
type Edits interface {
	DropDraft(ctx context.Context, scenario, ifMatch, actor string) error
	DeleteScenario(ctx context.Context, name, actor string) error
	Activity(ctx context.Context, scenario string) (gonets.Activity, error)
}

// SourceEdits changes sources one at a time, and says what came to them.
type SourceEdits interface {
	CreateSource(ctx context.Context, n gonets.NewDocument[gonets.Source]) (name string, err error)
	SaveSource(ctx context.Context, c gonets.SourceChange) error
	DeleteSource(ctx context.Context, name, actor string) error
	AddAddress(ctx context.Context, source, actor string) error
	RetireAddress(ctx context.Context, source string, n int, actor string) error
	SourceActivity(ctx context.Context, source string) (gonets.SourceActivity, error)
}

// Events reads events.
type Events interface {
	Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error)
	Event(ctx context.Context, id string) (gonets.Event, error)
}

// Runs reads runs and does to them what a person asks for.
type Runs interface {
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	Run(ctx context.Context, id string) (gonets.RunDetail, error)
	Act(ctx context.Context, a gonets.Action) (gonets.Run, error)
	Rerun(ctx context.Context, r gonets.Rerun) (gonets.Job, error)
}

// History looks at many runs at once.
type History interface {
	CountRuns(ctx context.Context, f gonets.RunFilter) (gonets.RunCount, error)
	// ChartRuns fills in spans, the newest first, as far as one question gets.
	ChartRuns(ctx context.Context, f gonets.RunFilter, spans []gonets.RunTally) ([]gonets.RunTally, error)
	// LastGood is the last attempt beside another one of a scenario that made the same
	// step go well, and is kept; nil when its last runs have none.
	LastGood(ctx context.Context, scenario string, beside *gonets.Attempt) (*gonets.Attempt, error)
	days.Book
}

// Secrets keeps secrets; their values are never read here.
type Secrets interface {
	SetSecret(ctx context.Context, name, value string, until time.Time, actor string) error
	SetSecretEnd(ctx context.Context, name string, until time.Time, actor string) error
	Secrets(ctx context.Context) ([]gonets.SecretInfo, error)
	DeleteSecret(ctx context.Context, name, actor string) error
}

// State tells how the store is.
type State interface {
	Stats(ctx context.Context) (gonets.StoreStats, error)
	Health() error
}

// Notices are what people are told of errors.
type Notices interface {
	Notices(ctx context.Context, p gonets.Page) (gonets.List[news.Told], error)
	TestMail(ctx context.Context, t news.MailTest) (news.MailAccepted, error)
	TestChannel(ctx context.Context, name string) (news.MailAccepted, error)
}

// Ingest makes an event that a person asked for: the same way as a webhook,
// without the check of who calls. It hands the runs to the engine itself.
type Ingest interface {
	Submit(ctx context.Context, source string, ev gonets.Event) (gonets.Accepted, error)
}

// Engine works on runs.
type Engine interface {
	// Offer hands over runs that were born leased to this node.
	Offer(jobs []gonets.Job)
	// Nudge says that the store may hold due work for a lane; an empty name
	// means any lane.
	Nudge(lane string)
	// Abort ends the request that the run has in flight, if it has one.
	Abort(runID string)
}

// Rehearsal tries drafts.
type Rehearsal interface {
	Preview(ctx context.Context, a rehearse.Ask) (api.PreviewResult, error)
	Variables(d gonets.RunDetail) ([]api.StepVariables, error)
	Foretell(ctx context.Context, a rehearse.Ask, in *api.Rehearsal) (api.RehearsalResult, error)
	// Keep, Kept and Drop are about the replies that people keep for steps.
	Keep(ctx context.Context, scenario string, in api.NewExample, actor string) (api.Example, error)
	Kept(ctx context.Context, scenario string) ([]api.Example, error)
	Drop(ctx context.Context, scenario, path string) error
}

// Bus carries hints about changes.
type Bus interface {
	Publish(c gonets.Change)
	Subscribe(buffer int) (<-chan gonets.Change, func())
}

// Masks hide from readers what they may not see, in copies.
type Masks interface {
	Event(ev gonets.Event) gonets.Event
	Run(d gonets.RunDetail) gonets.RunDetail
	// Unmask puts what was hidden from the editor of an event in its place again.
	Unmask(old *gonets.Event, edit *api.EditedEvent) error
}

// Options is what the interface needs. All members but Data, PublicURL,
// MailWorks and Log are required.
type Options struct {
	Documents   Documents
	Sources     Sources
	Scenarios   Scenarios
	Drafts      Drafts
	Edits       Edits
	SourceEdits SourceEdits
	Events      Events
	Runs        Runs
	History     History
	Bulks       Bulks
	Secrets     Secrets
	State       State
	Notices     Notices
	Usual       Usual
	Ingest      Ingest
	Engine      Engine
	// Lanes are the queues to services.
	Lanes     Lanes
	Rehearsal Rehearsal
	// Checking are the checks on their way.
	Checking *checking.Room
	Bus      Bus
	People   People
	Views    Views
	// Presets are what a source may be made for.
	Presets []api.Preset
	Kinds   []api.Kind
	// Checks find what is wrong inside the documents of a call.
	Checks document.Checks
	Clock  gonets.Clock
	// Token is the owner's token; a request proves itself with it.
	Token   string
	Version string
	// SourceURL is the address that belongs to a source's token.
	SourceURL func(ctx context.Context, token string) string
	// Settings are those in force.
	Settings func() setting.Settings
	// PublicURL is where other services reach this server, and what the address says of that.
	PublicURL func() (url, reach string)
	// MailWorks tells whether a test was accepted, by mail or by another channel,
	// with the present settings; nil says no.
	MailWorks  func(ctx context.Context) bool
	Masks      Masks
	Erasures   Erasures
	Echo       echoes.Room
	Audit      audit.Room
	Publishing publishing.Room
	Requests   saved.Room
	Shelf      shelf.Room
	Flows      flows.Room
	Ready      ready.Room
	// Data adds to runs of a list the values by which people recognise their
	// events; nil adds none.
	Data func(ctx context.Context, runs []api.RunSummary) error
	// Outlines are what it takes to tell of runs' last attempts, as people see them.
	Outlines func(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error)
	// Storage is what is kept, Disk how much room there is for more; Clean begins to
	// remove what is too old.
	Storage func(ctx context.Context) (api.Storage, error)
	Disk    func() api.Disk
	Clean   func()
	// Stopping is closed when the server begins to stop: streams then end.
	Stopping <-chan struct{}
	Log      *slog.Logger
}

// handlerTimeout ends an operation before the server would cut the connection without an answer.
const handlerTimeout = gonets.ServerWriteTimeout - 5*time.Second

// maxBody bounds the body of an operation that says nothing else, in bytes.
const maxBody = 1 << 20

type server struct {
	Options
	tokenHash [sha256.Size]byte
	// policies are what steps say of their tries: versions never change, and their numbers are given once.
	policies recall.Memory[shape.Place, shape.Tries]
	refused  refused.Log
}

// New returns the handler of /api/, /healthz and /readyz.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o, tokenHash: sha256.Sum256([]byte(o.Token)), refused: refused.NewLog(o.Log, o.Clock)}
	mux := http.NewServeMux()
	operations := s.register(mux)
	s.serveDescription(mux, operations.OpenAPI())
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("/", s.notFound(mux))

	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, newProblem(gonets.Errorf(gonets.CodeForbidden,
			"a page of another site sent this request; it was refused. Call the API from a program or from the server's own pages")))
	}))
	return s.recovering(hardened(cross.Handler(literal(mux))))
}

// literal answers a path that has other spellings (//, /./, /../) as one that
// leads nowhere: the mux would redirect to what it takes it for, with a page.
func literal(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range []string{r.URL.Path, r.URL.EscapedPath()} {
			if clean := path.Clean("/" + p); p != clean && p != strings.TrimSuffix(clean, "/")+"/" {
				writeProblem(w, nowhere())
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

func nowhere() *problem {
	return newProblem(gonets.Errorf(gonets.CodeNotFound, "there is nothing at this address; /api/docs lists what there is"))
}

// register builds the operations of the table on mux.
func (s *server) register(mux *http.ServeMux) huma.API {
	operations := humago.New(mux, s.config())
	operations.UseMiddleware(s.authorize)
	for _, r := range Routes() {
		op := huma.Operation{
			Method: r.Method, Path: r.Path, OperationID: r.ID, Summary: r.Summary, Description: r.Description,
			Tags: []string{r.noun()}, Metadata: map[string]any{metaRight: r.Right},
			RejectUnknownQueryParameters: true,
			// An earlier deadline would, once passed, end the operation itself.
			BodyReadTimeout: handlerTimeout,
			MaxBodyBytes:    maxBody + 1,
			DefaultStatus:   r.Status,
			Responses:       map[string]*huma.Response{"default": errorResponse(operations.OpenAPI())},
		}
		if r.Right != RightNone {
			op.Security = []map[string][]string{{schemeToken: {}}, {schemeSession: {}}}
		}
		if r.tune != nil {
			r.tune(&op)
		}
		r.register(s, operations, op)
	}
	userOrNull(operations.OpenAPI())
	return operations
}

// hardened sets the headers that keep an answer from being taken by a browser
// for anything but data.
func hardened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic into an answer and a log entry; calls that were refused
// have one too.
func (s *server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tracked := &refused.Writer{ResponseWriter: w}
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // net/http compares it the same way
				panic(v)
			default:
				p := newProblem(gonets.Errorf(gonets.CodeInternal, spec.Internal))
				s.Log.Error("an API operation panicked", "method", r.Method, "path", r.URL.Path, "instance", p.body.Instance, "panic", v, "stack", stack())
				if !tracked.Begun() {
					writeProblem(tracked, p)
				}
			}
		}()
		next.ServeHTTP(tracked, r)
		s.refused.Tell(tracked, r)
	})
}

// notFound answers what no route matches; another method's route makes it a
// 405 with the methods that would do.
func (s *server) notFound(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			probe := r.Clone(r.Context())
			probe.Method = m
			if _, pattern := mux.Handler(probe); pattern != "/" {
				allowed = append(allowed, m)
			}
		}
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			writeProblem(w, newProblem(gonets.Errorf(gonets.CodeMethodNotAllowed,
				"%s is not possible here; use %s", r.Method, strings.Join(allowed, " or "))))
			return
		}
		writeProblem(w, nowhere())
	}
}
