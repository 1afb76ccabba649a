// Package ingest receives events: /in/{token} and what stands under it. It
// verifies, parses and keeps a request in one commit, and answers only then.
//
// It never redirects, sets no cookie and challenges nobody for Digest: the
// callers are programs that lose the body on a redirect or never stop trying.
//
// Every answer to an accepted event says in the header Gonets-Answer whether a
// scenario gave it: "respond" is what a respond step said; "none" is the
// source's default answer, because no scenario answers, the answer did not come
// in time, or the run waits, is paused or held. A bot that asks another one
// tries again on "none". When the server stops while a scenario's own request
// (Gonets-Hops 1 or more) waits for its answer, or the store cannot be asked for it,
// that request gets 503: it is repeated with its Idempotency-Key and then gets the
// answer.
package ingest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/notify"
	"gonets/internal/source"
	"gonets/internal/telemetry"
)

// Store is what ingest needs of the store.
type Store interface {
	SourceByToken(ctx context.Context, token string) (gonets.SourceInfo, error)
	Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	Secret(ctx context.Context, name string) (string, error)
	// Accept keeps all of them in one commit, or none.
	Accept(ctx context.Context, a []gonets.Acceptance) ([]gonets.Accepted, error)
	Answer(ctx context.Context, eventID string) (*gonets.Answer, error)
	FindEvent(ctx context.Context, source, idOrKey string) (gonets.Event, error)
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
}

// Engine takes the runs that were born leased to this node.
type Engine interface {
	// Offer never blocks for long: a run that finds no place is given back.
	Offer(jobs []gonets.Job)
}

// Control lets a caller have an event's runs tried again.
type Control interface {
	Act(ctx context.Context, a gonets.Action) (gonets.Run, error)
	Rerun(ctx context.Context, r gonets.Rerun) (gonets.Job, error)
}

// Metrics counts.
type Metrics interface {
	// EventsAccepted counts n newly stored events.
	EventsAccepted(n int)
}

// Options are what a Handler works with. All are needed but those that say
// otherwise.
type Options struct {
	Store   Store
	Engine  Engine
	Control Control
	Bus     *notify.Bus
	Catalog *source.Catalog
	Clock   gonets.Clock
	Log     *slog.Logger
	Metrics Metrics
	// Stopping is closed when the server begins to stop: requests that are not
	// accepted yet are then answered 503, and so are scenarios that wait for an
	// answer; other callers who wait get the default answer.
	Stopping <-chan struct{}
	// PublicURL is the server's address for others, without a slash at the
	// end; empty makes the addresses in answers relative.
	PublicURL func() string
	// Version is told by ping.
	Version string
	// ClockSet says in a sentence that this server's clock was set lately; empty
	// when it was not. Optional.
	ClockSet func() string
	// LastError is what a run's last error says to its sender: the sender has no
	// more right to what is hidden than people have. Without it nothing is said.
	LastError func(ctx context.Context, runID string) (string, error)
	// Rejected counts a request that a source did not believe; optional.
	Rejected func(source string)
	// MaxBody is the longest body in bytes; 0 is gonets.MaxIngestBody.
	MaxBody int64
	// MaxInFlight is how many bytes of bodies are read at once; 0 is
	// gonets.MaxIngestInFlight.
	MaxInFlight int64
}

// Handler serves every address under /in/. Close it when done.
type Handler struct {
	o      Options
	flight budget
	few    *telemetry.Few // what is written of refused requests
	cache  *cache
}

// New returns a Handler.
func New(o Options) *Handler {
	if o.MaxBody <= 0 {
		o.MaxBody = gonets.MaxIngestBody
	}
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = gonets.MaxIngestInFlight
	}
	return &Handler{o: o, flight: budget{max: o.MaxInFlight}, few: telemetry.NewFew(o.Log, o.Clock), cache: newCache(&o)}
}

// Close ends the handler's subscription; requests may still be served.
func (h *Handler) Close() { h.cache.close() }

// InFlight is how many bytes of bodies are held at this moment.
func (h *Handler) InFlight() int64 { return h.flight.used.Load() }

// Handles tells whether a request is for ingest. Ask it before a ServeMux
// sees the request: a mux answers paths such as //in/x with a redirect.
func Handles(r *http.Request) bool {
	_, ok := parseAddress(r.URL.EscapedPath())
	return ok
}

func (h *Handler) stopped() error {
	select {
	case <-h.o.Stopping:
		return gonets.Errorf(gonets.CodeStopping, "the server is stopping")
	default:
		return nil
	}
}

