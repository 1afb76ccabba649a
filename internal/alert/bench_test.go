package alert_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/alert"
	"gonets/internal/channel"
	"gonets/internal/document"
	"gonets/internal/drift"
	"gonets/internal/id"
	"gonets/internal/mail"
	"gonets/internal/news"
	"gonets/internal/outbound"
	"gonets/internal/reconciliation"
	"gonets/internal/testkit"
	"gonets/setting"
)

var cluster testkit.Cluster

func TestMain(m *testing.M) { testkit.Main(m, cluster.Stop) }

const password = "canary-51c7"

// bench is a store with its service and a mail server.
type bench struct {
	*testing.T
	*alert.Service
	store keeper
	clock *testkit.Clock
	mail  *testkit.MailServer
	bus   *bus
	log   *lines

	// set is changed between looks only.
	set   setting.Settings
	owner string
	// language is the owner's; unread is what cannot be read of him at the moment.
	language, unread string
	// closed are the queues that are.
	closed []string
	// disk is how it stands with it, asked how often that was worked out in full.
	disk  *news.Disk
	asked int
	// shown are until when the certificates are good that hosts show, lives how long
	// they were when they were new; 0 is not known.
	shown map[string]time.Time
	lives time.Duration
	// name is the server's own, servers are those that live.
	name    string
	servers []string
}

// keeper is the store.
type keeper interface {
	alert.Book
	alert.Letters
	alert.States
	alert.Digests
	drift.Book
	runKeeper
	mailKeeper
	Reconcile(ctx context.Context, a reconciliation.Question) ([]reconciliation.Day, error)
}

type runKeeper interface {
	Apply(ctx context.Context, a document.Apply) ([]document.Applied, error)
	Accept(ctx context.Context, a []gonets.Acceptance) ([]gonets.Accepted, error)
	Claim(ctx context.Context, c gonets.Claim) ([]gonets.Job, error)
	Finish(ctx context.Context, t gonets.Transition) (fenced bool, err error)
	Act(ctx context.Context, a gonets.Action) (gonets.Run, error)
	Node() string
	Epoch() int64
	Close(ctx context.Context) error
}

type mailKeeper interface {
	secretKeeper
	DeleteSource(ctx context.Context, name, actor string) error
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
	Silences(ctx context.Context) (map[string]news.Silence, error)
	AcceptSilence(ctx context.Context, source, actor string) error
	Notices(ctx context.Context, p gonets.Page) (gonets.List[news.Told], error)
}

type secretKeeper interface {
	Secret(ctx context.Context, name string) (string, error)
	SetSecret(ctx context.Context, name, value string, until time.Time, actor string) error
	SetSecretEnd(ctx context.Context, name string, until time.Time, actor string) error
	Secrets(ctx context.Context) ([]gonets.SecretInfo, error)
	DeleteSecret(ctx context.Context, name, actor string) error
}

type bus struct{}

func (*bus) Publish(gonets.Change) {}

// lines are what was logged.
type lines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(p)
}

// onOne runs a test of what is decided and sent, which is the same whatever the
// database, on SQLite.
func onOne(t *testing.T, o testkit.MailOptions, test func(*bench)) {
	t.Helper()
	t.Parallel()
	clock := testkit.NewClock()
	test(newBench(t, testkit.Store(t, clock, nil), clock, testkit.Mail(t, o)))
}

// onBoth runs a test of what is kept on both databases.
func onBoth(t *testing.T, o testkit.MailOptions, test func(*bench)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		clock := testkit.NewClock()
		test(newBench(t, testkit.Store(t, clock, nil), clock, testkit.Mail(t, o)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		clock := testkit.NewClock()
		st := testkit.SharedStore(t, testkit.Member{Address: cluster.Database(t), Name: "a", Clock: clock})
		test(newBench(t, st, clock, testkit.Mail(t, o)))
	})
}

