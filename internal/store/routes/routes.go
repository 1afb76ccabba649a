// Package routes knows where events go, as long as the configuration stays.
package routes

import (
	"database/sql"
	"errors"
	"fmt"

	"gonets"
	"gonets/internal/store/pack"
)

// Route is where an event goes: a scenario with the document that applies.
type Route struct {
	Name  string
	State gonets.ScenarioState
	// Version is 0 while nothing is published; Doc is the draft then.
	Version    int
	Doc        *gonets.Scenario
	MayRespond bool
	// Damage is why the document cannot be read; Doc is empty then. Its events are
	// taken all the same, and wait for a person.
	Damage error
}

// Running tells whether the scenario works on events.
func (r *Route) Running() bool { return r.State == gonets.ScenarioRunning && r.Version > 0 }

// Cache keeps routes by the number of the configuration, which every change of
// it raises in its own transaction. The zero value is ready after [Cache.At].
// Only the committer uses it.
type Cache struct {
	epoch      int64
	bySource   map[string][]*Route
	byScenario map[string]*Route
	versions   map[versionKey]*gonets.Scenario
	// hidden is until when there are keys of repeats whose text was erased.
	hidden *int64
}

type versionKey struct {
	scenario string
	n        int
}

// Forget drops what a transaction that did not commit may have read.
func (c *Cache) Forget() { *c = Cache{} }

// Epoch is the number of the configuration that the routes are of.
func (c *Cache) Epoch() (n int64, known bool) { return c.epoch, c.bySource != nil }

// At drops everything when the configuration's number moved.
func (c *Cache) At(epoch int64) {
	if c.epoch != epoch || c.bySource == nil {
		*c = Cache{epoch: epoch, bySource: map[string][]*Route{}, byScenario: map[string]*Route{},
			versions: map[versionKey]*gonets.Scenario{}}
	}
}

// HiddenUntil is until when there are keys of repeats whose text was erased.
func (c *Cache) HiddenUntil(q pack.Reader) (int64, error) {
	if c.hidden == nil {
		at, err := pack.HiddenUntil(q)
		if err != nil {
			return 0, err
		}
		c.hidden = &at
	}
	return *c.hidden, nil
}

// Subscribers are a source's scenarios by name.
func (c *Cache) Subscribers(q pack.Reader, source string) ([]*Route, error) {
	if rs, ok := c.bySource[source]; ok {
		return rs, nil
	}
	names, err := pack.Texts(q, `SELECT scenario FROM subscriptions WHERE source = ? ORDER BY scenario`, source)
	if err != nil {
		return nil, err
	}
	rs := make([]*Route, 0, len(names))
	for _, name := range names {
		r, err := c.Scenario(q, name)
		if err != nil {
			return nil, err
		}
		rs = append(rs, r)
	}
	c.bySource[source] = rs
	return rs, nil
}

// Scenario is a scenario as it stands, which may be damaged; CodeNotFound when
// there is none.
func (c *Cache) Scenario(q pack.Reader, name string) (*Route, error) {
	if r := c.byScenario[name]; r != nil {
		return r, nil
	}
	r := &Route{Name: name}
	var draft sql.NullString
	err := q.Row(`SELECT state, draft, published_version FROM scenarios WHERE name = ?`, []any{name},
		&r.State, &draft, &r.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", name)
	}
	if err != nil {
		return nil, err
	}
	if r.Version > 0 {
		r.Doc, err = c.Version(q, name, r.Version)
	} else {
		var doc gonets.Scenario
		doc, err = pack.Document[gonets.Scenario](fmt.Sprintf("the scenario %q", name), draft.String)
		r.Doc = &doc
	}
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		r.Doc, r.Damage, err = &gonets.Scenario{Name: name}, err, nil
	}
	if err != nil {
		return nil, err
	}
	r.MayRespond = r.Running() && r.Doc.MayRespond()
	c.byScenario[name] = r
	return r, nil
}

// Version is a published document; CodeNotFound when there is none, CodeDamaged
// when it cannot be read.
func (c *Cache) Version(q pack.Reader, scenario string, n int) (*gonets.Scenario, error) {
	key := versionKey{scenario, n}
	if sc := c.versions[key]; sc != nil {
		return sc, nil
	}
	var text string
	var requests sql.NullString
	err := q.Row(`SELECT document, requests FROM versions WHERE scenario = ? AND n = ?`, []any{scenario, n}, &text, &requests)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "the scenario %q has no version %d", scenario, n)
	}
	if err != nil {
		return nil, err
	}
	sc, _, err := pack.Version(fmt.Sprintf("version %d of the scenario %q", n, scenario), text, requests.String)
	if err != nil {
		return nil, err
	}
	c.versions[key] = &sc
	return &sc, nil
}

// Known is a run's version; nil when there is none or it cannot be read: whoever
// claims the run says what is wrong with it.
func (c *Cache) Known(q pack.Reader, run *gonets.Run) (*gonets.Scenario, error) {
	sc, err := c.Version(q, run.Scenario, run.Version)
	if code := gonets.CodeOf(err); code == gonets.CodeNotFound || code == gonets.CodeDamaged {
		return nil, nil //nolint:nilnil // see above
	}
	return sc, err
}
