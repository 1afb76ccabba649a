package wire

import (
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/compare"
)

// PathOf is the step of the n-th attempt of a run; empty when there is none.
func PathOf(d *gonets.RunDetail, n int) string {
	if a := AttemptOf(d, n); a != nil {
		return a.Path
	}
	return ""
}

// AttemptOf is the n-th attempt of a run; nil when there is none.
func AttemptOf(d *gonets.RunDetail, n int) *gonets.Attempt {
	if i := slices.IndexFunc(d.Attempts, func(a gonets.Attempt) bool { return a.N == n }); i >= 0 {
		return &d.Attempts[i]
	}
	return nil
}

// Good is an attempt of a run that went well; without a run there is none.
type Good struct {
	Run *gonets.RunDetail
	N   int
}

// Compare tells in what the n-th attempt of a run differs from one that went
// well, if there is one that was kept.
func Compare(d *gonets.RunDetail, n int, with Good) (api.Comparison, error) {
	a := AttemptOf(d, n)
	if a == nil || a.URL == "" {
		return api.Comparison{}, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d that made a request", d.Run.ID, n)
	}
	var good *gonets.Attempt
	if with.Run != nil {
		good = AttemptOf(with.Run, with.N)
	}
	if good == nil || good.NotKept {
		return api.Comparison{Differences: []api.AttemptDifference{}}, nil
	}
	out := compare.Attempts(compare.Of(good, with.Run.Version), compare.Of(a, d.Version))
	out.With = &api.ComparedWith{Run: good.RunID, N: good.N, At: good.StartedAt}
	return out, nil
}