func newBench(t *testing.T, st keeper, clock *testkit.Clock, m *testkit.MailServer) *bench {
	t.Helper()
	b := &bench{T: t, store: st, clock: clock, mail: m, bus: &bus{}, log: &lines{}}
	b.set = setting.Settings{Mail: &setting.Mail{Host: m.Host, Port: m.Port, Security: setting.MailSTARTTLS, Username: "gonets",
		Password: &setting.SecretName{Secret: "smtp-password"}, From: "gonets@example.org", To: []string{"anna@example.org"}}}
	b.must(st.SetSecret(t.Context(), "smtp-password", password, time.Time{}, "test"))
	b.must1(st.Apply(t.Context(), document.Apply{Sources: []gonets.Source{{Name: "form", Preset: "generic"}}}))
	b.Service = b.service(st)
	return b
}

// service is one node's.
func (b *bench) service(st keeper) *alert.Service {
	client := outbound.New(outbound.Options{Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	b.Cleanup(client.Close)
	post := &mail.Sender{Dial: client.Dial, TLS: &tls.Config{RootCAs: b.mail.Trust}}
	others := &channel.Sender{Do: client.Do, Clock: b.clock}
	return alert.New(alert.Options{
		Disk: func(_ context.Context, told bool) (*news.Disk, error) {
			if b.disk != nil && !told {
				b.asked++
			}
			return b.disk, nil
		},
		States: st, Digests: st, ClosedLanes: func(context.Context) ([]string, error) { return b.closed, nil },
		Server: b.name, Servers: func(context.Context) ([]string, error) { return b.servers, nil },
		Certificates: func() (out []news.Certificate) {
			for host, end := range b.shown {
				c := news.Certificate{Host: host, End: end}
				if b.lives > 0 {
					c.From = end.Add(-b.lives)
				}
				out = append(out, c)
			}
			return out
		},
		Drifts: b.drifts(st).Look, Secrets: st.Secrets,
		Book: st, Letters: st, Secret: st.Secret, Clock: b.clock, Bus: b.bus, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		PublicURL: func() string { return "https://g.example.org" },
		Settings:  func() setting.Settings { return b.set },
		Owner:     func(context.Context) (string, error) { return b.owner, b.fault("recipients") },
		Language:  func(context.Context) (string, error) { return b.language, b.fault("language") },
		Titles:    func(context.Context) (map[string]string, error) { return nil, b.fault("titles") },
		Send: func(ctx context.Context, o alert.Outgoing) (string, error) {
			return post.Send(ctx, o.Mail, o.Password, mail.Letter{ID: o.ID, Date: o.Date, To: o.To, Subject: o.Subject, Text: o.Text})
		},
		Hand: func(ctx context.Context, p alert.Parcel) (string, error) {
			return others.Send(ctx, channel.Message{ID: p.ID, Subject: p.Subject, Text: p.Text, Channel: p.Channel, Secret: p.Secret})
		},
	})
}

// fault is why something cannot be read at the moment; nil when it can.
func (b *bench) fault(what string) error {
	if b.unread != what {
		return nil
	}
	return gonets.Errorf(gonets.CodeStoreAway, "the database does not answer")
}

func secure() testkit.MailOptions {
	return testkit.MailOptions{STARTTLS: true, User: "gonets", Password: password}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) must1(_ any, err error) {
	b.Helper()
	b.must(err)
}

// scenarios applies some, each with one step.
func (b *bench) scenarios(names ...string) {
	b.Helper()
	for _, name := range names {
		b.must1(b.store.Apply(b.Context(), document.Apply{Scenarios: []gonets.Scenario{{Name: name, Sources: []string{"form"},
			Steps: []gonets.Step{{ID: "send", HTTP: &gonets.HTTPStep{URL: "http://crm.example/"}}}}}}))
	}
}

// runs makes events and takes up their runs.
func (b *bench) runs(n int) []gonets.Run {
	b.Helper()
	var list []gonets.Acceptance
	for range n {
		list = append(list, gonets.Acceptance{Event: gonets.Event{ID: id.New(), Source: "form", ReceivedAt: b.clock.Now(), Method: "POST"}})
	}
	b.must1(b.store.Accept(b.Context(), list))
	var out []gonets.Run
	for {
		got := b.claim()
		if len(got) == 0 {
			return out
		}
		out = append(out, got...)
	}
}

// claim takes up what is due.
func (b *bench) claim() []gonets.Run {
	b.Helper()
	jobs, err := b.store.Claim(b.Context(), gonets.Claim{Lane: gonets.LaneUnknown, Limit: 100, Node: b.store.Node(), Epoch: b.store.Epoch(), Now: b.clock.Now()})
	b.must(err)
	var out []gonets.Run
	for i := range jobs {
		out = append(out, jobs[i].Run)
	}
	return out
}

// end is how an attempt ends and what becomes of the run.
type end struct {
	status int
	state  gonets.RunState
	// host is crm.example when it is empty.
	host string
}

func ok() end                    { return end{200, gonets.RunSucceeded, ""} }
func waits() end                 { return end{503, gonets.RunWaiting, ""} }
func stalls() end                { return end{400, gonets.RunPaused, ""} }
func gaveUp() end                { return end{503, gonets.RunPaused, ""} }
func (e end) at(host string) end { e.host = host; return e }

// attempt does what the engine does after an attempt. Waiting runs come back
// after a second.
func (b *bench) attempt(run gonets.Run, e end) {
	b.Helper()
	t := gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease, State: e.state, Lane: gonets.LaneUnknown, Cursor: "send", At: b.clock.Now()}
	if e.host == "" {
		e.host = "crm.example"
	}
	a := &gonets.Attempt{RunID: run.ID, N: run.Attempts + 1, Path: "send", StartedAt: b.clock.Now(), Charged: true,
		Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: "https://" + e.host + "/leads", Status: e.status}}
	if e.status != 200 {
		a.Outcome, a.Code = gonets.OutcomeHTTP, gonets.CodeHTTPStatus
		t.Reason = a.Code
	}
	if e.state == gonets.RunWaiting {
		t.DueAt = b.clock.Now().Add(time.Second)
	}
	t.Attempt = a
	t.Signals = news.Of(&run, &t)
	if s, ok := news.Done(&run, &t); ok && b.Tells(run.Scenario) {
		t.Signals = append(t.Signals, s)
	}
	for _, trouble := range news.Recovered(b.Watched(run.Scenario), news.Work{Transition: &t}) {
		t.Signals = append(t.Signals, gonets.Signal{Kind: gonets.SignalOK, Trouble: trouble, Cause: gonets.Cause{Scenario: run.Scenario}, RunID: run.ID, N: a.N, At: t.At})
	}
	fenced, err := b.store.Finish(b.Context(), t)
	if err != nil || fenced {
		b.Errorf("fenced %v, %v", fenced, err)
	}
	b.Noted(t.Signals)
}

