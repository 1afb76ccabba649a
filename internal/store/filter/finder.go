package filter

import (
	"log/slog"
	"slices"
	"sync"

	"gonets"
)

// Place is what decides about the paths: a source, or for a manual run the
// scenario and its version.
type Place struct {
	Source, Scenario string
	Version          int
}

// PlaceOf is where an event that comes in belongs.
func PlaceOf(a *gonets.Acceptance) Place {
	if a.Scenario != "" {
		return Place{Scenario: a.Scenario, Version: a.Version}
	}
	return Place{Source: a.Event.Source}
}

// Finder works out by which values the history finds an event's runs. That
// means parsing bodies, so it happens in the goroutine of whoever brings the
// event, before its commit: a large body keeps nobody else waiting. It knows
// the paths of every place as far as commits have told it.
type Finder struct {
	// Values gives the normalised values at the paths of an event.
	Values func(ev *gonets.Event, paths []string) ([]string, error)
	Logger *slog.Logger

	mu    sync.RWMutex
	paths map[Place][]string
}

// known are the paths last known for a place; none for a new one.
func (f *Finder) known(p Place) []string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.paths[p]
}

// Learn remembers a place's paths, once a transaction has read them.
func (f *Finder) Learn(p Place, paths []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.paths == nil {
		f.paths = map[Place][]string{}
	}
	f.paths[p] = paths
}

// Found are an event's values at given paths.
type Found struct {
	Paths  []string
	Values []string
}

// Renew works out what is found in an event, unless it was for the paths that are
// known of its place.
func (f *Finder) Renew(found *Found, a *gonets.Acceptance) (err error) {
	if paths := f.known(PlaceOf(a)); !found.Fits(paths) {
		*found, err = f.find(&a.Event, paths)
	}
	return err
}

// find works out an event's values at the paths, at most
// [gonets.MaxSearchValues]. A fault in there costs the values, not the event; one
// that passes is an error, because the event can be brought again.
func (f *Finder) find(ev *gonets.Event, paths []string) (found Found, err error) {
	found.Paths = paths
	if len(paths) == 0 {
		return found, nil
	}
	lost := func(fault any) {
		found.Values = nil
		f.Logger.Error("the values to search an event by could not be worked out; it will not be found by them",
			"event", ev.ID, "source", ev.Source, "fault", fault)
	}
	defer func() {
		if fault := recover(); fault != nil {
			lost(fault)
		}
	}()
	values, err := f.Values(ev, paths)
	if gonets.Passing(err) {
		return found, err
	}
	if err != nil {
		lost(err)
		return found, nil
	}
	for _, v := range values {
		if v != "" && len(found.Values) < gonets.MaxSearchValues {
			found.Values = append(found.Values, v)
		}
	}
	return found, nil
}

// Fits tells whether the values are those of the paths that apply now.
func (f *Found) Fits(paths []string) bool { return slices.Equal(f.Paths, paths) }
