package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gonets"
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
		others := 0
		more := func() {
			for range 7 {
				others++
				o.post(eventTo(host.URL+"/fine", others))
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
		o.post(eventTo("no address", 0))
		o.post(eventTo(host.URL+"/strange", 0))
		more()
		o.awaitRuns(gonets.RunPaused, 3)
		reasons := map[gonets.Code]int{}
		for _, r := range o.runs(gonets.RunPaused) {
			reasons[r.Reason]++
		}
		if reasons[gonets.CodePoison] != 1 || len(reasons) != 3 {
			t.Errorf("what waits for a person: %v", reasons)
		}
	})
}
