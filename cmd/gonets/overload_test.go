package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

// swamped is a service that does one of four that come in, however fast those come,
// until it is told to be quick.
type swamped struct {
	crowd
	mu  sync.Mutex
	got map[string]int
	// turns are the requests that it may answer.
	turns, quick chan struct{}
}

func (s *swamped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer s.enter()()
	_, _ = io.Copy(io.Discard, r.Body)
	s.mu.Lock()
	s.got[r.URL.Query().Get("n")]++
	s.mu.Unlock()
	select {
	case <-s.turns:
	case <-s.quick:
	case <-r.Context().Done():
	}
}

// flood is what callers send, and what they were told.
type flood struct {
	o       *outside
	service *swamped
	mu      sync.Mutex
	chance  *rand.Rand
	// accepted are the numbers of events that were answered with success.
	accepted map[string]int
	// refused is how many were told to come again, odd the first other answer.
	refused int
	odd     string
}

// told notes what the answer to an event is.
func (f *flood) told(n int, res *http.Response, err error) {
	var raw []byte
	if err == nil {
		defer res.Body.Close()
		raw, err = io.ReadAll(res.Body)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil && res.StatusCode == http.StatusOK:
		f.accepted[strconv.Itoa(n)]++
		if f.chance.IntN(4) == 0 {
			f.service.turns <- struct{}{}
		}
	case err == nil && shed(res, string(raw)):
		f.refused++
	case f.odd == "" && err != nil:
		f.odd = err.Error()
	case f.odd == "":
		f.odd = fmt.Sprintf("%s, Retry-After %q: %s", res.Status, res.Header.Get("Retry-After"), raw)
	}
}

// shed tells whether an answer says that nothing was stored, and when to come again.
func shed(res *http.Response, text string) bool {
	after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	return after > 0 && (res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusTooManyRequests) &&
		strings.Contains(text, strconv.Quote(string(gonets.CodeBusy)))
}

func (f *flood) counts() (accepted, refused int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.accepted), f.refused
}

// post sends one event of so many bytes.
func (f *flood) post(n, bytes int) {
	res, err := f.o.client.Post(f.o.source+"?n="+strconv.Itoa(n), "text/plain", strings.NewReader(strings.Repeat("x", bytes)))
	f.told(n, res, err)
}

// crush sends events at the same time that together are more than a server may hold:
// all of each but its last byte, and that when all are so far.
func (f *flood) crush(t testing.TB, from, callers int) {
	t.Helper()
	const long = gonets.MaxIngestBody - 1
	most := bytes.Repeat([]byte("x"), long-1)
	var arrived, done sync.WaitGroup
	arrived.Add(callers)
	for i := range callers {
		done.Go(func() {
			arrive := sync.OnceFunc(arrived.Done)
			defer arrive()
			c, err := net.Dial("tcp", strings.TrimPrefix(f.o.base, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			path := strings.TrimPrefix(f.o.source, f.o.base)
			_, err = fmt.Fprintf(c, "POST %s?n=%d HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", path, from+i, long)
			if err == nil {
				_, err = c.Write(most)
			}
			arrive()
			arrived.Wait()
			if err == nil {
				_, err = io.WriteString(c, "x")
			}
			if err != nil {
				return // on a slow machine its time for a body was over
			}
			if res, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
				f.told(from+i, res, nil)
			}
		})
	}
	done.Wait()
}

// Of one destination so many runs are in the memory at most: those that wait there,
// with the few of scenarios that have few, and those that are worked on.
const mostInMemory = gonets.LaneQueue + 64 + 8*gonets.LaneConcurrency

// withstands floods a server for longer than its service can follow, and demands
// bounds, honest answers, and in the end every event that was accepted, once.
func withstands(t testing.TB, program, database string) {
	t.Helper()
	seed := testkit.Seed(t)
	const callers, crushers = 8, 12
	events, most := sized(1_600, 10_000), 0
	service := &swamped{got: map[string]int{}, turns: make(chan struct{}, events+crushers), quick: make(chan struct{})}
	host := httptest.NewServer(service)
	t.Cleanup(host.Close)
	o := startLife(t, life{program: program, data: t.TempDir(), env: child.Env(database), documents: scenarioYAML("send",
		`  - {id: out, http: {method: POST, url: "`+host.URL+`/?n={{ event.query.n }}", timeout: 10m}}
`)})
	f := &flood{o: o, service: service, chance: testkit.Chance(seed, 0), accepted: map[string]int{}}
	var load sync.WaitGroup
	for caller := range callers {
		chance := testkit.Chance(seed, uint64(1+caller))
		load.Go(func() {
			for n := caller; n < events; n += callers {
				f.post(n, 1+chance.IntN(100_000))
			}
		})
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		load.Wait()
	}()
	for round, going := 0, true; going; round++ {
		if round == 3 {
			f.crush(t, events, crushers)
		}
		most = max(most, len(o.runs(gonets.RunRunning)))
		select {
		case <-over:
			going = round < 3
		default:
		}
	}
	// Whoever had no bounds would have taken more by now.
	await(func() bool { return len(o.runs(gonets.RunRunning)) >= gonets.LaneQueue })
	for grown := 0; grown < 20; grown++ {
		if held := len(o.runs(gonets.RunRunning)); held > most {
			most, grown = held, 0
		}
	}
	accepted, refused := f.counts()
	service.mu.Lock()
	behind := accepted - len(service.got)
	service.mu.Unlock()
	if f.odd != "" {
		t.Errorf("a caller was answered %s", f.odd)
	}
	if refused == 0 {
		t.Errorf("%d long events at once were more than may be held, and nobody was told to come again", crushers)
	}
	if behind < accepted/2 {
		t.Errorf("only %d of %d events wait: the service is not slower than what comes", behind, accepted)
	}
	if most > mostInMemory {
		t.Errorf("%d runs were in the memory at once, at most %d are meant", most, mostInMemory)
	}
	o.fits(256)
	if all := len(o.runs("")); all != accepted {
		t.Fatalf("%d runs are stored of %d events that were accepted", all, accepted)
	}
	close(service.quick)
	o.awaitRuns(gonets.RunSucceeded, accepted)
	service.mu.Lock()
	defer service.mu.Unlock()
	if !maps.Equal(service.got, f.accepted) {
		t.Errorf("%d events were accepted and %d delivered, or some more than once", accepted, len(service.got))
	}
	if _, atOnce, _ := service.count(); atOnce > gonets.LaneConcurrency {
		t.Errorf("%d requests at once, %d are allowed", atOnce, gonets.LaneConcurrency)
	}
	o.figure("%d events accepted and delivered, %d refused; %d behind at most, %d runs in the memory", accepted, refused, behind, most)
}

// TestAServiceSlowerThanWhatComesIn: the queue grows on the disk, not in the memory;
// what cannot be held is refused before anything of it is stored.
func TestAServiceSlowerThanWhatComesIn(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) { withstands(t, "", database) })
}

// A server without bounds, and one that loses what it accepted, are found out.
func TestAnOverloadWithoutBoundsIsCaught(t *testing.T) {
	t.Parallel()
	for tag, words := range map[string][]string{
		"sabotage_hoarding":       {"runs were in the memory at once"},
		"sabotage_unbounded":      {"nobody was told to come again"},
		"sabotage_dropcompletion": {"runs are stored of"},
	} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			program := sabotaged(t, tag)
			caught(t, func(t testing.TB) { withstands(t, program, "") }, words...)
		})
	}
}
