package alert

import (
	"context"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

// channels are the ways by which people can be told; mail is one of them when
// there is somebody to write to.
func channels(set *setting.Settings) []setting.Channel {
	var out []setting.Channel
	if set.Mail != nil && len(set.Mail.To) > 0 {
		out = append(out, setting.Channel{Name: setting.ChannelMail})
	}
	if set.Notices != nil {
		out = append(out, set.Notices.Channels...)
	}
	return out
}

// send works on letters that are due, each channel by itself.
func (s *Service) send(ctx context.Context) {
	set, err := s.settings(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.o.Log.Warn("it is not known to whom letters go; trying again", "error", err)
		}
		return
	}
	for _, c := range channels(&set) {
		if !s.begin(c.Name) {
			continue
		}
		s.loops.Go(func() {
			defer s.end(c.Name)
			s.sendThrough(ctx, &set, &c)
		})
	}
}

// begin tells whether nobody works on the channel yet.
func (s *Service) begin(channel string) bool {
	s.atWork.Lock()
	defer s.atWork.Unlock()
	if s.busy[channel] {
		return false
	}
	s.busy[channel] = true
	return true
}

func (s *Service) end(channel string) {
	s.atWork.Lock()
	defer s.atWork.Unlock()
	delete(s.busy, channel)
}

func (s *Service) sendThrough(ctx context.Context, set *setting.Settings, c *setting.Channel) {
	for range maxSends {
		l, err := s.handled(ctx, set, c)
		if l != nil {
			err = s.settle(ctx, c.Name, l)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("letters could not be worked on; trying again", "channel", c.Name, "error", err)
		}
		if err != nil || l == nil || ctx.Err() != nil {
			return
		}
	}
}

// handled is a letter with what became of it: one that the store could not be told of
// before, so that it is not sent again, else the next that is due; nil when there is none.
func (s *Service) handled(ctx context.Context, set *setting.Settings, c *setting.Channel) (*news.Letter, error) {
	if l, ok := s.unsettled.Load(c.Name); ok {
		return l.(*news.Letter), nil
	}
	l, err := s.o.Letters.ClaimLetter(ctx, c.Name, s.o.Clock.Now().Add(lease))
	if err != nil || l == nil {
		return nil, err
	}
	s.deliver(set, c, l)
	s.o.Bus.Publish(gonets.Change{Kind: "notice"})
	return l, nil
}

// settle stores what became of a letter, later when the store can't take it now.
func (s *Service) settle(ctx context.Context, channel string, l *news.Letter) error {
	// What was taken must be known, however soon this server ends.
	err := s.o.Letters.SettleLetter(context.WithoutCancel(ctx), *l)
	if gonets.Passing(err) {
		s.unsettled.Store(channel, l)
	} else {
		s.unsettled.Delete(channel)
	}
	return err
}

// deliver hands a letter to its channel, and writes into it what became of
// that.
func (s *Service) deliver(set *setting.Settings, c *setting.Channel, l *news.Letter) {
	l.LastError = ""
	var taken bool
	if c.Name == setting.ChannelMail {
		taken = s.mail(set.Mail, l)
	} else {
		err := s.hand(s.sending, c, l)
		if taken = err == nil; !taken {
			l.LastError = inWords(err)
		}
	}
	now := s.o.Clock.Now()
	if taken {
		l.State, l.SentAt = news.LetterSent, now
		return
	}
	l.DueAt = now.Add(pauseAfter(l.Tries))
	if now.Sub(l.CreatedAt) >= giveUp {
		l.State = news.LetterFailed
	}
	s.o.Log.Warn("a letter was not taken", "letter", l.ID, "channel", c.Name, "try", l.Tries, "state", l.State, "error", l.LastError)
}

// mail hands a letter to everybody who has not got it yet, and tells whether
// all have it now.
func (s *Service) mail(set *setting.Mail, l *news.Letter) (all bool) {
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
	return !slices.ContainsFunc(set.To, func(to string) bool { return !slices.Contains(l.Told, to) })
}

// hand gives a letter to a channel beside mail.
func (s *Service) hand(ctx context.Context, c *setting.Channel, l *news.Letter) error {
	secret, err := s.channelSecret(ctx, c)
	if err != nil {
		return err
	}
	_, err = s.o.Hand(ctx, Parcel{ID: l.ID, Subject: l.Subject, Text: l.Text, Channel: *c, Secret: secret})
	return err
}

// channelSecret is the value of the secret that a channel names.
func (s *Service) channelSecret(ctx context.Context, c *setting.Channel) (string, error) {
	name := c.Secret()
	if name == nil {
		return "", nil
	}
	value, err := s.o.Secret(ctx, name.Secret)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		kind, pointer := gonets.CodeChannelKey, "/key"
		if c.Kind == setting.ChannelTelegram {
			kind, pointer = gonets.CodeChannelToken, "/token"
		}
		return "", &gonets.Error{Code: gonets.CodeChannelRefused, Message: c.Name + " names the secret " + name.Secret + ", which does not exist; set it in Settings, Secrets",
			Problems: []gonets.Problem{gonets.Mistake(pointer, kind, "there is no secret %s", name.Secret)}}
	}
	return value, err
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
