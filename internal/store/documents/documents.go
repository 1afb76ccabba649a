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

// call is an Apply on its way.
type call struct {
	*txn
	a   *document.Apply
	out []document.Applied
	// refusal is of all that is outdated, so that it is told at once.
	refusal *gonets.Error
	// past is what the audit tells of the documents, once it was asked.
	past map[string][]change
}

func (t *txn) apply(a *document.Apply) ([]document.Applied, error) {
	c := &call{txn: t, a: a, out: make([]document.Applied, 0, len(a.Sources)+len(a.Scenarios)+1)}
	for i := range a.Sources {
		if err := c.put(namedSource(&a.Sources[i]), t.applySource); err != nil {
			return nil, err
		}
	}
	for i := range a.Requests {
		if err := c.put(namedRequest(&a.Requests[i]), t.put); err != nil {
			return nil, err
		}
	}
	for i := range a.Scenarios {
		if err := t.knownSources(&a.Scenarios[i]); err != nil {
			return nil, err
		}
		d, err := c.scenario(&a.Scenarios[i])
		if err := c.add(d, document.Basis{}, err); err != nil {
			return nil, err
		}
	}
	if a.Settings != nil {
		err := c.put(namedSettings(a.Settings), func(n named) (document.Applied, error) { return t.applySettings(n, a.IfMatch) })
		if err != nil {
			return nil, err
		}
	}
	if c.refusal != nil {
		return nil, c.refusal
	}
	for _, d := range c.out {
		if d.Change != changeNone {
			return c.out, t.BumpConfig()
		}
	}
	return c.out, nil
}

// add notes what became of a document, and which state of it went.
func (c *call) add(d document.Applied, was document.Basis, err error) error {
	if e := (*gonets.Error)(nil); errors.As(err, &e) && e.Code == gonets.CodeDraftConflict {
		if c.refusal != nil {
			e.Problems = append(c.refusal.Problems, e.Problems...)
		}
		c.refusal = e
		return nil
	}
	if err != nil {
		return err
	}
	c.out = append(c.out, d)
	if d.Change == changeNone {
		return nil
	}
	id := document.ID{Kind: d.Kind, Name: d.Name}
	detail, err := changeOf{d.Change, d.Version, c.a.Based[id].String(), was.String()}.String()
	if err != nil {
		return err
	}
	return c.Audit(c.a.Actor, actApply, object(id), detail)
}

// put writes a document without versions, if its writer knew what stands there.
func (c *call) put(n named, write func(named) (document.Applied, error)) error {
	old, err := c.standing(&n)
	if err != nil {
		return err
	}
	d, err := write(n)
	// Who sends an ETag has been asked by it.
	if err == nil && d.Change != changeNone && !c.a.Force && c.a.IfMatch == "" {
		d.Replaced, err = c.overtaken(&n, &old)
	}
	return c.add(d, old.state, err)
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
