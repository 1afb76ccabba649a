package pack

import (
	"errors"

	"gonets"
	"gonets/internal/store/dialect"
)

// SummaryColumns are those of a run named r, of its last attempt, and whether its scenario was
// deleted; SummaryJoin is what they need besides. BareColumns leave the attempt out.
const (
	SummaryColumns = RunColumns + `, r.source, COALESCE(a.status, 0), COALESCE(a.outcome, ''), a.error, ` + lastTries + orphan
	SummaryJoin    = ` LEFT JOIN attempts a ON a.run = r.id AND a.n = r.attempts`
	BareColumns    = RunColumns + `, r.source, 0, '', NULL, 0` + orphan

	lastTries = `(SELECT COUNT(*) FROM attempts b WHERE b.run = r.id AND b.path = a.path AND b.charged = 1)`
	orphan    = `, (SELECT c.name FROM scenarios c WHERE c.name = r.scenario) IS NULL`
)

// ScanSummary reads [SummaryColumns].
func ScanSummary(scan func(...any) error) (sum gonets.RunSummary, err error) {
	dest, fill := RunDest(&sum.Run)
	var text []byte
	if err = scan(append(dest, &sum.Source, &sum.LastStatus, &sum.LastOutcome, &text, &sum.LastTries, &sum.Orphan)...); err == nil {
		fill()
		sum.LastError = string(text)
	}
	return sum, err
}

// LoadLast reads the last attempts of runs that were read without them, of as many as the disk
// gives.
func LoadLast(q Reader, runs []gonets.RunSummary) error {
	for i := range runs {
		r, err := Collect(q, `SELECT `+SummaryColumns+` FROM runs r`+SummaryJoin+` WHERE r.id = ?`, []any{runs[i].ID}, ScanSummary)
		if err != nil && !dialect.Corrupt(err) {
			return err
		}
		if len(r) > 0 {
			runs[i] = r[0]
		}
	}
	return nil
}

// LoadTried reads all attempts of a run, and tells the run of its last one. Of one that is
// damaged, nobody knows what it carried: it has its number only and counts as sealed.
func LoadTried(q Reader, r *gonets.RunSummary, damaged func(error) bool) ([]gonets.Attempt, error) {
	out, damage := LoadAttempts(q, r.ID, nil)
	if out == nil && damage != nil && damaged(damage) {
		for n := 1; n <= r.Attempts; n++ {
			one, err := loadAttempts(q, r.ID, []int{n}, true)
			if one == nil && err != nil {
				if !damaged(err) {
					return nil, err
				}
				one = []gonets.Attempt{{RunID: r.ID, N: n, Sealed: true}}
			}
			out, damage = append(out, one...), errors.Join(damage, err)
		}
	}
	if len(out) == 0 {
		return out, damage
	}
	if last := &out[len(out)-1]; last.N == r.Attempts {
		r.LastStatus, r.LastOutcome, r.LastError = last.Status, last.Outcome, last.Error
		for i := range out {
			if out[i].Path == last.Path && out[i].Charged {
				r.LastTries++
			}
		}
	}
	return out, damage
}
