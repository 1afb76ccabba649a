package erase

import (
	"context"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/api"
	"gonets/internal/id"
	"gonets/internal/search"
)

// Begin looks for a value everywhere; nothing is erased yet.
func (s *Service) Begin(ctx context.Context, value, actor string) (api.Erasure, error) {
	value = strings.TrimSpace(value)
	if n := utf8.RuneCountInString(value); n < minValue || n > maxValue || NewNeedle(value).In(Text{Data: []byte(s.note())}) {
		return api.Erasure{}, &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{gonets.Mistake("/value", codeValue,
			"a value of %d to %d characters is needed, so that nothing else is erased with it", minValue, maxValue)}}
	}
	j := Job{ID: id.New(), State: Looking, Mark: s.mark(value), By: actor, CreatedAt: s.o.Clock.Now().UTC(), Value: value}
	if err := s.o.Jobs.CreateErasure(ctx, j); err != nil {
		return api.Erasure{}, err
	}
	s.Wake()
	return show(&j, nil, 0), nil
}

// codeValue is a value that would erase too much.
const codeValue gonets.Code = "erase.value"

// mark is the keyed hash of a value, however its letters and signs were typed.
func (s *Service) mark(value string) string {
	return hex.EncodeToString(s.o.MAC("erase:" + search.Normalize(value))[:8])
}

// Get reads a job with the runs that are in its way.
func (s *Service) Get(ctx context.Context, id string) (api.Erasure, error) {
	j, err := s.o.Jobs.Erasure(ctx, id)
	if err != nil || j.State.Final() {
		return show(&j, nil, 0), err
	}
	open, n, err := s.o.Shelves.Unfinished(ctx, id, listed)
	return show(&j, open, n), err
}

// List lists jobs, newest first.
func (s *Service) List(ctx context.Context, p gonets.Page) (gonets.List[api.Erasure], error) {
	l, err := s.o.Jobs.Erasures(ctx, p)
	out := gonets.List[api.Erasure]{Next: l.Next}
	for i := range l.Items {
		out.Items = append(out.Items, show(&l.Items[i], nil, 0))
	}
	return out, err
}

// show is a job as the API says it.
func show(j *Job, open []Blocker, n int) api.Erasure {
	out := api.Erasure{
		ID: j.ID, State: string(j.State), Mark: j.Mark, By: j.By, CreatedAt: j.CreatedAt, Looked: j.Looked, Unread: j.Unread, Share: j.Share,
		Found: counts(j.Found), Erased: counts(j.Erased), Unfinished: make([]api.ErasureRun, 0, len(open)), Open: n,
		Mentions: append([]string{}, j.Mentions...), Left: j.Left, Rewrite: j.Because.AtStart(), Because: string(j.Because), Damaged: j.Damaged,
	}
	if !j.FinishedAt.IsZero() {
		out.FinishedAt = &j.FinishedAt
	}
	for _, b := range open {
		out.Unfinished = append(out.Unfinished, api.ErasureRun{ID: b.Run, Scenario: b.Scenario, State: b.State})
	}
	return out
}

// counts lists what there is, in an order that stays.
func counts(m map[Kind]int) []api.ErasureCount {
	out := []api.ErasureCount{}
	for _, kind := range []Kind{KindEvent, KindBody, KindRun, KindAttempt, KindStep, KindValue, KindCheck, KindLetter, KindKey, KindNote} {
		if n := m[kind]; n > 0 {
			out = append(out, api.ErasureCount{Kind: string(kind), Count: n})
		}
	}
	return out
}

// Confirm erases what was found. The value has to be given again. Runs that are
// not over are ended when cancel is set; without it they are in the way.
func (s *Service) Confirm(ctx context.Context, id, value, actor string, cancel bool) (api.Erasure, error) {
	open, n, err := s.o.Shelves.Unfinished(ctx, id, listed)
	if err != nil {
		return api.Erasure{}, err
	}
	j, err := s.o.Jobs.SteerErasure(ctx, id, actor, func(j *Job) error {
		switch {
		case j.State != Found:
			return gonets.Errorf(gonets.CodeConflict, "the erasure is %s; only one that waits for you can be confirmed", j.State)
		case j.Mark != s.mark(strings.TrimSpace(value)):
			return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{gonets.Mistake("/value", codeOther, "this is not the value that was looked for")}}
		case n > 0 && !cancel:
			return refused(open, n)
		}
		j.State, j.Cancel, j.By = Erasing, cancel, actor
		return nil
	})
	s.Wake()
	return show(&j, open, n), err
}

// codeOther is another value than the one that was looked for.
const codeOther gonets.Code = "erase.other_value"

// named is how many runs a refusal names.
const named = 10

func refused(open []Blocker, n int) error {
	var runs []string
	for i := range open[:min(len(open), named)] {
		runs = append(runs, open[i].Run+" ("+string(open[i].State)+")")
	}
	return gonets.Errorf(gonets.CodeRunState, "the value is carried by runs that are not over (%d): %s. Let them end, or confirm that they are cancelled", n, strings.Join(runs, ", "))
}

// Drop ends a job; what it erased stays erased.
func (s *Service) Drop(ctx context.Context, id, actor string) (api.Erasure, error) {
	j, err := s.o.Jobs.SteerErasure(ctx, id, actor, func(j *Job) error {
		if j.State.Final() {
			return gonets.Errorf(gonets.CodeConflict, "the erasure is over already")
		}
		j.State = Dropped
		return nil
	})
	return show(&j, nil, 0), err
}
