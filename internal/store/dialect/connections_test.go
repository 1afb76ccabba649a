package dialect

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestThePageCountsTheConnections: the administrator gives PostgreSQL room for as
// many as the page says.
func TestThePageCountsTheConnections(t *testing.T) {
	t.Parallel()
	most := map[Use]int{}
	all := 1 // which listens
	for _, use := range []Use{UseWrite, UseRead, UseQuick, UseAsk} {
		db, err := OpenPostgres("postgres://nobody@127.0.0.1:1/none", use, context.Background)
		if err != nil {
			t.Fatal(err)
		}
		most[use] = db.Stats().MaxOpenConnections
		all += most[use]
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	page, err := os.ReadFile("../../../docs/postgresql.md")
	if err != nil {
		t.Fatal(err)
	}
	says := fmt.Sprintf("A server keeps up to %d: %d to write and beat, %d to read, %d to read what events wait for, %d to look into the history for people, 1 to hear the others.",
		all, most[UseWrite], most[UseRead], most[UseQuick], most[UseAsk])
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), says) {
		t.Errorf("the page does not say: %s", says)
	}
}
