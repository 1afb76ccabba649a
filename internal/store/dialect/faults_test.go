package dialect

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"gonets"
)

// TestWhatTheDatabaseCouldNotGiveIsNoDamage, though something beside it is damaged.
func TestWhatTheDatabaseCouldNotGiveIsNoDamage(t *testing.T) {
	t.Parallel()
	d := Postgres()
	sealed := gonets.Errorf(gonets.CodeCookies, "sealed")
	for want, err := range map[gonets.Code]error{
		gonets.CodeCookies:   fmt.Errorf("attempt 1: %w", errors.Join(sealed, errors.New("a body is damaged"))),
		gonets.CodeStoreAway: fmt.Errorf("attempt 1: %w", errors.Join(sealed, driver.ErrBadConn)),
		gonets.CodeBusy:      &gonets.Error{Code: gonets.CodeBusy, Err: driver.ErrBadConn}, // it was wrapped already
		gonets.CodeNotFound:  gonets.Errorf(gonets.CodeNotFound, "there is none"),
	} {
		if got := gonets.CodeOf(d.Wrap(err)); got != want {
			t.Errorf("%v is told as %s, want %s", err, got, want)
		}
	}
	if !Corrupt(fmt.Errorf("a body: %w", &pgconn.PgError{Code: "XX001"})) || Corrupt(sealed) {
		t.Error("damage of the disk is not told from other errors")
	}
}

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
		if Corrupt(&pgconn.PgError{Code: code}) {
			t.Errorf("%s is taken for damage", code)
		}
		if got := classifyPostgres(fmt.Errorf("asked: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
}
