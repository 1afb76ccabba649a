// Package documents is the room of the store for what people write: sources,
// scenarios with their versions, settings, secrets.
package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/floor"
)

// Documents is the room.
type Documents struct {
	base floor.Base
	uses uses
}

// New furnishes the room.
func New(b floor.Base) *Documents { return &Documents{base: b} }

// txn is a transaction with what this room needs besides.
type txn struct {
	floor.Txn
	sealer floor.Sealer
}

func (d *Documents) change(ctx context.Context, apply func(*txn) error) error {
	return d.base.Change(ctx, func(t floor.Txn) error { return apply(&txn{t, d.base.Sealer}) })
}

// errDryRun undoes a dry run's savepoint.
var errDryRun = errors.New("dry run")

// Apply changes documents in one commit: sources are created or replaced,
// scenarios published (or kept as drafts), settings replaced. Only what differs
// makes a new version. A new source gets an address.
func (d *Documents) Apply(ctx context.Context, a document.Apply) ([]document.Applied, error) {
	var out []document.Applied
	err := d.change(ctx, func(t *txn) (err error) {
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

func (t *txn) apply(a *document.Apply) ([]document.Applied, error) {
	out := make([]document.Applied, 0, len(a.Sources)+len(a.Scenarios)+1)
	add := func(d document.Applied, err error) error {
		if err != nil {
			return err
		}
		out = append(out, d)
		if d.Change == changeNone {
			return nil
		}
		c := changeOf{Change: d.Change, Version: d.Version}
		if d.Kind == document.KindScenario {
			c.BasedOn = a.Based[d.Name].String()
		}
		detail, err := json.Marshal(c)
		if err != nil {
			return err
		}
		return t.Audit(a.Actor, "apply", d.Kind+"/"+d.Name, string(detail))
	}
	for i := range a.Sources {
		if err := add(t.applySource(&a.Sources[i])); err != nil {
			return nil, err
		}
	}
	for i := range a.Requests {
		if err := add(t.put(namedRequest(&a.Requests[i]))); err != nil {
			return nil, err
		}
	}
	var newer *gonets.Error
	for i := range a.Scenarios {
		if err := t.knownSources(&a.Scenarios[i]); err != nil {
			return nil, err
		}
		d, err := t.applyScenario(a, &a.Scenarios[i])
		if e := (*gonets.Error)(nil); errors.As(err, &e) && e.Code == gonets.CodeDraftConflict {
			// All that is outdated is told at once.
			if newer != nil {
				e.Problems = append(newer.Problems, e.Problems...)
			}
			newer = e
			continue
		}
		if err := add(d, err); err != nil {
			return nil, err
		}
	}
	if newer != nil {
		return nil, newer
	}
	if a.Settings != nil {
		if err := add(t.applySettings(a.Settings, a.IfMatch)); err != nil {
			return nil, err
		}
	}
	for _, d := range out {
		if d.Change != changeNone {
			return out, t.BumpConfig()
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
