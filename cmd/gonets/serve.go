package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"gonets"
	"gonets/internal/account"
	"gonets/internal/alert"
	"gonets/internal/bulk"
	"gonets/internal/config"
	"gonets/internal/disk"
	"gonets/internal/document"
	"gonets/internal/draft"
	"gonets/internal/echo"
	"gonets/internal/engine"
	"gonets/internal/erase"
	"gonets/internal/flight"
	"gonets/internal/foretell"
	"gonets/internal/hindsight"
	"gonets/internal/hint"
	"gonets/internal/httpapi"
	"gonets/internal/httpapi/audit"
	"gonets/internal/httpapi/checking"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/httpapi/flows"
	"gonets/internal/httpapi/publishing"
	"gonets/internal/httpapi/ready"
	"gonets/internal/httpapi/saved"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
	"gonets/internal/ingest"
	"gonets/internal/jump"
	"gonets/internal/listen"
	"gonets/internal/node"
	"gonets/internal/notify"
	"gonets/internal/outbound"
	"gonets/internal/peer"
	"gonets/internal/rehearse"
	"gonets/internal/secret"
	"gonets/internal/service"
	"gonets/internal/source"
	"gonets/internal/step"
	"gonets/internal/step/form"
	"gonets/internal/store"
	"gonets/internal/telemetry"
	"gonets/internal/webui"
)

// The files of a data folder; scripts rely on the names.
const (
	fileKey      = "secret.key"
	fileInFlight = "inflight"
	fileServer   = "server.json"
	// fileCrash holds what the runtime said when the process died of itself.
	fileCrash = "crash.log"
)

// serve runs a server until ctx ends or a part of it fails for good.
func serve(ctx context.Context, cfg config.Config, out io.Writer) error {
	s, err := build(ctx, cfg, out)
	if err != nil {
		return err
	}
	return errors.Join(s.run(ctx), s.close())
}

// server is all parts of a running server.
type server struct {
	parts
	cfg   config.Config
	out   io.Writer
	log   *slog.Logger
	clock gonets.Clock
	token string
	store *store.Store
	// disk tells how much room there is for it.
	disk *disk.Watch
	// notices tell people of what goes wrong.
	notices *alert.Service
	// bulks do one thing to many runs.
	bulks *bulk.Service
	// receiver is what requests are tried out on.
	receiver *echo.Handler
	// checks are those on their way.
	checks *checking.Room
	// erasures remove one person from everything.
	erasures *erase.Service
	// people are those who log in.
	people *account.Accounts
	// jumps tells when this machine's clock was set.
	jumps *jump.Watch
	// keeper is nil when this server is alone on its database.
	keeper   *node.Keeper
	starting starting
}

