package loadgen

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonets/internal/child"
)

// startRelay runs a relay in this process and gives its address for events,
// and how it ended.
func startRelay(t *testing.T, target string) (events *url.URL, stop func() error) {
	t.Helper()
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	listen := "127.0.0.1:" + strconv.Itoa(port)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Relay(ctx, listen, target) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for until := time.Now().Add(answerLimit); ; {
		resp, err := client.Get("http://" + listen + "/readyz")
		if err == nil {
			resp.Body.Close()
			break
		}
		if time.Now().After(until) {
			t.Fatal(err)
		}
	}
	return &url.URL{Scheme: "http", Host: listen, Path: "/in/"}, func() error { cancel(); return <-ended }
}

func TestTheRelayDeliversAllThatItTook(t *testing.T) {
	t.Parallel()
	s, err := startSink()
	if err != nil {
		t.Fatal(err)
	}
	m := newTracker()
	s.phase.Store(m)
	events, stop := startRelay(t, s.url())
	if err := (&load{address: events, connections: 4, rate: testRate, t: m}).run(t.Context(), testSpan); err != nil {
		t.Error(err)
	}
	// A stop delivers what is queued.
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if lost, duplicates := m.judge(); m.acked.Load() != sent || lost != 0 || duplicates != 0 {
		t.Errorf("%d acknowledged, %d lost, %d duplicates", m.acked.Load(), lost, duplicates)
	}
}

func TestARelayThatCannotDeliverEnds(t *testing.T) {
	t.Parallel()
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()
	events, stop := startRelay(t, refuses.URL)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Post(events.String(), "", strings.NewReader("x"))
	if err == nil {
		resp.Body.Close()
	}
	if err := stop(); err == nil || !strings.Contains(err.Error(), "answered 404") {
		t.Error(err)
	}
}

func TestEventsDifferAndFillTheirSize(t *testing.T) {
	t.Parallel()
	f := newFiller()
	seen := map[string]bool{}
	for n := range int64(1000) {
		text := f.of(n)
		if len(text) != bodySize || bytes.ContainsAny(text, "\"\\\n") {
			t.Fatalf("event %d: %q", n, text)
		}
		seen[string(text)] = true
	}
	if len(seen) != 1000 || !bytes.Equal(f.of(7), newFiller().of(7)) {
		t.Errorf("%d texts of 1000 differ", len(seen))
	}
}
