package floor

import "gonets"

// DecideAlone keeps everybody else from deciding what people are told until the
// end of a transaction.
func DecideAlone(t Txn) error { return t.Exec(`UPDATE meta SET value = '' WHERE name = 'alerts'`) }

// EndTrouble ends a trouble without news. Whoever decides what people are told
// waits for it.
func EndTrouble(t Txn, c gonets.Cause) error {
	if err := DecideAlone(t); err != nil {
		return err
	}
	return t.Exec(`UPDATE troubles SET over_at = ?, look_at = NULL WHERE id = ? AND over_at IS NULL`, t.Now().UnixMilli(), c.ID())
}