// build opens everything in the order in which it depends on each other.
func build(ctx context.Context, cfg config.Config, out io.Writer) (s *server, err error) {
	clock := &node.Clock{Clock: gonets.NewSystemClock(cfg.ClockSpeed), Real: gonets.SystemClock{}, Speed: cfg.ClockSpeed}
	s = &server{parts: newParts(), cfg: cfg, out: out, clock: clock, starting: starting{watch: gonets.StartStopwatch()}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.log, err = telemetry.NewLogger(out, telemetry.LogOptions{Level: cfg.LogLevel, Format: cfg.LogFormat}); err != nil {
		return s, err
	}
	// net/http writes to the standard logger, which knows nothing of secrets.
	slog.SetDefault(s.log)
	// The address first: two servers on one folder or one port should know it
	// at once.
	if s.http, err = listen.New(ctx, cfg.Listen); err != nil {
		return s, err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return s, gonets.Errorf(gonets.CodeStoreFailed, "the data folder %s cannot be made: %w", cfg.Data, err)
	}
	bus := &notify.Bus{}
	if s.disk, err = watchDisk(cfg, clock, s.log, bus); err != nil {
		return s, err
	}
	keys, err := keyring(cfg)
	if err != nil {
		return s, err
	}
	if s.token, err = secret.OwnerToken(cfg.Data); err != nil {
		return s, err
	}
	catalog, err := source.Presets()
	if err != nil {
		return s, err
	}
	metrics := telemetry.NewMetrics()
	s.client = outbound.New(outbound.Options{Clock: s.clock, Version: version,
		Spool: outbound.Spool{Folder: s.disk.Folder(), Fits: s.disk.Leaves}})
	addr := s.http.Addr()
	config := &live{client: s.client, catalog: catalog, allow: cfg.AllowNetworks, publicURL: cfg.PublicURL,
		listenURL: localURL(addr), listen: addr}
	places := engine.NewPlaces(engine.PlaceRules{Own: s.client.IsOwn, Limits: config.LaneLimits, Clock: s.clock,
		Shared: cfg.PostgresURL() != ""})
	name, err := nodeName(cfg)
	if err != nil {
		return s, err
	}
	s.starting.done("folder")
	s.store, err = store.Open(ctx, store.Options{
		Path: cfg.DatabasePath(), Database: cfg.PostgresURL(), Node: name, Version: version, Clock: s.clock, Placer: places, Sealer: keys,
		SearchValues: config.SearchValues, Room: s.disk, Logger: s.log,
	})
	if err != nil {
		return s, err
	}
	s.shut = s.closeStore
	s.starting.done("database")
	if cfg.PostgresURL() != "" && cfg.ClockSpeed != 1 {
		origin, now, err := s.store.ClockOrigin(ctx, cfg.ClockSpeed)
		if err != nil {
			return s, err
		}
		clock.Begin(origin, now)
	}
	config.store = s.store
	if err := config.Refresh(ctx); err != nil {
		return s, err
	}
	s.starting.done("documents")
	var death gonets.Death
	if s.journal, death.InFlight, death.Known, err = flight.Open(filepath.Join(cfg.Data, fileInFlight), flight.BootID()); err != nil {
		return s, err
	}
	if death.OwnFault, err = watchCrashes(cfg.Data); err != nil {
		return s, err
	}
	kept := storage{store: s.store, disk: s.disk, live: config, path: cfg.DatabasePath(), log: s.log}
	ways := newUsual(s.store, config, s.clock, s.log)
	s.notices = s.alerts(config, bus, kept, ways)
	s.receiver = echo.New(echo.Options{Clock: s.clock, Owner: isOwner(s.token), Tell: func(name string) { bus.Publish(gonets.Change{Kind: "echo", ID: name}) }})
	var heart engine.Node
	if cfg.PostgresURL() != "" {
		s.keeper = s.keep(clock, config, bus)
		heart = s.keeper
	}
	env := &step.Env{Reader: config.Reader, Settings: config.Settings, PublicURL: config.PublicURL, Version: version}
	s.engine = engine.New(engine.Options{
		Heart: heart, Alerts: s.notices, Places: places, Store: s.store, Node: s.store.Node(), Epoch: s.store.Epoch(), Sender: s.client, Clock: s.clock, Bus: answers{bus, s.tell}, Journal: s.journal,
		Metrics: metrics, Log: s.log, Death: death, SoftDeadline: cfg.StopDeadline.D(),
		Env: env, Book: s.store, Full: s.disk.Full,
	})
	config.limited = s.engine.LimitsChanged
	s.jumps = s.watchClock(metrics)
	s.ingest = ingest.New(ingest.Options{
		Store: s.store, Engine: s.engine, Control: s.store, Bus: bus, Catalog: catalog, Clock: s.clock, Log: s.log,
		Stopping: s.stopping.Done(), PublicURL: config.PublicURL, Version: version, Metrics: metrics,
		Rejected: s.notices.Rejected, ClockSet: s.jumps.Lately, LastError: history{s.store, config, s.clock}.lastError,
	})
	s.people = account.New(account.Options{Store: s.store, Clock: s.clock, MAC: keys.MAC, Log: s.log})
	if err := s.firstOwner(ctx); err != nil {
		return s, err
	}
	docs := documents{Store: s.store, live: config, tell: s.tell}
	states := scenarios{s.store, s.engine, s.tell}
	changes := drafts{edits{docs}, states}
	told := history{s.store, config, s.clock}
	s.bulks = bulk.New(bulk.Options{Store: s.store, History: told, Engine: s.engine, Bus: bus, Tell: s.tell, Owner: s.store.Node(),
		Clock: s.clock, Log: s.log})
	s.erasures = s.eraser(keys, bus)
	trial := rehearse.New(rehearse.Options{Store: told, Examples: s.store, Sender: s.client, Clock: s.clock, Node: s.store.Node(), Usual: config.Usual, Env: env, Masks: config.masks.Load, Saved: s.store.SavedRequests, Log: s.log})
	s.checks = checking.New(checking.Options{Rehearsal: trial, Book: s.store, Node: s.store.Node(), Tell: s.tell, Judges: func() bool { return s.keeper != nil && s.keeper.Judges() }, Stopping: s.stopping.Done(), Clock: s.clock, Log: s.log})
	// Those that were on their way when this server stopped are lost.
	s.checks.Look(ctx)
	desk := &draft.Desk{Store: changes, Checks: checks(catalog)}
	api := httpapi.New(httpapi.Options{
		Documents:   docs,
		Sources:     s.store,
		SourceEdits: edits{docs},
		Scenarios:   states,
		Drafts:      desk,
		Edits:       changes,
		Events:      s.store,
		Runs:        told,
		History:     told,
		Bulks:       s.bulks,
		Data:        told.Data,
		Outlines:    told.Outlines,
		Secrets:     s.store,
		State:       s.store,
		Notices:     notices{s.store, s.notices},
		Usual:       ways,
		Ingest:      s.ingest,
		Engine:      s.engine,
		Lanes:       queues{store: s.store, engine: s.engine, docs: docs, clock: s.clock, setting: &sync.Mutex{}},
		Rehearsal:   foretell.Teller{Room: trial},
		Checking:    s.checks,
		Bus:         answers{bus, s.tell},
		People:      s.people,
		Views:       s.store,
		Presets:     catalog.Describe(),
		Kinds:       form.Kinds(),
		Checks:      checks(catalog),
		Clock:       s.clock,
		Token:       s.token,
		Version:     version,
		Settings:    config.Settings,
		PublicURL:   config.public,
		SourceURL:   func(_ context.Context, token string) string { return config.PublicURL() + "/in/" + token },
		Storage:     kept.Show,
		Disk:        kept.Disk,
		Clean:       s.engine.Clean,
		Masks:       masks{config},
		Erasures:    s.erasures,
		Audit:       audit.Room{Book: s.store},
		Requests:    saved.Room{Store: s.store, Rehearsal: trial, Checks: checks(catalog)},
		Shelf:       shelf.Room{Store: s.store, Attachment: shape.Attachment},
		Publishing:  publishing.Room{Drafts: desk, Scenarios: states, Past: hindsight.New(trial)},
		Flows:       flows.Room{Book: s.store, Scenarios: s.store},
		Ready: ready.Room{Documents: s.store, History: told, Witness: s.store, Bind: catalog.Bind, Settings: config.Settings, Disk: kept.Disk, Heard: s.notices.Proven, Clock: s.clock,
			URL: func(tokens []string) string {
				return shape.NewestURL(tokens, func(token string) string { return config.PublicURL() + "/in/" + token })
			}},
		Echo:      echoes.Room{Receiver: s.receiver, PublicURL: config.public, Rules: config.masks.Load, Shape: shape.Event, Note: s.store.Note},
		MailWorks: s.mailWorks,
		Stopping:  s.stopping.Done(),
		Log:       s.log,
	})
	ui, err := userInterface()
	if err != nil {
		return s, err
	}
	s.http.Handle(peer.Believing(cfg.TrustedProxies, routes{
		ingest: httpapi.WithoutSession(s.ingest), echo: httpapi.WithoutSession(s.receiver),
		api: api, metrics: metrics.Handler(), ui: ui, isOwner: isOwner(s.token),
	}))
	return s, nil
}

// localURL is the address of the listener as this machine can use it: an
// unspecified one listens on loopback too.
func localURL(a netip.AddrPort) string {
	if a.Addr().IsUnspecified() {
		a = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
	}
	return "http://" + a.String()
}

// watchCrashes lets the runtime write what kills the process into a file, and
// tells whether the last process died of a fault of its own.
func watchCrashes(dir string) (crashed bool, err error) {
	path := filepath.Join(dir, fileCrash)
	if st, err := os.Stat(path); err == nil && st.Size() > 0 {
		crashed = true
		if err := os.Rename(path, path+".last"); err != nil {
			return true, err
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return crashed, err
	}
	return crashed, errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close())
}

// keyring is the installation's key: given by the configuration, or kept in
// the data folder.
func keyring(cfg config.Config) (*secret.Keyring, error) {
	if !cfg.SecretKey.Empty() {
		return secret.Parse(cfg.SecretKey.Reveal())
	}
	return secret.Open(filepath.Join(cfg.Data, fileKey))
}

// run starts the services and waits for the end.
func (s *server) run(ctx context.Context) error {
	// They stop in reverse: the engine first, while the server still answers,
	// because scenarios call each other through it.
	var work, last service.Service = s.engine, drain{s.engine}
	if s.keeper != nil {
		work = &beating{s.keeper, s.engine}
	}
	s.starting.done("parts")
	group := service.NewGroup("gonets", s.disk, s.notices, timed{work, &s.starting, "runs"}, s.jumps, s.http, last, s.bulks, s.erasures, s.checks.Looks(), &announcement{s})
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	context.AfterFunc(ctx, s.stop)
	go func() {
		select {
		case <-s.store.Failed():
			cancel(errStoreFailed)
		case <-ctx.Done():
		}
	}()
	err := group.Run(ctx, s.cfg.StopDeadline.D()+stopGrace)
	if cause := context.Cause(ctx); errors.Is(cause, errStoreFailed) {
		return cause
	}
	return err
}

// drain stops the engine at its place in the order of services.
type drain struct{ *engine.Engine }

func (drain) Start(context.Context) error { return nil }

// stopGrace is what a stop may take beyond the soft deadline: time for cut
// requests to return and for their results to be stored.
const stopGrace = 5 * time.Second

var errStoreFailed = gonets.Errorf(gonets.CodeStoreFailed,
	"the database failed: nothing was acknowledged that is not stored. Look at the disk, then start the server again")

// closeStore stores what is under way.
func (s *server) closeStore() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	return s.store.Close(ctx)
}