// pass lets time go by, with a look every few seconds.
func (b *bench) pass(d time.Duration) {
	b.Helper()
	step := 5 * time.Second
	switch {
	case d > 24*time.Hour:
		step = 30 * time.Minute
	case d > time.Hour:
		step = 2 * time.Minute
	case d > 10*time.Minute:
		step = time.Minute
	}
	for end := b.clock.Now().Add(d); b.clock.Now().Before(end); {
		b.clock.Advance(step)
		b.Tick(b.Context())
	}
}

// subjects are those of the letters that were answered.
func (b *bench) subjects() []string {
	var out []string
	for _, l := range b.mail.Letters() {
		out = append(out, l.Subject)
	}
	return out
}

// want compares the letters with texts that their subjects hold.
func (b *bench) want(subjects ...string) {
	b.Helper()
	got := b.subjects()
	good := len(got) == len(subjects)
	for i := range got {
		good = good && strings.Contains(got[i], subjects[i])
	}
	if !good {
		b.Fatalf("letters %q, want %q\n%s", got, subjects, b.log.String())
	}
}

func (b *bench) notices() []news.Told {
	b.Helper()
	l, err := b.store.Notices(b.Context(), gonets.Page{})
	b.must(err)
	return l.Items
}

// Rejected is a request that a source does not believe now.
func (b *bench) Rejected(source string) { b.Service.Rejected(source, b.clock.Now()) }
