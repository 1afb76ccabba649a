package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gonets"
	"gonets/internal/compress"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

// exampleID is the id of a step's one example.
func exampleID(scenario, path string) string { return "example/" + scenario + "/" + path }

// about is what is known of an example without its reply.
type about struct {
	Path    string    `json:"path"`
	Status  int       `json:"status"`
	SavedAt time.Time `json:"saved_at"`
	SavedBy string    `json:"saved_by,omitempty"`
}

// SaveExample keeps a reply for its step, in the place of the one before.
func (b *Book) SaveExample(ctx context.Context, e gonets.Example) error {
	summary, err := json.Marshal(about{Path: e.Attempt.Path, Status: e.Attempt.Status, SavedAt: e.SavedAt, SavedBy: e.SavedBy})
	if err != nil {
		return b.base.Wrap(err)
	}
	// As a check is kept, so that whoever looks through all that is kept finds it.
	data, err := json.Marshal(gonets.RunDetail{Attempts: []gonets.Attempt{e.Attempt}})
	if err != nil {
		return b.base.Wrap(err)
	}
	var event any
	if e.EventID != "" {
		event = e.EventID
	}
	row := []any{exampleID(e.Scenario, e.Attempt.Path), e.Scenario, event, e.SavedAt.UnixMilli(), int64(never), summary, len(data), compress.Zstd(data)}
	return b.keep(ctx, row, `ON CONFLICT (id) DO UPDATE SET event = excluded.event, created_at = excluded.created_at, summary = excluded.summary,
		size = excluded.size, data = excluded.data`)
}

// Examples lists the examples of a scenario, without their replies.
func (b *Book) Examples(ctx context.Context, scenario string) (out []gonets.Example, err error) {
	err = b.base.Ask(ctx, func(q pack.Reader) error {
		out, err = pack.Collect(q, `SELECT summary FROM checks WHERE scenario = ? AND finished_at = ? ORDER BY created_at DESC, id`, []any{scenario, int64(never)},
			func(scan func(...any) error) (e gonets.Example, err error) {
				var text []byte
				var a about
				if err = scan(&text); err == nil && json.Unmarshal(text, &a) != nil {
					a = about{} // left out below
				}
				e = gonets.Example{Scenario: scenario, SavedAt: a.SavedAt, SavedBy: a.SavedBy}
				e.Attempt.Path, e.Attempt.Status = a.Path, a.Status
				return e, err
			})
		out = slices.DeleteFunc(out, func(e gonets.Example) bool { return e.Attempt.Path == "" })
		return err
	})
	return out, err
}

// ExampleReplies are the replies that were kept for steps of a scenario.
func (b *Book) ExampleReplies(ctx context.Context, scenario string, paths []string) (out []gonets.Attempt, err error) {
	if len(paths) == 0 {
		return nil, nil
	}
	ids := make([]any, len(paths))
	for i, path := range paths {
		ids[i] = exampleID(scenario, path)
	}
	err = b.base.Ask(ctx, func(q pack.Reader) error {
		out, err = pack.Collect(q, `SELECT size, data FROM checks WHERE id IN (`+pack.In(len(ids))+`)`, ids,
			func(scan func(...any) error) (a gonets.Attempt, err error) {
				var size int64
				var data []byte
				if err = scan(&size, &data); err != nil {
					return a, err
				}
				d, err := unpack(data, size)
				if err != nil || len(d.Attempts) != 1 {
					return a, fmt.Errorf("an example of the scenario %s cannot be read: %w", scenario, err)
				}
				return d.Attempts[0], nil
			})
		return err
	})
	return out, err
}

// DropExample takes a step's example away; one that is not there is no error.
func (b *Book) DropExample(ctx context.Context, scenario, path string) error {
	return b.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`DELETE FROM checks WHERE id = ?`, exampleID(scenario, path))
	})
}

// DropExamples takes all examples of a scenario away.
func (b *Book) DropExamples(t floor.Txn, scenario string) error {
	return t.Exec(`DELETE FROM checks WHERE scenario = ? AND finished_at = ?`, scenario, int64(never))
}
