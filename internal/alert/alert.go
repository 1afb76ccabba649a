// Package alert tells people of what goes wrong: signals become troubles,
// troubles become news, news is gathered into letters, and letters are sent
// until their channels take them: mail, webhooks, Telegram. What it must not forget stands in the
// store; it can be killed at any moment. A letter may come twice then, under
// the same Message-ID.
package alert

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/setting"
)

const (
	// tick is how often it looks.
	tick = 5 * time.Second
	// lease is how long a letter belongs to the node that sends it, and
	// sendFor how long that node begins with further people.
	lease   = 5 * time.Minute
	sendFor = 2 * time.Minute
	// firstPause and mostPause are the waits between tries, doubling;
	// giveUp is when a letter is given up.
	firstPause = time.Minute
	mostPause  = time.Hour
	giveUp     = 3 * 24 * time.Hour
	// pruneEvery and keep bound what is kept of what was told.
	pruneEvery = time.Hour
	keep       = 90 * 24 * time.Hour
	// maxRounds and maxSends bound one look.
	maxRounds = 20
	maxSends  = 20
	// stopGrace is what a conversation with a mail server gets when the server
	// stops.
	stopGrace = 3 * time.Second
	// roundFull is from how many signals on there may be more.
	roundFull = 500
)

// Book keeps signals, troubles and notices.
type Book interface {
	Signal(ctx context.Context, signals []gonets.Signal) error
	// KeepRejected is Signal for what a server counted; a batch that comes again is
	// stored once.
	KeepRejected(ctx context.Context, server, batch string, signals []gonets.Signal) error
	AlertsDue(ctx context.Context, now time.Time) (news.Due, error)
	// AlertRound stores what decide makes of what there is, in one commit.
	AlertRound(ctx context.Context, decide func(*news.Round)) (taken int, err error)
	Watched(ctx context.Context) (map[string][]news.Watched, error)
	// PruneAlerts gives up notices without a letter and forgets what is old.
	PruneAlerts(ctx context.Context, unsent, old time.Time) error
}

// Letters keeps letters.
type Letters interface {
	// ClaimLetter takes a channel's letter that is due for this node; nil when
	// there is none.
	ClaimLetter(ctx context.Context, channel string, until time.Time) (*news.Letter, error)
	SettleLetter(ctx context.Context, l news.Letter) error
	NoteTest(ctx context.Context, l news.Letter) error
	ProveMail(ctx context.Context, set setting.Mail, password string) error
	MailProven(ctx context.Context, set setting.Mail, password string) (bool, error)
	ProveChannel(ctx context.Context, c setting.Channel, secret string) error
	ChannelProven(ctx context.Context, c setting.Channel, secret string) (bool, error)
}

// Outgoing is a letter for one person.
type Outgoing struct {
	ID       string
	Date     time.Time
	To       string
	Subject  string
	Text     string
	Mail     setting.Mail
	Password string
}

// Parcel is a letter for one channel beside mail.
type Parcel struct {
	ID      string
	Subject string
	Text    string
	Channel setting.Channel
	Secret  string
}

