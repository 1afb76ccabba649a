//go:build nextversion

package migrations

// later is a step as a next version may bring it: new columns of the tables that
// are busiest. The tests of updates build a program with it.
func later(n int) []migration {
	return []migration{{n, `ALTER TABLE runs ADD COLUMN next_version TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN next_version TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN next_version BIGINT`}}
}
