// Package alert tells people of what goes wrong: signals become troubles,
// troubles become news, news is gathered into letters, and letters are sent
// until the mail server takes them. What it must not forget stands in the
// store; it can be killed at any moment. A letter may come twice then, under
// the same Message-ID.
package alert

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/news"
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
	AlertsDue(ctx context.Context, now time.Time) (news.Due, error)
	// AlertRound stores what decide makes of what there is, in one commit.
	AlertRound(ctx context.Context, decide func(*news.Round)) (taken int, err error)
	Watched(ctx context.Context) (map[string][]news.Watched, error)
	// PruneAlerts gives up notices without a letter and forgets what is old.
	PruneAlerts(ctx context.Context, unsent, old time.Time) error
}

// Letters keeps letters.
type Letters interface {
	// ClaimLetter takes a letter that is due for this node; nil when there is
	// none.
	ClaimLetter(ctx context.Context, until time.Time) (*news.Letter, error)
	SettleLetter(ctx context.Context, l news.Letter) error
	NoteTest(ctx context.Context, l news.Letter) error
	ProveMail(ctx context.Context, set gonets.Mail, password string) error
	MailProven(ctx context.Context, set gonets.Mail, password string) (bool, error)
}

// Outgoing is a letter for one person.
type Outgoing struct {
	ID       string
	Date     time.Time
	To       string
	Subject  string
	Text     string
	Mail     gonets.Mail
	Password string
}

// Options are what a Service works with. All are needed but Titles, Language
// and Owner.
type Options struct {
	Book    Book
	Letters Letters
	// Send hands a letter to the mail server and returns what that said.
	Send     func(ctx context.Context, o Outgoing) (said string, err error)
	Settings func() gonets.Settings
	Secret   func(ctx context.Context, name string) (string, error)
	// PublicURL is what links in letters begin with.
	PublicURL func() string
	// Titles are the scenarios' by name.
	Titles func(ctx context.Context) (map[string]string, error)
	// Language is the owner's, ru or en; empty is ru.
	Language func(ctx context.Context) string
	// Owner is the owner's address, empty when there is none: letters go there
	// while the settings name nobody.
	Owner func(ctx context.Context) (string, error)
	Bus   interface{ Publish(c gonets.Change) }
	Clock gonets.Clock
	Log   *slog.Logger
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
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{o: o}
	s.looping, s.stop = context.WithCancel(context.Background())
	s.sending, s.cut = context.WithCancel(context.Background())
	return s
}

// Name names the service.
func (s *Service) Name() string { return "notices" }

// Start takes up what is known, so that the engine's first success is noticed,
// and begins to look. A database that is away does not keep a server from its
// start.
func (s *Service) Start(ctx context.Context) error {
	s.look(ctx)
	s.loops.Go(func() { s.loop(s.look) })
	s.loops.Go(func() { s.loop(s.send) })
	return nil
}

// Stop ends the looking, and what is being sent soon after.
func (s *Service) Stop(ctx context.Context) error {
	s.stop()
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
	return nil
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
	if err := s.conclude(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Warn("what people have to be told could not be worked out; trying again", "error", err)
	}
}