// announcement tells people and programs where the server is.
type announcement struct{ s *server }

func (a *announcement) Name() string { return "announcement" }

// Start writes server.json, by which the command line finds the server, and
// prints the one address that a person opens first.
func (a *announcement) Start(ctx context.Context) error {
	local := localURL(a.s.http.Addr())
	raw, err := json.Marshal(map[string]any{"url": local, "pid": os.Getpid()})
	if err != nil {
		return err
	}
	if err := writeFile(a.path(), raw); err != nil {
		return err
	}
	a.s.starting.done("services")
	a.s.log.Info("started", a.s.starting.took()...)
	data, err := filepath.Abs(a.s.cfg.Data)
	if err != nil {
		return err
	}
	link, err := a.s.link(ctx, local)
	if err != nil {
		return err
	}
	// A terminal that is gone keeps no server from its work.
	_, _ = fmt.Fprintf(a.s.out, "Gonets %s is ready.\n  Open       %s\n  Data       %s\n  Token      %s\n  Next step  gonets apply examples/tilda-to-crm.yaml\n",
		version, link, data, filepath.Join(data, "owner.token"))
	if a.s.http.Addr().Addr().IsUnspecified() && a.s.cfg.PublicURL == "" {
		_, _ = fmt.Fprintf(a.s.out, "  Others     reach this server by the machine's own addresses; --public-url says which one the addresses of sources begin with\n")
	}
	return nil
}