// exchange is one request on its way through the handler.
type exchange struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	addr   address
	method string
	b      *source.Binding
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{h: h, w: w, r: r, method: strings.ToUpper(r.Method)}
	if err := x.serve(); err != nil {
		x.fail(err)
	}
}

func (x *exchange) serve() error {
	var ok bool
	if x.addr, ok = parseAddress(x.r.URL.EscapedPath()); !ok || x.addr.token == "" {
		return gonets.Errorf(gonets.CodeAddressUnknown, "no source has this address")
	}
	if n := headerBytes(x.r); n > gonets.MaxHeadersIn {
		return gonets.Errorf(gonets.CodeHeadersTooLarge, "the headers take %d bytes, at most %d are taken", n, gonets.MaxHeadersIn)
	}
	b, err := x.h.cache.byToken(x.r.Context(), x.addr.token)
	if err != nil {
		return err
	}
	x.b = b
	switch x.method {
	case http.MethodOptions:
		return x.options()
	case http.MethodHead:
		x.write(source.Standard(http.StatusOK, source.Receipt{Success: true}))
		return nil
	}
	route, found := routes[x.addr.action]
	if !found {
		return x.event()
	}
	if x.method != route.method {
		return x.notAllowed(route.method)
	}
	return route.serve(x)
}

// route is an address under a source's own.
type route struct {
	method string
	serve  func(*exchange) error
}

// routes are all of them; any other rest of a path belongs to the event.
var routes = map[string]route{
	"batch":  {http.MethodPost, (*exchange).batch},
	"ping":   {http.MethodGet, (*exchange).ping},
	"status": {http.MethodGet, (*exchange).status},
	"retry":  {http.MethodPost, (*exchange).retry},
}

// event receives one request.
func (x *exchange) event() error {
	if !x.b.Accepts(x.method) {
		return x.notAllowed(x.b.Methods()...)
	}
	in, hold, err := x.incoming()
	defer hold.release()
	if err != nil {
		return err
	}
	shake, err := x.admit(in)
	if err != nil {
		return err
	}
	if shake != nil && !shake.MakesEvent {
		x.write(shake.Reply)
		return nil
	}
	d := draft{b: x.b, in: in, event: x.base(in)}
	if shake != nil {
		d.event.Mark = gonets.MarkCheck
	}
	p, err := d.plan()
	if err != nil {
		return err
	}
	if len(p.list) == 0 {
		// A batch without an element that is meant to be an event.
		x.writeDefault(x.b.Reply(p.whole, source.Receipt{Success: true, Status: source.StatusAccepted}))
		return nil
	}
	var waiter *notify.Waiter
	if len(p.list) == 1 && x.b.Wait() > 0 {
		// Before the commit, so that no answer is missed.
		waiter = x.h.o.Bus.Await(p.list[0].Event.ID)
		defer func() { waiter.Stop() }()
	}
	accepted, err := x.h.commit(&p)
	if err != nil {
		return err
	}
	// From here on the request's body is not needed, however long it waits.
	hold.release()
	if len(accepted) > 1 || p.split {
		return x.receipts(accepted, p.whole)
	}
	one := accepted[0]
	if one.Conflict {
		return keyReused()
	}
	if one.Duplicate && waiter != nil {
		waiter.Stop()
		waiter = x.h.o.Bus.Await(one.EventID)
	}
	r := source.Receipt{Success: true, EventID: one.EventID, Duplicate: one.Duplicate, Status: word(one)}
	wait := one.MayRespond && waiter != nil
	if wait {
		r.StatusURL = x.statusURL(one.EventID)
	}
	return x.answer(one, pending{
		reply: x.b.Reply(p.whole, r), wait: wait, waiter: waiter, asked: p.list[0].Event.Hops > 0,
	})
}

func keyReused() error {
	return gonets.Errorf(gonets.CodeKeyReused, "this Idempotency-Key came before with another body; every new event needs a new key")
}

// incoming reads the request. hold is the memory of its body and of what that
// is taken apart into; it is never nil, and is given back by whoever called.
func (x *exchange) incoming() (in *source.Incoming, held *hold, err error) {
	held = &hold{budget: &x.h.flight}
	if err := x.h.stopped(); err != nil {
		return nil, held, err
	}
	body, err := x.read(held)
	if err != nil {
		return nil, held, err
	}
	in = &source.Incoming{
		Method: x.method, Path: x.addr.rest, RawQuery: x.r.URL.RawQuery, Headers: headerList(x.r),
		Body: body, Remote: peer(x.r), Now: x.h.o.Clock.Now(), Pay: held.take,
	}
	return in, held, held.unpack(in)
}

