package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

// small is a drill against the fake server.
func small(t *testing.T, fault string) Options {
	t.Helper()
	o := Options{
		Subject: child.Subject{Binary: os.Args[0]}, Kills: 6, Seed: testkit.Seed(t), Rate: 400, Dir: filepath.Join(t.TempDir(), "drill"),
		MinUptime: 60 * time.Millisecond, MaxUptime: 200 * time.Millisecond, Settle: time.Minute, SinkFaults: 0.2,
	}
	if fault != "" {
		o.ServerArgs = []string{"--fault", fault}
	}
	if fault == "dropcompletion" {
		o.Settle = 500 * time.Millisecond // nothing will ever happen to what it drops
	}
	return o
}

func TestAnHonestServerPasses(t *testing.T) {
	t.Parallel()
	var progress strings.Builder
	o := small(t, "")
	r, err := Run(t.Context(), o, &progress)
	if err != nil {
		t.Fatalf("%v\n%s\n%+v", err, &progress, r)
	}
	if r.Kills != 6 || r.Acked == 0 || r.Delivered != r.Acked || r.Intents < r.Acked || r.Seed != o.Seed || r.Silent != 0 ||
		r.ReadyMs.P50 <= 0 || r.ReadyMs.Max < r.ReadyMs.P50 {
		t.Errorf("report %+v", r)
	}
	if r.Dir != o.Dir || !strings.Contains(progress.String(), "kill 6 of 6") {
		t.Errorf("dir %q, progress:\n%s", r.Dir, &progress)
	}
}

func TestEveryFaultOfTheServerIsCaught(t *testing.T) {
	t.Parallel()
	for fault, broken := range map[string]func(Report) bool{
		"earlyack":       func(r Report) bool { return r.Lost > 0 },
		"skip":           func(r Report) bool { return r.Lost > 0 },
		"dropcompletion": func(r Report) bool { return r.Stuck > 0 },
		"newkey":         func(r Report) bool { return r.Mismatched > 0 },
		"ghost":          func(r Report) bool { return r.Phantom > 0 },
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			r, err := Run(t.Context(), small(t, fault), nil)
			if err == nil || !strings.HasPrefix(err.Error(), "the drill failed: ") || !broken(r) || len(r.Examples) == 0 {
				t.Errorf("%v, report %+v", err, r)
			}
		})
	}
}

func TestMissingAttemptsAreReported(t *testing.T) {
	t.Parallel()
	if r, err := Run(t.Context(), small(t, "noattempts"), nil); err != nil || r.Silent < r.Delivered {
		t.Errorf("%v, report %+v", err, r)
	}
}

func TestAServerThatEndsByItselfIsAFailure(t *testing.T) {
	t.Parallel()
	o := small(t, "crash")
	o.MinUptime, o.MaxUptime = time.Minute, time.Minute
	if _, err := Run(t.Context(), o, nil); err == nil || !strings.Contains(err.Error(), "a bug of the server") {
		t.Errorf("err %v", err)
	}
	if _, err := Run(t.Context(), small(t, "no such flag value\x00"), nil); err == nil {
		t.Error("a server that cannot start passed")
	}
}

func TestALongDrillGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	o := small(t, "")
	o.State = filepath.Join(t.TempDir(), "state.json")
	ctx, cancel := context.WithCancel(t.Context())
	stop := writer(func(line string) {
		if strings.HasPrefix(line, "kill 3 ") {
			cancel()
		}
	})
	if _, err := Run(ctx, o, stop); err == nil {
		t.Fatal("an interrupted drill has no error")
	}
	st, found, err := loadState(o.State)
	if err != nil || !found || st.Kills != 3 {
		t.Fatalf("state %+v, %v", st, err)
	}
	seed := o.Seed
	o.Seed, o.Dir = 0, ""
	r, err := Run(t.Context(), o, nil)
	if err != nil || r.Kills != 6 || r.Seed != seed || r.Delivered != r.Acked || r.Acked == 0 {
		t.Fatalf("%v, report %+v", err, r)
	}
	// Both parts are judged: the ledgers hold more than the second part's.
	e, err := readLedgers(filepath.Join(st.LedgerDir, "producer.ledger"), filepath.Join(st.LedgerDir, "sink.ledger"))
	if err != nil || len(e.acks) != r.Acked || !e.intents[fmt.Sprintf("%x-0", seed)] {
		t.Errorf("%v, %d acks for %d", err, len(e.acks), r.Acked)
	}
	o.Seed = seed + 2
	if _, err := Run(t.Context(), o, nil); gonets.CodeOf(err) != gonets.CodeInvalid {
		t.Errorf("another seed than the state's: %v", err)
	}
}