// Stop takes server.json away, so that nobody looks for a server that is not
// there.
func (a *announcement) Stop(context.Context) error {
	if err := os.Remove(a.path()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (a *announcement) path() string { return filepath.Join(a.s.cfg.Data, fileServer) }

// writeFile replaces a file whole: a reader sees the old one or the new one.
func writeFile(path string, data []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// documents applies documents and puts them into force before it answers, so
// that the next event already meets them.
type documents struct {
	*store.Store
	live *live
	tell func(hint.Hint)
}

func (d documents) Apply(ctx context.Context, a document.Apply) ([]document.Applied, error) {
	applied, err := d.Store.Apply(ctx, a)
	if err != nil || a.DryRun {
		return applied, err
	}
	return applied, d.inForce(ctx, nil)
}

// inForce makes what was stored known here and to the other nodes.
func (d documents) inForce(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	d.tell(hint.Hint{Config: true})
	// What is decided is carried out, also when the caller does not wait.
	return d.live.Refresh(context.WithoutCancel(ctx))
}

// scenarios tells the engine at once when a scenario is stopped or started.
type scenarios struct {
	*store.Store
	engine *engine.Engine
	tell   func(hint.Hint)
}

func (s scenarios) SetScenarioState(ctx context.Context, c gonets.StateChange) (gonets.ScenarioInfo, error) {
	info, err := s.Store.SetScenarioState(ctx, c)
	if err != nil {
		return info, err
	}
	s.follow(c.Name, c.State)
	return info, nil
}

// follow makes the engines of all nodes follow a scenario's state.
func (s scenarios) follow(name string, state gonets.ScenarioState) {
	if state == gonets.ScenarioRunning {
		s.engine.Unpark(name)
	} else {
		s.engine.Park(name)
	}
	s.tell(hint.Hint{Config: true, Work: true})
}

// notices are what people were told, and the way to try it out.
type notices struct {
	*store.Store
	*alert.Service
}

// checks find what only the owners of steps and presets know to be wrong in a
// document.
func checks(catalog *source.Catalog) document.Checks {
	return document.Checks{
		Scenario: step.Check,
		Request:  step.CheckRequest,
		Uses:     step.CheckUses,
		Source: func(src *gonets.Source) []gonets.Problem {
			if _, err := catalog.Bind(*src); err != nil {
				return step.Problems("", err)
			}
			return nil
		},
	}
}

// routes sends each request to the part that answers it.
type routes struct {
	ingest, echo, api, metrics http.Handler
	// ui is nil in a build without the interface.
	ui      *webui.Handler
	isOwner func(*http.Request) bool
}

// isOwner tells which requests carry the owner's token.
func isOwner(owner string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		return strings.EqualFold(scheme, "Bearer") && secret.Equal(strings.TrimSpace(token), owner)
	}
}

func (r routes) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path := req.URL.Path
	switch {
	case ingest.Handles(req):
		r.ingest.ServeHTTP(w, req)
	case strings.HasPrefix(path, "/echo/"):
		r.echo.ServeHTTP(w, req)
	case path == "/metrics":
		if !r.isOwner(req) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="gonets"`)
			http.Error(w, "the metrics need the owner's token", http.StatusUnauthorized)
			return
		}
		r.metrics.ServeHTTP(w, req)
	case r.ui != nil && r.ui.Handles(req):
		r.ui.ServeHTTP(w, req)
	case r.ui == nil && (path == "/" || path == "/setup"):
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		// The reader may be gone; there is nobody left to tell.
		_, _ = io.WriteString(w, noInterface)
	default:
		r.api.ServeHTTP(w, req)
	}
}