func (s *Service) conclude(ctx context.Context) error {
	if err := s.keepRejected(ctx); err != nil {
		return err
	}
	due, err := s.o.Book.AlertsDue(ctx, s.o.Clock.Now())
	if err != nil {
		return err
	}
	set, err := s.settings(ctx)
	if err != nil {
		return err
	}
	mail := set.Mail != nil && len(set.Mail.To) > 0
	if due.Signals || due.Notices && mail {
		if err := s.rounds(ctx, set, mail); err != nil {
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

func (s *Service) rounds(ctx context.Context, set gonets.Settings, mail bool) error {
	var d decider
	if mail {
		w, err := s.writer(ctx, set)
		if err != nil {
			return err
		}
		d.write = w.letter
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

func (s *Service) writer(ctx context.Context, set gonets.Settings) (*writer, error) {
	language, titles := "", map[string]string(nil)
	if s.o.Language != nil {
		language = s.o.Language(ctx)
	}
	if s.o.Titles != nil {
		var err error
		if titles, err = s.o.Titles(ctx); err != nil {
			return nil, err
		}
	}
	return newWriter(language, set, s.o.PublicURL(), titles), nil
}

// keepRejected stores what was counted since the last look.
func (s *Service) keepRejected(ctx context.Context) error {
	counts := s.takeRejected()
	if len(counts) == 0 {
		return nil
	}
	now := s.o.Clock.Now()
	var signals []gonets.Signal
	for source, n := range counts {
		signals = append(signals, gonets.Signal{Kind: gonets.SignalRejected, Cause: gonets.Cause{Source: source, Code: gonets.CodeSignature},
			RunID: now.Format(time.RFC3339Nano), Runs: n, At: now})
	}
	return s.o.Book.Signal(ctx, signals)
}

func (s *Service) prune(ctx context.Context) error {
	now := s.o.Clock.Now()
	if now.Sub(s.pruned) < pruneEvery {
		return nil
	}
	s.pruned = now
	return s.o.Book.PruneAlerts(ctx, now.Add(-giveUp), now.Add(-keep))
}

// send works on letters that are due.
func (s *Service) send(ctx context.Context) {
	set, err := s.settings(ctx)
	if err != nil || set.Mail == nil || len(set.Mail.To) == 0 {
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("it is not known to whom letters go; trying again", "error", err)
		}
		return
	}
	for range maxSends {
		due, err := s.o.Book.AlertsDue(ctx, s.o.Clock.Now())
		if err == nil && due.Letters {
			err = s.sendOne(ctx, *set.Mail)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("letters could not be worked on; trying again", "error", err)
		}
		if err != nil || !due.Letters {
			return
		}
	}
}

func (s *Service) sendOne(ctx context.Context, set gonets.Mail) error {
	l, err := s.o.Letters.ClaimLetter(ctx, s.o.Clock.Now().Add(lease))
	if err != nil || l == nil {
		return err
	}
	s.deliver(&set, l)
	s.o.Bus.Publish(gonets.Change{Kind: "notice"})
	// What the mail server took must be known, however soon this server ends.
	return s.o.Letters.SettleLetter(context.WithoutCancel(ctx), *l)
}

// deliver hands a letter to everybody who has not got it yet, and writes into
// it what became of that.
func (s *Service) deliver(set *gonets.Mail, l *news.Letter) {
	l.LastError = ""
	password, err := s.password(s.sending, set)
	began := s.o.Clock.Now()
	for _, to := range set.To {
		if err != nil || s.sending.Err() != nil || s.o.Clock.Now().Sub(began) > sendFor {
			break
		}
		if slices.Contains(l.Told, to) {
			continue
		}
		_, failure := s.o.Send(s.sending, Outgoing{ID: l.ID, Date: l.CreatedAt, To: to, Subject: l.Subject, Text: l.Text, Mail: *set, Password: password})
		if failure == nil {
			l.Told = append(l.Told, to)
			continue
		}
		l.LastError = inWords(failure)
		// Where nobody answers, the next person's letter would wait as long.
		if kind := kindOf(failure); kind != gonets.CodeMailRecipient && kind != gonets.CodeMailRefused {
			break
		}
	}
	if err != nil {
		l.LastError = inWords(err)
	}
	now := s.o.Clock.Now()
	if !slices.ContainsFunc(set.To, func(to string) bool { return !slices.Contains(l.Told, to) }) {
		l.State, l.SentAt = news.LetterSent, now
		return
	}
	l.DueAt = now.Add(pauseAfter(l.Tries))
	if now.Sub(l.CreatedAt) >= giveUp {
		l.State = news.LetterFailed
	}
	s.o.Log.Warn("a letter was not taken", "letter", l.ID, "try", l.Tries, "state", l.State, "error", l.LastError)
}

// pauseAfter is the wait after a number of tries.
func pauseAfter(tries int) time.Duration {
	d := firstPause
	for range tries - 1 {
		if d *= 2; d >= mostPause {
			return mostPause
		}
	}
	return d
}
