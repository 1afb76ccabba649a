package alert

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/internal/valid"
	"gonets/setting"
)

// TestMail sends a test letter to everybody and returns what the mail server
// said. What was tried and accepted is remembered: the same settings, stored,
// count as tried.
func (s *Service) TestMail(ctx context.Context, t news.MailTest) (news.MailAccepted, error) {
	saved := s.o.Settings()
	if t.Mail != nil {
		saved.Mail = t.Mail
	}
	saved, err := s.addressed(ctx, saved)
	if err != nil {
		return news.MailAccepted{}, err
	}
	set := saved.Mail
	if set == nil {
		return news.MailAccepted{}, &gonets.Error{Code: gonets.CodeMailUnset,
			Message: "mail is not set up; give the mail settings with the call, or store them in the settings first"}
	}
	problems := valid.Mail(set, "/mail")
	if len(set.To) == 0 {
		problems = append(problems, gonets.Mistake("/mail/to", gonets.CodeMissing, "there is nobody to write to; name an address"))
	}
	if len(problems) > 0 {
		return news.MailAccepted{}, &gonets.Error{Code: gonets.CodeInvalid, Problems: problems}
	}
	password := t.Password
	if password == "" {
		if password, err = s.password(ctx, set); err != nil {
			return news.MailAccepted{}, err
		}
	}
	return s.tryMail(ctx, saved, *set, password)
}

func (s *Service) tryMail(ctx context.Context, saved setting.Settings, set setting.Mail, password string) (news.MailAccepted, error) {
	w, err := s.writer(ctx, saved)
	if err != nil {
		return news.MailAccepted{}, err
	}
	now := s.o.Clock.Now()
	l := news.Letter{ID: id.New(), CreatedAt: now, DueAt: now, Channel: setting.ChannelMail, State: news.LetterSent, Tries: 1, SentAt: now}
	l.Subject, l.Text = w.test()
	out := news.MailAccepted{Host: set.Host}
	for _, to := range set.To {
		out.Said, err = s.o.Send(ctx, Outgoing{ID: l.ID, Date: now, To: to, Subject: l.Subject, Text: l.Text, Mail: set, Password: password})
		if err != nil {
			l.State, l.LastError, l.SentAt = news.LetterFailed, inWords(err), time.Time{}
			break
		}
		l.Told = append(l.Told, to)
	}
	out.At = s.o.Clock.Now()
	kept := context.WithoutCancel(ctx)
	if noted := s.o.Letters.NoteTest(kept, l); err == nil && noted != nil {
		return out, noted
	}
	if err == nil {
		err = s.o.Letters.ProveMail(kept, set, password)
	}
	s.o.Bus.Publish(gonets.Change{Kind: "notice"})
	return out, err
}

// TestChannel sends a test through a channel of the settings and returns what
// was answered.
func (s *Service) TestChannel(ctx context.Context, name string) (news.MailAccepted, error) {
	if name == setting.ChannelMail {
		return s.TestMail(ctx, news.MailTest{})
	}
	saved, err := s.settings(ctx)
	if err != nil {
		return news.MailAccepted{}, err
	}
	all := channels(&saved)
	i := slices.IndexFunc(all, func(c setting.Channel) bool { return c.Name == name })
	if i < 0 {
		return news.MailAccepted{}, &gonets.Error{Code: gonets.CodeNotFound, Message: "there is no channel " + strconv.Quote(name) + " in the settings"}
	}
	c := &all[i]
	secret, err := s.channelSecret(ctx, c)
	if err != nil {
		return news.MailAccepted{}, err
	}
	w, err := s.writer(ctx, saved)
	if err != nil {
		return news.MailAccepted{}, err
	}
	now := s.o.Clock.Now()
	l := news.Letter{ID: id.New(), Channel: c.Name, CreatedAt: now, DueAt: now, State: news.LetterSent, Tries: 1, SentAt: now}
	l.Subject, l.Text = w.trial(c.Kind)
	out := news.MailAccepted{Host: c.Name}
	out.Said, err = s.o.Hand(ctx, Parcel{ID: l.ID, Subject: l.Subject, Text: l.Text, Channel: *c, Secret: secret})
	if err != nil {
		l.State, l.LastError, l.SentAt = news.LetterFailed, inWords(err), time.Time{}
	}
	out.At = s.o.Clock.Now()
	kept := context.WithoutCancel(ctx)
	if noted := s.o.Letters.NoteTest(kept, l); err == nil && noted != nil {
		return out, noted
	}
	if err == nil {
		err = s.o.Letters.ProveChannel(kept, *c, secret)
	}
	s.o.Bus.Publish(gonets.Change{Kind: "notice"})
	return out, err
}

