package alert

import (
	"context"
	"maps"
	"slices"
	"time"

	"gonets"
	"gonets/internal/news"
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
	if *l.set.Notices.Rule(gonets.RuleCertificate).On {
		var err error
		if shown, err = s.o.States.Certificates(ctx, l.now.Add(-news.CertificateUnseen)); err != nil {
			return err
		}
	}
	watched := news.Expiries(shown, l.now)
	for _, host := range slices.Sorted(maps.Keys(watched)) {
		c := gonets.Cause{Host: host, Code: gonets.CodeCertificate}
		now, was := watched[host], l.was(c)
		switch {
		case was == nil && now.Level > 0, was != nil && now.Worse(news.ParseExpiry(was.Path)):
			l.signal(gonets.SignalFailed, c, now.String())
		case was != nil && now.Level == 0:
			l.signal(gonets.SignalOK, c, "")
		}
	}
	for _, c := range l.known {
		if _, shown := watched[c.Host]; c.Code == gonets.CodeCertificate && !shown {
			l.signal(gonets.SignalDropped, c.Cause, "")
		}
	}
	return nil
}
