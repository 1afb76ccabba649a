package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/testkit"
)

// killer is a destination at which one kind of request ends the server that
// sends it, as a fault in its own code would, and another kind is answered with
// what is hard to keep.
type killer struct {
	arrivals
	kill chan struct{}
}

func (k *killer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/kill":
		_, _ = io.Copy(io.Discard, r.Body)
		k.kill <- struct{}{}
		<-r.Context().Done()
	case "/strange":
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Strange", "\xff\xfe broken")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{\"a\":\"\x00\xff\", \"a\": 1e99999")
	default:
		k.arrivals.ServeHTTP(w, r)
	}
}

// TestAnEventThatKillsTheServerIsSetAside: after two deaths with it alone on its
// way its run goes by itself, after a third one it waits for a person. Nobody
// else's run waits, whatever else is wrong with some of them.
func TestAnEventThatKillsTheServerIsSetAside(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		k := &killer{arrivals: arrivals{seen: map[string]int{}}, kill: make(chan struct{})}
		host := httptest.NewServer(k)
		t.Cleanup(host.Close)
		data := t.TempDir()
		o := startWith(t, data, database, anywhere(", response: json, timeout: 10m, retry: {delays: []}"))
		path := strings.TrimPrefix(o.source, o.base)
		o.post(eventTo(host.URL+"/kill", 0))
		seed, others := testkit.Seed(t), 0
		chance := testkit.Chance(seed, 0)
		// more sends others in any order, and waits for them.
		more := func(beside ...string) {
			for range 1 + chance.IntN(10) {
				others++
				beside = append(beside, anySize(seed, host.URL+"/fine", others))
			}
			chance.Shuffle(len(beside), func(i, j int) { beside[i], beside[j] = beside[j], beside[i] })
			for _, body := range beside {
				o.post(body)
			}
			o.awaitRuns(gonets.RunSucceeded, others)
		}
		for death := 1; death <= gonets.PoisonCrashes+1; death++ {
			select {
			case <-k.kill:
			case <-o.process.Exited():
				t.Fatal("the server ended by itself")
			}
			more() // they do not wait for it
			o.process.Kill()
			o = startWith(t, data, database, "")
			o.source = o.base + path
		}
		// What cannot be built, and what came back broken, stop nobody either.
		more(eventTo("no address", 0), eventTo(host.URL+"/strange", 0))
		o.awaitRuns(gonets.RunPaused, 3)
		reasons := map[gonets.Code]int{}
		for _, r := range o.runs(gonets.RunPaused) {
			reasons[r.Reason]++
		}
		if reasons[gonets.CodePoison] != 1 || len(reasons) != 3 {
			t.Errorf("what waits for a person: %v", reasons)
		}
		log, err := os.ReadFile(filepath.Join(data, "log"))
		if told := strings.Count(string(log), "reason=run.poison"); err != nil || told != 1 {
			t.Errorf("the log tells %d times of the run that kills: %v", told, err)
		}
	})
}

// spoil changes rows of a database of which no server holds any.
func spoil(t *testing.T, data, database string, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if database != "" {
			if err := cluster.Exec(database, s); err != nil {
				t.Fatal(err)
			}
			continue
		}
		db, err := dialect.OpenSQLite(filepath.Join(data, "gonets.db"), dialect.UseWrite)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), s)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestADamagedDocumentLeavesOthersAlone: what cannot be read of one scenario and
// one source is told with its name, in every list, and nothing is lost of it: its
// runs wait for a person and go on once it was applied again.
func TestADamagedDocumentLeavesOthersAlone(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		target := &failing{}
		target.refuses.Store(true)
		host := httptest.NewServer(target)
		t.Cleanup(host.Close)
		well := strings.Replace(anywhere(", retry: {delays: []}, on_failure: continue"), "name: send\n", "name: well\n", 1)
		documents := strings.Replace(anywhere(", retry: {delays: [2s, 2s, 2s]}"), "name: send\n", "name: hurt\n", 1) +
			strings.TrimPrefix(well, sourceYAML) + "---\n" + strings.Replace(sourceYAML, "name: in\n", "name: spare\n", 1)
		data := t.TempDir()
		o := startWith(t, data, database, documents)
		path := strings.TrimPrefix(o.source, o.base)
		o.post(eventTo(host.URL, 1))
		o.awaitRuns(gonets.RunSucceeded, 1)
		o.awaitRuns(gonets.RunWaiting, 1)
		o.process.Kill()
		// Anything but the whole of it is left.
		cut := fmt.Sprintf("SET document = substr(document, 1, CAST(length(document) * %.3f AS INTEGER))", testkit.Chance(testkit.Seed(t), 0).Float64()*0.99)
		spoil(t, data, database, "UPDATE versions "+cut+" WHERE scenario = 'hurt'", "UPDATE sources "+cut+" WHERE name = 'spare'")
		target.refuses.Store(false)

		o = startWith(t, data, database, "")
		o.source = o.base + path
		// One run was due, one begins now: both wait, with the reason. The neighbour works.
		o.post(eventTo(host.URL, 2))
		o.awaitRuns(gonets.RunSucceeded, 2)
		o.awaitRuns(gonets.RunPaused, 2)
		for _, r := range o.runs(gonets.RunPaused) {
			if r.Reason != gonets.CodeDamaged {
				t.Errorf("it waits for a person because of %q", r.Reason)
			}
			var whole json.RawMessage
			if err := o.api.Call(t.Context(), http.MethodGet, "/api/v1/runs/"+r.ID, nil, &whole); err != nil || !strings.Contains(string(whole), `scenario \"hurt\"`) {
				t.Errorf("its page: %v %s", err, whole)
			}
		}
		if all := o.runs(""); len(all) != 4 {
			t.Errorf("the history has %d runs", len(all))
		}
		for list, want := range map[string]map[string]bool{
			"scenarios?stats=true": {"hurt": true, "well": false}, "sources": {"in": false, "spare": true}, "scenarios/hurt/versions": {"": true}} {
			var page gonets.List[struct {
				Name    string
				Damaged bool
			}]
			if err := o.api.Call(t.Context(), http.MethodGet, "/api/v1/"+list, nil, &page); err != nil || len(page.Items) != len(want) {
				t.Fatalf("%s: %v %+v", list, err, page)
			}
			for _, it := range page.Items {
				if it.Damaged != want[it.Name] {
					t.Errorf("%s: %+v", list, it)
				}
			}
		}
		resume := func(r runItem) error {
			var ignored json.RawMessage
			return o.api.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+r.ID+"/resume", nil, &ignored)
		}
		if err := resume(o.runs(gonets.RunPaused)[0]); err == nil || !strings.Contains(err.Error(), string(gonets.CodeDamaged)) {
			t.Errorf("a run went on by a scenario that cannot be read: %v", err)
		}
		if _, err := o.api.Apply(t.Context(), []byte(documents), "in"); err != nil {
			t.Fatal(err)
		}
		for _, r := range o.runs(gonets.RunPaused) {
			if err := resume(r); err != nil {
				t.Errorf("after it was applied again: %v", err)
			}
		}
		o.awaitRuns(gonets.RunSucceeded, 4)
	})
}

// failing answers with 503 for as long as it refuses.
type failing struct{ refuses atomic.Bool }

func (f *failing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if f.refuses.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}