// Options are what a Service works with. All are needed but Titles, Language
// and Owner.
type Options struct {
	Book    Book
	Letters Letters
	// Send hands a letter to the mail server and returns what that said.
	Send func(ctx context.Context, o Outgoing) (said string, err error)
	// Hand gives a letter to another channel and returns what that said.
	Hand     func(ctx context.Context, p Parcel) (said string, err error)
	Settings func() setting.Settings
	Secret   func(ctx context.Context, name string) (string, error)
	// PublicURL is what links in letters begin with.
	PublicURL func() string
	// Titles are the scenarios' by name.
	Titles func(ctx context.Context) (map[string]string, error)
	// Language is the owner's, ru or en; empty is ru.
	Language func(ctx context.Context) (string, error)
	// Owner is the owner's address, empty when there is none: letters go there
	// while the settings name nobody.
	Owner func(ctx context.Context) (string, error)
	// States are what is looked at besides runs.
	States  States
	Digests Digests
	// ClosedLanes are the names of the queues that failures closed; nil knows of
	// none.
	ClosedLanes func(ctx context.Context) ([]string, error)
	// Disk says how it stands with this server's disk while that is low or full, and
	// is nil otherwise. It is cheap when told is true: then people know already. Nil
	// knows of no disk.
	Disk func(ctx context.Context, told bool) (*news.Disk, error)
	// Server is this server's name where several share a database.
	Server string
	// Certificates are those that hosts showed since the last call; nil knows of none.
	Certificates func() []news.Certificate
	// Secrets are what may be shown of those that are kept; nil knows of none.
	Secrets func(ctx context.Context) ([]gonets.SecretInfo, error)
	// Servers are those of the database that live; nil is this one alone.
	Servers func(ctx context.Context) ([]string, error)
	// Drifts look at the fields of events; nil looks at none.
	Drifts Drifts
	Bus    interface{ Publish(c gonets.Change) }
	Clock  gonets.Clock
	Log    *slog.Logger
}

// Service tells people. Start it before the engine, stop it after.
type Service struct {
	Watch
	o Options

	loops   sync.WaitGroup
	stop    context.CancelFunc
	looping context.Context
	// sending ends a little later, so that a letter that is on its way gets
	// through.
	sending context.Context
	cut     context.CancelFunc
	pruned  time.Time
	// rejections and outcomes are what was counted and is not stored for sure.
	rejections rejections
	outcomes   outcomes
	// statesAt is when states were looked at, usual what was learned of sources.
	statesAt time.Time
	usual    map[string]learned
	// kept are the certificates that this node has stored lately.
	kept map[string]keptCertificate

	// busy are the channels that are being worked on: a slow one holds up none
	// of the others.
	atWork sync.Mutex
	busy   map[string]bool
	// unsettled are letters by channel of which the store does not know yet what became.
	unsettled sync.Map
}

// rejections are requests that were refused, under the id of their storing.
type rejections struct {
	id      string
	signals []gonets.Signal
}

// outcomes are how scenarios' work ended, under the id of their storing.
type outcomes struct {
	id     string
	counts map[string]news.Outcomes
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{o: o, busy: map[string]bool{}, usual: map[string]learned{}, kept: map[string]keptCertificate{}}
	s.looping, s.stop = context.WithCancel(context.Background())
	s.sending, s.cut = context.WithCancel(context.Background())
	return s
}

// Name names the service.
func (s *Service) Name() string { return "notices" }

// Start takes up what is known, so that the engine's first success is noticed,
// and begins to look; the first look comes later, so that a server is ready at
// once. A database that is away does not keep a server from its
// start.
func (s *Service) Start(ctx context.Context) error {
	s.wants(s.o.Settings().Notices)
	if known, err := s.o.Book.Watched(ctx); err == nil {
		s.refresh(known)
	} else if ctx.Err() == nil {
		s.o.Log.Warn("what people were told of could not be read yet; trying again", "error", err)
	}
	s.loops.Go(func() { s.loop(s.look) })
	s.loops.Go(func() { s.loop(s.send) })
	return nil
}