// Ready tells whether people hear of errors: a channel took a test with the
// settings as they are now.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	names := []string{setting.ChannelMail}
	if set := s.o.Settings(); set.Notices != nil {
		for i := range set.Notices.Channels {
			names = append(names, set.Notices.Channels[i].Name)
		}
	}
	for _, name := range names {
		if ready, err := s.Proven(ctx, name); ready || err != nil {
			return ready, err
		}
	}
	return false, nil
}

// Proven tells whether a channel took a test with the settings as they are now.
func (s *Service) Proven(ctx context.Context, name string) (bool, error) {
	if name == setting.ChannelMail {
		return s.MailReady(ctx)
	}
	set := s.o.Settings()
	if set.Notices == nil {
		return false, nil
	}
	i := slices.IndexFunc(set.Notices.Channels, func(c setting.Channel) bool { return c.Name == name })
	if i < 0 {
		return false, nil
	}
	c := set.Notices.Channels[i]
	secret, err := s.channelSecret(ctx, &c)
	if gonets.CodeOf(err) == gonets.CodeChannelRefused {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.o.Letters.ChannelProven(ctx, c, secret)
}

// MailReady tells whether a test letter was accepted with the settings as they
// are now.
func (s *Service) MailReady(ctx context.Context) (bool, error) {
	saved, err := s.settings(ctx)
	set := saved.Mail
	if err != nil || set == nil || len(set.To) == 0 {
		return false, err
	}
	password, err := s.password(ctx, set)
	if kindOf(err) == gonets.CodeMailLogin {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.o.Letters.MailProven(ctx, *set, password)
}

// settings are the ones of now, with the owner to write to where they name
// nobody.
func (s *Service) settings(ctx context.Context) (setting.Settings, error) {
	return s.addressed(ctx, s.o.Settings())
}

func (s *Service) addressed(ctx context.Context, set setting.Settings) (setting.Settings, error) {
	if set.Mail == nil || len(set.Mail.To) > 0 || s.o.Owner == nil {
		return set, nil
	}
	owner, err := s.o.Owner(ctx)
	if err != nil || owner == "" {
		return set, err
	}
	// The settings belong to everybody: only a copy is addressed.
	mail := *set.Mail
	mail.To = []string{owner}
	set.Mail = &mail
	return set, nil
}

// password is the secret that the settings name.
func (s *Service) password(ctx context.Context, set *setting.Mail) (string, error) {
	if set.Password == nil {
		return "", nil
	}
	value, err := s.o.Secret(ctx, set.Password.Secret)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return "", &gonets.Error{Code: gonets.CodeMailRefused,
			Message:  "the mail settings name the secret " + set.Password.Secret + ", which does not exist; set it in Settings, Secrets",
			Problems: []gonets.Problem{gonets.Mistake("/mail/password", gonets.CodeMailLogin, "there is no secret %s", set.Password.Secret)}}
	}
	return value, err
}

// kindOf is what kind of failure a mail error tells of.
func kindOf(err error) gonets.Code {
	var e *gonets.Error
	if errors.As(err, &e) && e.Code == gonets.CodeMailRefused && len(e.Problems) > 0 {
		return e.Problems[0].Code
	}
	return gonets.CodeOf(err)
}

// inWords is an error as people read it.
func inWords(err error) string {
	var e *gonets.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}
