package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gonets"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/value"
)

// errDryRun undoes a dry run's savepoint.
var errDryRun = errors.New("dry run")

// Apply changes documents in one commit: sources are created or replaced,
// scenarios published (or kept as drafts), settings replaced. Only what differs
// makes a new version. A new source gets an address.
func (s *Store) Apply(ctx context.Context, a gonets.Apply) ([]gonets.Applied, error) {
	var out []gonets.Applied
	err := s.commits.run(ctx, queue.Maintain, func(t *txn) (err error) {
		if out, err = t.apply(&a); err == nil && a.DryRun {
			err = errDryRun
		}
		return err
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (t *txn) apply(a *gonets.Apply) ([]gonets.Applied, error) {
	out := make([]gonets.Applied, 0, len(a.Sources)+len(a.Scenarios)+1)
	add := func(d gonets.Applied, err error) error {
		if err != nil {
			return err
		}
		out = append(out, d)
		if d.Change == changeNone {
			return nil
		}
		return t.audit(a.Actor, "apply", d.Kind+"/"+d.Name, fmt.Sprintf(`{"change":%q,"version":%d}`, d.Change, d.Version))
	}
	for i := range a.Sources {
		if err := add(t.applySource(&a.Sources[i])); err != nil {
			return nil, err
		}
	}
	for i := range a.Scenarios {
		if err := t.knownSources(&a.Scenarios[i]); err != nil {
			return nil, err
		}
		if err := add(t.applyScenario(a, &a.Scenarios[i])); err != nil {
			return nil, err
		}
	}
	if a.Settings != nil {
		if err := add(t.applySettings(a.Settings)); err != nil {
			return nil, err
		}
	}
	for _, d := range out {
		if d.Change != changeNone {
			return out, t.bumpConfig()
		}
	}
	return out, nil
}

// What Applied.Change says.
const (
	changeCreated = "created"
	changeUpdated = "updated"
	changeNone    = "unchanged"
)

// encode is a document as it is stored and compared, and its etag.
func encode(doc any) (text, etag string, err error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(b)
	return string(b), hex.EncodeToString(sum[:8]), nil
}

func (t *txn) applySource(src *gonets.Source) (gonets.Applied, error) {
	out := gonets.Applied{Kind: "Source", Name: src.Name}
	text, etag, err := encode(src)
	if err != nil {
		return out, err
	}
	now := t.now.UnixMilli()
	var old string
	err = t.Row(`SELECT document FROM sources WHERE name = ?`, []any{src.Name}, &old)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		out.Change = changeCreated
		err = t.exec(`INSERT INTO sources (name, document, etag, created_at, updated_at) VALUES (?, ?, ?, ?, ?)`,
			src.Name, text, etag, now, now)
		if err == nil {
			err = t.newToken(src.Name)
		}
		return out, err
	case err != nil:
		return out, err
	case old == text:
		out.Change = changeNone
		return out, nil
	}
	out.Change = changeUpdated
	return out, t.exec(`UPDATE sources SET document = ?, etag = ?, updated_at = ? WHERE name = ?`, text, etag, now, src.Name)
}

// tokenBytes of randomness make an address that nobody guesses.
const tokenBytes = 24

// newToken gives a source an address, in small letters and digits so that it
// survives callers who change the case of an address: the hash finds it, the
// sealed token
// shows it.
func (t *txn) newToken(source string) error {
	raw := make([]byte, tokenBytes)
	rand.Read(raw)
	token := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	hash := sha256.Sum256([]byte(token))
	sealed, err := t.s.opt.Sealer.Seal([]byte(token), tokenPlace(hash[:]))
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO source_tokens (hash, source, sealed, created_at) VALUES (?, ?, ?, ?)`,
		hash[:], source, sealed, t.now.UnixMilli())
}

func tokenPlace(hash []byte) string { return "source-token/" + hex.EncodeToString(hash) }

// knownSources refuses a scenario that names a source that does not exist.
func (t *txn) knownSources(sc *gonets.Scenario) error {
	known, err := pack.Texts(t, `SELECT name FROM sources WHERE name IN (`+pack.In(len(sc.Sources))+`)`, pack.Args(sc.Sources)...)
	if err != nil {
		return err
	}
	have := make(map[string]bool, len(known))
	for _, name := range known {
		have[name] = true
	}
	var problems []gonets.Problem
	for i, name := range sc.Sources {
		if !have[name] {
			problems = append(problems, gonets.Problem{Pointer: fmt.Sprintf("/sources/%d", i), Code: gonets.CodeInvalid,
				Message: fmt.Sprintf("there is no source %q", name)})
		}
	}
	if problems == nil {
		return nil
	}
	all, err := pack.Texts(t, `SELECT name FROM sources ORDER BY name LIMIT 1000`)
	if err != nil {
		return err
	}
	for i := range problems {
		var at int
		if _, err := fmt.Sscanf(problems[i].Pointer, "/sources/%d", &at); err != nil {
			continue
		}
		problems[i].Suggestion = value.Nearest(sc.Sources[at], all)
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Problems: problems,
		Message: fmt.Sprintf("the scenario %q names a source that does not exist", sc.Name)}
}

// scenarioRow is what is stored of a scenario.
type scenarioRow struct {
	exists  bool
	state   gonets.ScenarioState
	draft   sql.NullString
	version int
	// published is the document of version.
	published string
}

func (t *txn) readScenario(name string) (row scenarioRow, err error) {
	err = t.Row(`SELECT state, draft, published_version FROM scenarios WHERE name = ?`, []any{name},
		&row.state, &row.draft, &row.version)
	if errors.Is(err, sql.ErrNoRows) {
		return row, nil
	}
	row.exists = true
	if err == nil && row.version > 0 {
		err = t.Row(`SELECT document FROM versions WHERE scenario = ? AND n = ?`, []any{name, row.version}, &row.published)
	}
	return row, err
}

func (t *txn) applyScenario(a *gonets.Apply, sc *gonets.Scenario) (gonets.Applied, error) {
	out := gonets.Applied{Kind: "Scenario", Name: sc.Name}
	text, etag, err := encode(sc)
	if err != nil {
		return out, err
	}
	old, err := t.readScenario(sc.Name)
	if err != nil {
		return out, err
	}
	next := old
	if a.Draft {
		next.draft = sql.NullString{String: text, Valid: true}
		if !old.exists {
			next.state = gonets.ScenarioDraft
		}
	} else {
		t.publish(a, &next, text)
	}
	out.Version, out.State, out.Change = next.version, next.state, changeUpdated
	if old.exists && next == old {
		out.Change = changeNone
		return out, nil
	}
	if !old.exists {
		out.Change = changeCreated
	}
	return out, t.writeScenario(a, sc, scenarioChange{old, next, etag})
}

// publish makes the text the published document. A scenario that was never
// published starts now, unless the caller wants it stopped.
func (t *txn) publish(a *gonets.Apply, row *scenarioRow, text string) {
	if row.version == 0 {
		row.state = gonets.ScenarioRunning
		if a.Stopped {
			row.state = gonets.ScenarioStopped
		}
		row.draft = sql.NullString{}
	}
	if row.published != text {
		row.version, row.published = row.version+1, text
	}
	if row.draft.String == text {
		row.draft = sql.NullString{}
	}
}

type scenarioChange struct {
	old, next scenarioRow
	etag      string
}

func (t *txn) writeScenario(a *gonets.Apply, sc *gonets.Scenario, c scenarioChange) error {
	now, started := t.now.UnixMilli(), any(nil)
	if c.next.state == gonets.ScenarioRunning {
		started = now
	}
	err := t.exec(`INSERT INTO scenarios (name, state, draft, published_version, etag, created_at, updated_at, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET state = excluded.state, draft = excluded.draft,
			published_version = excluded.published_version, etag = excluded.etag, updated_at = excluded.updated_at,
			started_at = COALESCE(scenarios.started_at, excluded.started_at)`,
		sc.Name, string(c.next.state), c.next.draft, c.next.version, c.etag, now, now, started)
	if err != nil {
		return err
	}
	if c.next.version != c.old.version {
		err := t.exec(`INSERT INTO versions (scenario, n, document, created_at, actor, note) VALUES (?, ?, ?, ?, ?, ?)`,
			sc.Name, c.next.version, c.next.published, now, a.Actor, a.Note)
		if err != nil {
			return err
		}
	}
	if a.Draft && c.next.version > 0 {
		return nil // events follow the published document
	}
	if err := t.exec(`DELETE FROM subscriptions WHERE scenario = ?`, sc.Name); err != nil {
		return err
	}
	for _, source := range sc.Sources {
		err := t.exec(`INSERT INTO subscriptions (source, scenario) VALUES (?, ?)
			ON CONFLICT (source, scenario) DO NOTHING`, source, sc.Name)
		if err != nil {
			return err
		}
	}
	return nil
}

// settingsName is the name of the installation's one settings document.
const settingsName = "settings"

func (t *txn) applySettings(set *gonets.Settings) (gonets.Applied, error) {
	out := gonets.Applied{Kind: "Settings", Name: settingsName, Change: changeUpdated}
	text, _, err := encode(set)
	if err != nil {
		return out, err
	}
	var old string
	err = t.Row(`SELECT document FROM settings WHERE name = ?`, []any{settingsName}, &old)
	if errors.Is(err, sql.ErrNoRows) {
		out.Change, err = changeCreated, nil
	}
	if err != nil {
		return out, err
	}
	if old == text {
		out.Change = changeNone
		return out, nil
	}
	return out, t.exec(`INSERT INTO settings (name, document, updated_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
		settingsName, text, t.now.UnixMilli())
}

// Settings returns the installation's settings; the zero value when there are
// none.
func (s *Store) Settings(ctx context.Context) (out gonets.Settings, err error) {
	var text string
	err = s.reader(ctx).Row(`SELECT document FROM settings WHERE name = ?`, []any{settingsName}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, s.dialect.Wrap(err)
}
