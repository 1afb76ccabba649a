package alert_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/news"
)

// unread is a store of which a part cannot be reached at the moment.
type unread struct {
	keeper
	*bench
}

func (a unread) AlertsDue(ctx context.Context, now time.Time) (news.Due, error) {
	if err := a.fault("what is due"); err != nil {
		return news.Due{}, err
	}
	return a.keeper.AlertsDue(ctx, now)
}

func (a unread) AlertRound(ctx context.Context, decide func(*news.Round)) (int, error) {
	if err := a.fault("signals"); err != nil {
		return 0, err
	}
	return a.keeper.AlertRound(ctx, decide)
}

func (a unread) ClaimLetter(ctx context.Context, channel string, until time.Time) (*news.Letter, error) {
	if err := a.fault("letters"); err != nil {
		return nil, err
	}
	return a.keeper.ClaimLetter(ctx, channel, until)
}

func (a unread) SettleLetter(ctx context.Context, l news.Letter) error {
	if err := a.fault("what became of it"); err != nil {
		return err
	}
	return a.keeper.SettleLetter(ctx, l)
}

func (a unread) Secret(ctx context.Context, name string) (string, error) {
	if err := a.fault("the password"); err != nil {
		return "", err
	}
	return a.keeper.Secret(ctx, name)
}

// TestNewsOutlivesADatabaseThatIsAway: whatever cannot be read for a moment, the letter
// comes afterwards, once, to the right person and in his language.
func TestNewsOutlivesADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"recipients", "language", "titles", "what is due", "signals", "letters", "the password"} {
		t.Run(part, func(t *testing.T) {
			onOne(t, secure(), func(b *bench) {
				b.owner, b.language, b.set.Mail.To = "anna@example.org", gonets.LanguageEnglish, nil
				b.Service = b.service(unread{b.store, b})
				b.scenarios("lead")
				b.unread = part
				b.attempt(b.runs(1)[0], stalls())
				b.pass(10 * time.Minute)
				if got := b.subjects(); len(got) > 0 {
					t.Fatalf("told all the same: %q", got)
				}
				b.unread = ""
				b.pass(time.Hour)
				b.want("answers 400")
				if l := b.mail.Letters()[0]; !strings.Contains(l.Text, "What to do:") {
					t.Errorf("the letter:\n%s", l.Text)
				}
				if n := b.notices(); len(n) != 1 || n[0].State != news.LetterSent || n[0].LastError != "" {
					t.Errorf("notices %+v", n)
				}
			})
		})
	}
}

// TestALetterThatWasTakenIsNotSentAgain: the database is away when it has to be stored
// that a letter was sent, for longer than the letter is this server's.
func TestALetterThatWasTakenIsNotSentAgain(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.Service = b.service(unread{b.store, b})
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.unread = "what became of it"
		b.pass(time.Hour)
		if n := b.notices(); len(n) != 1 || n[0].State != news.LetterPending {
			t.Errorf("it could be stored: %+v", n)
		}
		b.want("отвечает 400")
		b.unread = ""
		b.pass(time.Hour)
		b.want("отвечает 400")
		if n := b.notices(); len(n) != 1 || n[0].State != news.LetterSent || n[0].Tries != 1 {
			t.Errorf("notices %+v", n)
		}
	})
}