// admit verifies the caller and recognises handshakes.
func (x *exchange) admit(in *source.Incoming) (*source.Shake, error) {
	if x.addr.action == "" {
		if shake, err := x.b.Handshake(in, false); err != nil || shake != nil && !shake.MakesEvent {
			return shake, err
		}
	}
	err := x.b.Verify(in, func(name string) (string, error) {
		return x.h.o.Store.Secret(x.r.Context(), name)
	})
	if e := (*gonets.Error)(nil); x.h.o.ClockSet != nil && errors.As(err, &e) && e.Code == gonets.CodeSignatureStale {
		if set := x.h.o.ClockSet(); set != "" {
			e.Message += ". " + set
		}
	}
	if err != nil || x.addr.action != "" {
		return nil, err
	}
	shake, err := x.b.Handshake(in, true)
	if shake == nil && err == nil {
		shake, err = x.b.Handshake(in, false)
	}
	return shake, err
}

// base is what all events of the request have in common.
func (x *exchange) base(in *source.Incoming) gonets.Event {
	return gonets.Event{
		Method: in.Method, Path: in.Path, RawQuery: in.RawQuery, Headers: in.Headers, Remote: in.Remote,
		ReceivedAt: in.Now, ContentType: x.r.Header.Get("Content-Type"), Body: in.Body,
	}
}

// options answers a browser's preflight, or a service's handshake; it makes no
// event.
func (x *exchange) options() error {
	in := &source.Incoming{
		Method: x.method, RawQuery: x.r.URL.RawQuery, Headers: headerList(x.r), Now: x.h.o.Clock.Now(),
	}
	shake, err := x.b.Handshake(in, false)
	if err != nil {
		return err
	}
	if shake != nil {
		x.write(shake.Reply)
		return nil
	}
	head := x.w.Header()
	head.Set("Allow", allow(x.b.Methods()))
	head.Set("Access-Control-Allow-Methods", allow(x.b.Methods()))
	asked := x.r.Header.Get("Access-Control-Request-Headers")
	if asked == "" || len(asked) > 1024 {
		asked = "*"
	}
	head.Set("Access-Control-Allow-Headers", asked)
	head.Set("Access-Control-Max-Age", "600")
	x.write(source.Standard(http.StatusOK, source.Receipt{Success: true}))
	return nil
}

func allow(methods []string) string {
	all := slices.Clone(methods)
	for _, m := range []string{http.MethodHead, http.MethodOptions} {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return strings.Join(all, ", ")
}

func (x *exchange) notAllowed(methods ...string) error {
	x.w.Header().Set("Allow", allow(methods))
	return gonets.Errorf(gonets.CodeMethodNotAllowed, "this address takes %s, not %s", strings.Join(methods, ", "), clip(x.method, 16))
}

// ping tells that the address works, without an event.
func (x *exchange) ping() error {
	in, hold, err := x.incoming()
	defer hold.release()
	if err != nil {
		return err
	}
	if _, err := x.admit(in); err != nil {
		return err
	}
	x.writeJSON(http.StatusOK, struct {
		Success bool   `json:"success"`
		Source  string `json:"source"`
		Title   string `json:"title,omitempty"`
		Version string `json:"version"`
		Time    string `json:"time"`
	}{true, x.b.Source.Name, x.b.Source.Title, x.h.o.Version, in.Now.UTC().Format("2006-01-02T15:04:05.000Z07:00")})
	return nil
}

// peer is who holds the other end of the connection. Forwarded headers are not
// looked at: anybody may write them.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// headerList is the request's headers, sorted by name: net/http does not keep
// their order.
func headerList(r *http.Request) []gonets.Header {
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]gonets.Header, 0, len(names)+1)
	if r.Host != "" {
		out = append(out, gonets.Header{Name: "Host", Value: r.Host})
	}
	for _, name := range names {
		for _, v := range r.Header[name] {
			out = append(out, gonets.Header{Name: name, Value: v})
		}
	}
	return out
}

func headerBytes(r *http.Request) int {
	n := 0
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// hops reads how many of our own scenarios the request has come through. The
// caller may lie; it is only a counter, and lying brings nothing.
func hops(headers []gonets.Header) (int, error) {
	most := 0
	for _, h := range headers {
		if !strings.EqualFold(h.Name, "Gonets-Hops") {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(h.Value), 10, 31)
		if err == nil {
			most = max(most, int(n))
		} else if isDigits(h.Value) {
			most = gonets.MaxHops + 1
		}
	}
	if most > gonets.MaxHops {
		return 0, gonets.Errorf(gonets.CodeHopsExceeded,
			"the event has come through more than %d scenarios of this server: they call one another in a circle", gonets.MaxHops)
	}
	return most, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
