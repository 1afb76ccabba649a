package main

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"

	"gonets"
	"gonets/internal/mask"
	"gonets/internal/outbound"
	"gonets/internal/peer"
	"gonets/internal/search"
	"gonets/internal/source"
	"gonets/internal/step"
	"gonets/setting"
)

// live is the configuration in force: the settings document, what it means for
// outgoing requests, and the sources' bindings by name. Whoever changes
// documents calls Refresh; readers never touch the store.
type live struct {
	store interface {
		Settings(ctx context.Context) (setting.Settings, error)
		Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	}
	client  *outbound.Client
	catalog *source.Catalog
	// allow are the networks that the command line opens, whatever the
	// settings say.
	allow []netip.Prefix
	// publicURL is the command line's; it beats the settings.
	publicURL string
	// limited is told that lanes may have other limits.
	limited func()
	// listenURL is where the server listens, as an address of its own.
	listenURL string
	listen    netip.AddrPort

	// refreshing makes the last change win when two come at once.
	refreshing sync.Mutex
	settings   atomic.Pointer[setting.Settings]
	// lanes are the limits of the settings by the names of lanes.
	lanes atomic.Pointer[map[string]gonets.LaneLimits]
	// masks are what people are not shown.
	masks  atomic.Pointer[mask.Rules]
	quotes quotes
	// bindings are filled on demand and dropped on every change.
	bindings atomic.Pointer[sync.Map]
}

// Refresh reads the settings again and puts them into force.
func (l *live) Refresh(ctx context.Context) error {
	l.refreshing.Lock()
	defer l.refreshing.Unlock()
	s, err := l.store.Settings(ctx)
	if err != nil {
		return err
	}
	policy := outbound.Policy{Allow: append([]netip.Prefix(nil), l.allow...)}
	for _, text := range s.AllowNetworks {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return gonets.Errorf(gonets.CodeInvalid, "settings: allow_networks: %q is no network in CIDR form: %w", text, err)
		}
		policy.Allow = append(policy.Allow, p)
	}
	policy.Own = append(policy.Own, outbound.OwnAddress{BaseURL: l.listenURL, Listen: l.listen})
	if public := l.choosePublicURL(&s); public != l.listenURL {
		policy.Own = append(policy.Own, outbound.OwnAddress{BaseURL: public, Listen: l.listen})
	}
	l.settings.Store(&s)
	l.masks.Store(mask.New(s.Masking.Fields))
	lanes := make(map[string]gonets.LaneLimits, len(s.Lanes))
	for address, limits := range s.Lanes {
		lanes[step.Origin(address)] = limits
	}
	l.lanes.Store(&lanes)
	if l.limited != nil {
		l.limited()
	}
	l.bindings.Store(&sync.Map{})
	l.client.SetPolicy(policy)
	return nil
}

// LaneLimits are the limits of lanes by name.
func (l *live) LaneLimits() map[string]gonets.LaneLimits {
	if lanes := l.lanes.Load(); lanes != nil {
		return *lanes
	}
	return nil
}

// Settings are the settings in force.
func (l *live) Settings() setting.Settings { return *l.settings.Load() }

// PublicURL is the address under which the outside reaches this server.
func (l *live) PublicURL() string { return l.choosePublicURL(l.settings.Load()) }

// public is PublicURL, and what it says of being reached from outside.
func (l *live) public() (url, reach string) {
	s := l.settings.Load()
	url = l.choosePublicURL(s)
	return url, peer.Reach(url, l.publicURL != "" || s.PublicURL != "")
}

func (l *live) choosePublicURL(s *setting.Settings) string {
	switch {
	case l.publicURL != "":
		return l.publicURL
	case s.PublicURL != "":
		return s.PublicURL
	}
	return l.listenURL
}

// binding is the source's document over its preset. A source that was deleted
// is read as a generic one: its events must still be readable.
func (l *live) binding(name string) (*source.Binding, error) {
	cache := l.bindings.Load()
	if b, ok := cache.Load(name); ok {
		return b.(*source.Binding), nil
	}
	info, err := l.store.Source(context.Background(), name)
	doc := info.Source
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		doc = gonets.Source{Name: name, Preset: source.Generic}
	} else if err != nil {
		return nil, err
	}
	b, err := l.catalog.Bind(doc)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", name, err)
	}
	cache.Store(name, b)
	return b, nil
}

// Reader gives a source's events as templates see them.
func (l *live) Reader(source string) (func(*gonets.Event) map[string]any, error) {
	b, err := l.binding(source)
	if err != nil {
		return nil, err
	}
	return b.Event, nil
}

// SearchValues are the values by which the history finds an event's runs.
func (l *live) SearchValues(ev *gonets.Event, paths []string) ([]string, error) {
	read, err := l.Reader(ev.Source)
	if err != nil {
		return nil, err
	}
	return search.Values(read(ev), paths), nil
}
