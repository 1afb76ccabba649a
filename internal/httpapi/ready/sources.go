package ready

import (
	"context"
	"net/netip"
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/peer"
)

// ofEach judges a point by its weakest source: one that is not ok, or else the one
// of which the least is known.
func (l *look) ofEach(point string, judge func(src *gonets.SourceInfo) (api.ReadyPoint, error)) (api.ReadyPoint, error) {
	if len(l.sources) == 0 {
		return api.ReadyPoint{Point: point, Fact: "no_source"}, nil
	}
	var all []api.ReadyPoint
	for i := range l.sources {
		src := &l.sources[i]
		p := api.ReadyPoint{Fact: "no_source"}
		if src.Damage == nil {
			var err error
			if p, err = judge(src); err != nil {
				return p, err
			}
		}
		p.Point, p.Source = point, src.Name
		all = append(all, p)
	}
	return slices.MinFunc(all, func(a, b api.ReadyPoint) int {
		switch {
		case a.OK != b.OK && b.OK:
			return -1
		case a.OK != b.OK:
			return 1
		case a.At == nil || b.At == nil:
			return 0
		}
		return a.At.Compare(*b.At)
	}), nil
}

// address: somebody reached it from another machine.
func (l *look) address(context.Context) (api.ReadyPoint, error) {
	return l.ofEach("address", func(src *gonets.SourceInfo) (api.ReadyPoint, error) {
		p := api.ReadyPoint{Fact: "silent", URL: l.URL(src.Tokens)}
		events := l.callers[src.Name]
		far := map[string]int{"silent": 0, "local": 1, "network": 2, "outside": 3}
		for i := range events {
			if fact := from(events[i].Remote); l.fresh(events[i].ReceivedAt) && far[fact] > far[p.Fact] {
				p.Fact, p.At = fact, seen(events[i].ReceivedAt)
			}
		}
		p.OK = p.Fact == "network" || p.Fact == "outside"
		return p, nil
	})
}

// from is how far away a caller is.
func from(remote string) string {
	if peer.Public(remote) {
		return "outside"
	}
	at, err := netip.ParseAddrPort(remote)
	ip := at.Addr()
	if err != nil {
		ip, err = netip.ParseAddr(remote)
	}
	if err != nil || ip.Unmap().IsLoopback() {
		return "local"
	}
	return "network"
}

// protection: it is on as the source is now, and a caller was refused since.
func (l *look) protection(ctx context.Context) (api.ReadyPoint, error) {
	return l.ofEach("protection", func(src *gonets.SourceInfo) (api.ReadyPoint, error) {
		bound, err := l.Bind(src.Source)
		if err != nil {
			return api.ReadyPoint{}, err
		}
		protected, secret := bound.Protected()
		if !protected {
			return api.ReadyPoint{Fact: "open"}, nil
		}
		if !slices.ContainsFunc(l.secrets, func(s gonets.SecretInfo) bool { return s.Name == secret }) {
			return api.ReadyPoint{Fact: "no_secret", Secret: secret}, nil
		}
		since := gonets.Later(src.UpdatedAt, l.now.Add(-Fresh))
		n, last, err := l.Witness.Refused(ctx, src.Name, since)
		if err != nil || n == 0 {
			return api.ReadyPoint{Fact: "untried"}, err
		}
		return api.ReadyPoint{OK: true, Fact: "refused", Count: int(n), At: seen(last)}, nil
	})
}

// sender: an event came that nobody made by hand.
func (l *look) sender(context.Context) (api.ReadyPoint, error) {
	return l.ofEach("sender", func(src *gonets.SourceInfo) (api.ReadyPoint, error) {
		events := l.callers[src.Name]
		if len(events) == 0 {
			return api.ReadyPoint{Fact: "none"}, nil
		}
		at := events[0].ReceivedAt
		if !l.fresh(at) {
			return api.ReadyPoint{Fact: "quiet", At: seen(at)}, nil
		}
		return api.ReadyPoint{OK: true, Fact: "came", At: seen(at)}, nil
	})
}
