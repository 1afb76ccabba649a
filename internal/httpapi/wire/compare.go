package wire

import (
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/compare"
)

// AttemptOf is the n-th attempt of a run; nil when there is none.
func AttemptOf(d *gonets.RunDetail, n int) *gonets.Attempt {
	if i := slices.IndexFunc(d.Attempts, func(a gonets.Attempt) bool { return a.N == n }); i >= 0 {
		return &d.Attempts[i]
	}
	return nil
}

// Erased is the refusal to show what the n-th attempt of a run sent or got: it was
// erased; nil when it was not.
func Erased(d *gonets.RunDetail, n int) error {
	if a := AttemptOf(d, n); a == nil || !a.Erased {
		return nil
	}
	return gonets.Errorf(gonets.CodeNotFound, "what attempt %d of the run %s sent and got was erased on request; there is nothing to send again or to compare", n, d.Run.ID)
}

// Sent is the n-th attempt of a run, if it made a request that was not erased.
func Sent(d *gonets.RunDetail, n int) (*gonets.Attempt, error) {
	if a := AttemptOf(d, n); a != nil && a.URL != "" {
		return a, Erased(d, n)
	}
	return nil, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d that made a request", d.Run.ID, n)
}

// Good is an attempt of a run that went well; without a run there is none.
type Good struct {
	Run *gonets.RunDetail
	N   int
}

// Compare tells in what the n-th attempt of a run differs from another one that went
// well, if there is one that was kept.
func Compare(d *gonets.RunDetail, n int, with Good) (api.Comparison, error) {
	a, err := Sent(d, n)
	if err != nil {
		return api.Comparison{}, err
	}
	var good *gonets.Attempt
	if with.Run != nil {
		good = AttemptOf(with.Run, with.N)
	}
	if good == nil || !good.Kept() {
		return api.Comparison{Differences: []api.AttemptDifference{}}, nil
	}
	out := compare.Attempts(compare.Of(good, with.Run.Version), compare.Of(a, d.Version))
	out.With = &api.ComparedWith{Run: good.RunID, N: good.N, At: good.StartedAt}
	return out, nil
}
