package child

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestASubjectCompletesItself(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ in, want Subject }{
		"nothing":           {Subject{}, Subject{exe, SQLite, ""}},
		"a program":         {Subject{Binary: "/x"}, Subject{"/x", SQLite, ""}},
		"an address":        {Subject{Database: "postgres://h/d"}, Subject{exe, Postgres, "postgres://h/d"}},
		"both":              {Subject{Store: Postgres, Database: "postgres://h/d"}, Subject{exe, Postgres, "postgres://h/d"}},
		"no address":        {Subject{Store: Postgres}, Subject{}},
		"a useless address": {Subject{Store: SQLite, Database: "postgres://h/d"}, Subject{}},
		"an unknown store":  {Subject{Store: "clay"}, Subject{}},
	} {
		got := tc.in
		err := got.Complete()
		if tc.want.Store == "" {
			if gonets.CodeOf(err) != gonets.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestWorkIsWrittenAsDocuments(t *testing.T) {
	t.Parallel()
	w := Work{Name: "w", URL: "http://127.0.0.1:1/x", Timeout: 5 * time.Second, Members: [][2]string{{"id", "event.body.id"}, {"event", "event.id"}}}
	const want = `apiVersion: gonets/v1
kind: Source
name: w
preset: generic
---
apiVersion: gonets/v1
kind: Scenario
name: w
sources: [w]
steps:
  - id: send
    http:
      method: POST
      url: http://127.0.0.1:1/x
      timeout: 5s
      body:
        json:
          id: "{{ event.body.id }}"
          event: "{{ event.id }}"
`
	if diff := cmp.Diff(want, string(w.Documents())); diff != "" {
		t.Error(diff)
	}
}
