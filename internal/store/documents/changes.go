package documents

import (
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"gonets/internal/document"
	"gonets/internal/store/pack"
)

// What the audit calls changes of documents.
const (
	actApply  = "apply"
	actSave   = "save"
	actCreate = "create"
	actDelete = "delete"
)

// changeOf is what the audit keeps of a change of a document.
type changeOf struct {
	Change  string `json:"change,omitempty"`
	Version int    `json:"version,omitempty"`
	BasedOn string `json:"based_on,omitempty"`
	// Was is the state of a document without versions that went.
	Was string `json:"was,omitempty"`
}

// String is how the audit keeps it.
func (c changeOf) String() (string, error) {
	if c == (changeOf{}) {
		return "", nil
	}
	text, err := json.Marshal(c)
	return string(text), err
}

// change is one as the audit tells of it.
type change struct {
	object, action, actor string
	at                    sql.NullInt64
	changeOf
}

// changesSQL reads what the audit tells of changes of documents.
const changesSQL = `SELECT object, action, actor, at, detail FROM audit
	WHERE action IN ('` + actApply + `', '` + actSave + `', '` + actCreate + `', '` + actDelete + `') `

func scanChange(scan func(...any) error) (c change, err error) {
	var detail string
	err = scan(&c.object, &c.action, &c.actor, &c.at, &detail)
	// An entry may be older than this form, or written over.
	_ = json.Unmarshal([]byte(detail), &c.changeOf)
	return c, err
}

// toldWithin is how long after a change the entry of the audit may stand that tells of
// it: ids may run ahead of a clock that was set back.
const toldWithin = time.Minute

// changesAt are the changes of a document from the moment of its last one on, the
// earliest first.
func (t *txn) changesAt(id document.ID, last sql.NullInt64) ([]change, error) {
	at := pack.FromMS(last)
	return pack.Collect(t, changesSQL+`AND id >= ? AND id < ? AND object = ? ORDER BY id`,
		[]any{pack.From(at), pack.From(at.Add(toldWithin)), object(id)}, scanChange)
}

// object is what the audit calls a document.
func object(id document.ID) string { return id.Kind + "/" + id.Name }

// objectsAtOnce bounds the values of one statement.
const objectsAtOnce = 1000

// changesOf are all changes of a document, the earliest first. The audit is not sorted
// by documents: it is read once for all of the call, and only when it has to be.
func (c *call) changesOf(id document.ID) ([]change, error) {
	if c.past != nil {
		return c.past[object(id)], nil
	}
	past := make(map[string][]change)
	for some := range slices.Chunk(c.objects(), objectsAtOnce) {
		told, err := pack.Collect(c.txn, changesSQL+`AND object IN (`+pack.In(len(some))+`) ORDER BY id`, pack.Args(some), scanChange)
		if err != nil {
			return nil, err
		}
		for i := range told {
			past[told[i].object] = append(past[told[i].object], told[i])
		}
	}
	c.past = past
	return past[object(id)], nil
}

// objects are all documents of the call.
func (c *call) objects() []string {
	var out []string
	add := func(kind, name string) { out = append(out, object(document.ID{Kind: kind, Name: name})) }
	for i := range c.a.Sources {
		add(document.KindSource, c.a.Sources[i].Name)
	}
	for i := range c.a.Requests {
		add(document.KindRequest, c.a.Requests[i].Name)
	}
	for i := range c.a.Scenarios {
		add(document.KindScenario, c.a.Scenarios[i].Name)
	}
	if c.a.Settings != nil {
		add(document.KindSettings, document.SettingsName)
	}
	return out
}
