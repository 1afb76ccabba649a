package dialect

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestWhatEndsASessionIsNoFaultOfWhatWasAsked: whoever asked tries again, instead of
// taking it for damage.
func TestWhatEndsASessionIsNoFaultOfWhatWasAsked(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]Fault{
		"57000": FaultAway, "57P01": FaultAway, "57P02": FaultAway, "57P03": FaultAway, "57P04": FaultAway, "57P05": FaultAway,
		"25P03": FaultAway, "25P04": FaultAway, // limits of a transaction that the administrator set
		"25006": FaultAway, "26000": FaultAway, "08006": FaultAway, "53300": FaultAway, "58030": FaultAway,
		"53100": FaultFull, "57014": FaultBusy, "40001": FaultBusy, "40P01": FaultBusy, "55P03": FaultBusy,
		"23505": FaultOperation, "22P02": FaultOperation, "42P01": FaultOperation,
	} {
		if got := classifyPostgres(fmt.Errorf("asked: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
}
