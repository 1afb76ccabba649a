package pack

import (
	"gonets"
	"gonets/internal/store/dialect"
)

// SummaryColumns are those of a run, of its last attempt, and whether its scenario was
// deleted; SummaryJoin is what they need.
const (
	SummaryColumns = RunColumns + `, r.source, COALESCE(a.status, 0), COALESCE(a.outcome, ''), a.error, (SELECT COUNT(*) FROM attempts b WHERE b.run = r.id AND b.path = a.path AND b.charged = 1), ` + orphan
	SummaryJoin    = ` LEFT JOIN attempts a ON a.run = r.id AND a.n = r.attempts`
)

// BareColumns are those of a summary that need no attempt, which may be damaged.
const BareColumns = RunColumns + `, r.source, 0, '', NULL, 0, ` + orphan

const orphan = `(SELECT c.name FROM scenarios c WHERE c.name = r.scenario) IS NULL`

// ScanSummary reads a row of [SummaryColumns] or [BareColumns].
func ScanSummary(scan func(...any) error) (sum gonets.RunSummary, err error) {
	dest, fill := RunDest(&sum.Run)
	var text []byte
	if err = scan(append(dest, &sum.Source, &sum.LastStatus, &sum.LastOutcome, &text, &sum.LastTries, &sum.Orphan)...); err == nil {
		fill()
		sum.LastError = string(text)
	}
	return sum, err
}

// LoadSummary reads one run, if there is such a one. When the disk damaged its last
// attempt, the run comes without it, along with the error.
func LoadSummary(q Reader, id string) ([]gonets.RunSummary, error) {
	sums, err := Collect(q, `SELECT `+SummaryColumns+` FROM runs r`+SummaryJoin+` WHERE r.id = ?`, []any{id}, ScanSummary)
	if !dialect.Corrupt(err) {
		return sums, err
	}
	bare, without := Collect(q, `SELECT `+BareColumns+` FROM runs r WHERE r.id = ?`, []any{id}, ScanSummary)
	if without != nil {
		return nil, without
	}
	return bare, err
}