// Stop ends the looking, and what is being sent soon after, and stores what was
// counted last.
func (s *Service) Stop(ctx context.Context) error {
	s.stop()
	stopping := ctx
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	done := make(chan struct{})
	go func() {
		s.loops.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	s.cut()
	<-done
	keeping, cancel := context.WithTimeout(stopping, stopGrace)
	defer cancel()
	s.keepLast(keeping, s.keepRejected, "how many requests were rejected since the last look could not be stored")
	s.keepLast(keeping, s.keepOutcomes, "how many runs ended since the last look could not be stored")
	return nil
}

// keepLast stores what comes again, and what was counted behind it.
func (s *Service) keepLast(ctx context.Context, keep func(context.Context) error, failed string) {
	for range 2 {
		if err := keep(ctx); err != nil {
			s.o.Log.Warn(failed, "error", err)
			return
		}
	}
}

func (s *Service) loop(work func(context.Context)) {
	for {
		timer := s.o.Clock.NewTimer(tick)
		select {
		case <-timer.C():
			work(s.looping)
		case <-s.looping.Done():
			timer.Stop()
			return
		}
	}
}

// look draws conclusions from what was signalled.
func (s *Service) look(ctx context.Context) {
	if err := s.Conclude(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Warn("what people have to be told could not be worked out; trying again", "error", err)
	}
}

// Conclude is one look: what was signalled becomes news, and news that is due
// becomes letters. A service that was started does it by itself.
func (s *Service) Conclude(ctx context.Context) error {
	if err := s.keepRejected(ctx); err != nil {
		return err
	}
	if err := s.keepOutcomes(ctx); err != nil {
		return err
	}
	set, err := s.settings(ctx)
	if err != nil {
		return err
	}
	s.wants(set.Notices)
	if err := s.lookAtStates(ctx, &set); err != nil {
		return err
	}
	due, err := s.o.Book.AlertsDue(ctx, s.o.Clock.Now())
	if err != nil {
		return err
	}
	if due.Signals || due.Notices && len(channels(&set)) > 0 {
		if err := s.rounds(ctx, set); err != nil {
			return err
		}
	}
	known, err := s.o.Book.Watched(ctx)
	if err != nil {
		return err
	}
	s.refresh(known)
	return s.prune(ctx)
}

func (s *Service) rounds(ctx context.Context, set setting.Settings) error {
	d := decider{rules: set.Notices, quiet: set.Quiet(), channels: channels(&set)}
	if len(d.channels) > 0 {
		w, err := s.writer(ctx, set)
		if err != nil {
			return err
		}
		d.write = w.write
	}
	for range maxRounds {
		taken, err := s.o.Book.AlertRound(ctx, d.decide)
		if err != nil {
			return err
		}
		s.o.Bus.Publish(gonets.Change{Kind: "notice"})
		if taken < roundFull {
			return nil
		}
	}
	return nil
}

func (s *Service) writer(ctx context.Context, set setting.Settings) (*writer, error) {
	language, titles, err := "", map[string]string(nil), error(nil)
	if s.o.Language != nil {
		language, err = s.o.Language(ctx)
	}
	if err == nil && s.o.Titles != nil {
		titles, err = s.o.Titles(ctx)
	}
	if err != nil {
		return nil, err
	}
	w := newWriter(language, set, s.o.PublicURL(), titles)
	w.now = s.o.Clock.Now()
	return w, nil
}

// keepRejected stores what was counted since the last look. What cannot be stored,
// or may have been, comes again as it is: it is known by its id.
func (s *Service) keepRejected(ctx context.Context) error {
	if s.rejections.id == "" {
		counts := s.takeRejected()
		if len(counts) == 0 {
			return nil
		}
		s.rejections = rejections{id: id.New()}
		now := s.o.Clock.Now()
		for _, source := range slices.Sorted(maps.Keys(counts)) {
			s.rejections.signals = append(s.rejections.signals, gonets.Signal{Kind: gonets.SignalRejected, Cause: gonets.Cause{Source: source, Code: gonets.CodeSignature},
				RunID: now.Format(time.RFC3339Nano), Runs: counts[source].n, At: now, Last: counts[source].last})
		}
	}
	if err := s.o.Book.KeepRejected(ctx, s.o.Server, s.rejections.id, s.rejections.signals); err != nil {
		return err
	}
	s.rejections = rejections{}
	return nil
}

func (s *Service) prune(ctx context.Context) error {
	now := s.o.Clock.Now()
	if now.Sub(s.pruned) < pruneEvery {
		return nil
	}
	s.pruned = now
	return s.o.Book.PruneAlerts(ctx, now.Add(-giveUp), now.Add(-keep))
}
