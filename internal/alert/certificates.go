package alert

import (
	"context"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/setting"
)

const (
	// certificateEvery is how often it is stored that a host still shows the same
	// certificate.
	certificateEvery = time.Hour
	// maxKept bounds what a node remembers of what it stored.
	maxKept = 10_000
)

// keptCertificate is what was stored of a host, and when.
type keptCertificate struct{ end, at time.Time }

// keepCertificates stores what hosts showed, as far as that is new.
func (s *Service) keepCertificates(ctx context.Context, now time.Time) error {
	if s.o.Certificates == nil {
		return nil
	}
	var fresh []news.Certificate
	for _, c := range s.o.Certificates() {
		if k := s.kept[c.Host]; !k.end.Equal(c.End) || now.Sub(k.at) >= certificateEvery {
			fresh = append(fresh, c)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	// What cannot be stored is shown again with the next connection.
	if err := s.o.States.KeepCertificates(ctx, fresh); err != nil {
		return err
	}
	if len(s.kept)+len(fresh) > maxKept {
		clear(s.kept)
	}
	for _, c := range fresh {
		s.kept[c.Host] = keptCertificate{c.End, now}
	}
	return nil
}

// expiring finds the hosts whose certificates end soon: two weeks before, three
// days before, and when they have ended. It is over when a host shows one that
// lasts; a host that nothing is sent to any more is dropped.
func (s *Service) expiring(ctx context.Context, l *states) error {
	if err := s.keepCertificates(ctx, l.now); err != nil {
		return err
	}
	var shown []news.Certificate
	if *l.set.Notices.Rule(setting.RuleCertificate).On {
		var err error
		if shown, err = s.o.States.Certificates(ctx, l.now.Add(-news.CertificateUnseen)); err != nil {
			return err
		}
	}
	l.expiries(gonets.CodeCertificate, news.Expiries(shown, l.now))
	return nil
}

// ending finds the secrets that end soon, as certificates do. It is over when a
// secret has another value or end; one that is removed is dropped.
func (s *Service) ending(ctx context.Context, l *states) error {
	watched := map[string]news.Expiry{}
	if s.o.Secrets != nil && *l.set.Notices.Rule(setting.RuleCertificate).On {
		secrets, err := s.o.Secrets(ctx)
		if err != nil {
			return err
		}
		for i := range secrets {
			watched[secrets[i].Name] = news.ExpiryOf(secrets[i].From, secrets[i].Until, l.now)
		}
	}
	l.expiries(gonets.CodeSecretEnds, watched)
	return nil
}

// expiries signals what has become near of what is watched, by its name, and what is
// over.
func (l *states) expiries(code gonets.Code, watched map[string]news.Expiry) {
	for _, name := range slices.Sorted(maps.Keys(watched)) {
		c := gonets.Cause{Host: name, Code: code}
		now, was := watched[name], l.was(c)
		switch {
		case was == nil && now.Level > 0, was != nil && now.Worse(news.ParseExpiry(was.Path)):
			l.signal(gonets.SignalFailed, c, now.String())
		case was != nil && now.Level == 0:
			l.signal(gonets.SignalOK, c, "")
		}
	}
	for _, c := range l.known {
		if _, is := watched[c.Host]; c.Code == code && !is {
			l.signal(gonets.SignalDropped, c.Cause, "")
		}
	}
}
