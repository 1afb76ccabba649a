package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"

	"gonets"
)

// route is where an event goes: a scenario with the document that applies.
type route struct {
	name  string
	state gonets.ScenarioState
	// version is 0 while nothing is published; doc is the draft then.
	version    int
	doc        *gonets.Scenario
	mayRespond bool
}

func (r *route) running() bool { return r.state == gonets.ScenarioRunning && r.version > 0 }

// routes caches documents by the number of the configuration, which every
// change of it raises in its own transaction. Only the committer uses it.
type routes struct {
	epoch      int64
	bySource   map[string][]*route
	byScenario map[string]*route
	versions   map[versionKey]*gonets.Scenario
}

type versionKey struct {
	scenario string
	n        int
}

func newRoutes() *routes { return &routes{} }

// forget drops what a transaction that did not commit may have read.
func (r *routes) forget() { *r = routes{} }

// fresh reads the configuration's number and drops the cache when it moved.
func (t *txn) fresh() error {
	var text string
	if err := t.row(`SELECT value FROM meta WHERE name = 'config_epoch'`+t.s.dialect.ReadLock, nil, &text); err != nil {
		return err
	}
	epoch, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	if r := t.s.routes; r.epoch != epoch {
		*r = routes{epoch: epoch, bySource: map[string][]*route{}, byScenario: map[string]*route{},
			versions: map[versionKey]*gonets.Scenario{}}
	}
	return nil
}

// bumpConfig makes every cache of the configuration read it again.
func (t *txn) bumpConfig() error {
	return t.exec(`UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'config_epoch'`)
}

// subscribers are a source's scenarios by name.
func (t *txn) subscribers(source string) ([]*route, error) {
	if rs, ok := t.s.routes.bySource[source]; ok {
		return rs, nil
	}
	names, err := collectText(t, `SELECT scenario FROM subscriptions WHERE source = ? ORDER BY scenario`, source)
	if err != nil {
		return nil, err
	}
	rs := make([]*route, 0, len(names))
	for _, name := range names {
		r, err := t.scenario(name)
		if err != nil {
			return nil, err
		}
		rs = append(rs, r)
	}
	t.s.routes.bySource[source] = rs
	return rs, nil
}

// scenario is a scenario as it stands; CodeNotFound when there is none.
func (t *txn) scenario(name string) (*route, error) {
	if r := t.s.routes.byScenario[name]; r != nil {
		return r, nil
	}
	r := &route{name: name}
	var draft sql.NullString
	err := t.row(`SELECT state, draft, published_version FROM scenarios WHERE name = ?`, []any{name},
		&r.state, &draft, &r.version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "there is no scenario %q", name)
	}
	if err != nil {
		return nil, err
	}
	if r.version > 0 {
		if r.doc, err = t.version(name, r.version); err != nil {
			return nil, err
		}
	} else {
		r.doc = &gonets.Scenario{}
		if err := json.Unmarshal([]byte(draft.String), r.doc); err != nil {
			return nil, err
		}
	}
	r.mayRespond = r.running() && r.doc.MayRespond()
	t.s.routes.byScenario[name] = r
	return r, nil
}

// version is a published document; CodeNotFound when there is none.
func (t *txn) version(scenario string, n int) (*gonets.Scenario, error) {
	key := versionKey{scenario, n}
	if sc := t.s.routes.versions[key]; sc != nil {
		return sc, nil
	}
	var text string
	err := t.row(`SELECT document FROM versions WHERE scenario = ? AND n = ?`, []any{scenario, n}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "the scenario %q has no version %d", scenario, n)
	}
	if err != nil {
		return nil, err
	}
	sc := &gonets.Scenario{}
	if err := json.Unmarshal([]byte(text), sc); err != nil {
		return nil, err
	}
	t.s.routes.versions[key] = sc
	return sc, nil
}