type writer func(line string)

func (w writer) Write(b []byte) (int, error) {
	w(string(b))
	return len(b), nil
}

func TestItsFoldersMustBeItsOwn(t *testing.T) {
	t.Parallel()
	o := small(t, "")
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(o.Dir, "gonets.db")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), o, nil); gonets.CodeOf(err) != gonets.CodeInvalid {
		t.Errorf("a drill in a folder in use: %v", err)
	}
	if entries, err := os.ReadDir(o.Dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestTemporaryFoldersGoAfterAGoodEnd(t *testing.T) {
	t.Parallel()
	o := small(t, "")
	o.Dir, o.Kills, o.State = "", 1, filepath.Join(t.TempDir(), "state")
	var dir string
	r, err := Run(t.Context(), o, writer(func(line string) {
		if _, after, ok := strings.Cut(line, ", folder "); ok {
			dir = strings.TrimSpace(after)
		}
	}))
	if err != nil || r.Dir != "" || dir == "" {
		t.Fatalf("%v, dir %q, %+v", err, dir, r)
	}
	for _, path := range []string{dir, o.State} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{Kills: -1}, {Kills: maxKills + 1}, {Rate: -1}, {Rate: maxRate + 1}, {Subject: child.Subject{Store: "postgres"}}, {Connections: -1},
		{MinUptime: 2, MaxUptime: 1}, {ClockSpeed: -1},
	} {
		if _, err := Run(t.Context(), o, nil); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestTheSeedDecidesTheKills(t *testing.T) {
	t.Parallel()
	schedule := func(seed uint64) (plans []killPlan) {
		o := Options{Seed: seed, MinUptime: 300 * time.Millisecond, MaxUptime: 3 * time.Second}
		for n := range 200 {
			plans = append(plans, plan(&o, n))
		}
		return plans
	}
	one := schedule(1)
	if !cmp.Equal(one, schedule(1)) || cmp.Equal(one, schedule(2)) {
		t.Error("the seed does not decide the kills")
	}
	early := 0
	for n, p := range one {
		if p.AfterReady < 300*time.Millisecond || p.AfterReady > 3*time.Second || p.Early < 0 || p.Early > 81*time.Millisecond {
			t.Errorf("kill %d is %+v", n, p)
		}
		if p.Early > 0 {
			early++
		}
	}
	if early < 5 || early > 50 || one[0].Early != 0 {
		t.Errorf("%d early kills, the first %v", early, one[0].Early)
	}
}

func TestTheSeedDecidesTheSinksFaults(t *testing.T) {
	t.Parallel()
	o := Options{Seed: 5, SinkFaults: 0.05}
	faults, kinds := 0, map[fault]bool{}
	for n := range 10_000 {
		how, pause := sinkFault(&o, "id", n)
		if again, same := sinkFault(&o, "id", n); again != how || same != pause {
			t.Fatal("the same delivery is treated in two ways")
		}
		if how != faultNone {
			faults++
			kinds[how] = true
		}
	}
	if faults < 400 || faults > 600 || len(kinds) != 4 {
		t.Errorf("%d faults of 10000, kinds %v", faults, kinds)
	}
	o.SinkFaults = -1
	for n := range 100 {
		if how, _ := sinkFault(&o, "id", n); how != faultNone {
			t.Fatal("a fault though none is wished")
		}
	}
}

func TestReportsHaveTheNamesThatScriptsReadAndATable(t *testing.T) {
	t.Parallel()
	r := Report{Kills: 20, Acked: 5, Delivered: 4, Waiting: 1, ReadyMs: Ready{P50: 10, Max: 20}, TakeoverMs: 31_500, Seed: 3, Examples: []string{"an example"}}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kills", "acked", "delivered", "waiting", "paused", "lost", "duplicates", "phantom", "silent", "ready_ms", "takeover_ms", "seed"} {
		if _, ok := got[name]; !ok {
			t.Errorf("no %q in %s", name, data)
		}
	}
	var table strings.Builder
	if err := r.Table(&table); err != nil || !strings.Contains(table.String(), "10 ms (max 20)") || !strings.Contains(table.String(), "31.5 s") || !strings.Contains(table.String(), "an example") {
		t.Errorf("%v\n%s", err, &table)
	}
}
