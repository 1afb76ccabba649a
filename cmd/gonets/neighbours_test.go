package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/testkit"
)

// anywhere sends each event to the address that stands in it; the step's
// settings are added.
func anywhere(settings string) string {
	return scenarioYAML("send", `  - id: out
    http: {method: POST, url: "{{ event.body.to }}", body: {json: {n: "{{ event.body.n }}"}}`+settings+`}
`)
}

func eventTo(to string, n int) string { return fmt.Sprintf(`{"to":%q,"n":%d}`, to, n) }

// anySize is such an event of a size that a seed decides: every fourth is too large to
// be stored beside others.
func anySize(seed uint64, to string, n int) string {
	chance, most := testkit.Chance(seed, uint64(n)), 200
	if chance.IntN(4) == 0 {
		most = 4 * gonets.InlineBody
	}
	return fmt.Sprintf(`{"to":%q,"n":%d,"pad":%q}`, to, n, strings.Repeat("x", chance.IntN(most)))
}

func TestAHostThatHangsDelaysOnlyItsOwnRuns(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		const hosts = 99
		each := sized(1, 20)
		// The sick host gets nine of ten events and answers none before it is told
		// to; only its path /fine would be answered at once.
		var sick crowd
		var fine atomic.Int64
		recover := make(chan struct{})
		sickHost := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if r.URL.Path == "/fine" {
				fine.Add(1)
				return
			}
			defer sick.enter()()
			select {
			case <-recover:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(sickHost.Close)
		o := startWith(t, t.TempDir(), database, anywhere(", timeout: 10m"))
		var healthy atomic.Int64
		var events []string
		for range hosts {
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				healthy.Add(1)
			}))
			t.Cleanup(h.Close)
			for range each {
				events = append(events, eventTo(h.URL+"/x", len(events)))
			}
		}
		sickEvents := 9 * hosts * each
		for range sickEvents {
			events = append(events, eventTo(sickHost.URL+"/x", len(events)))
		}
		testkit.Chance(testkit.Seed(t), 0).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		o.postAll(events)
		// All healthy runs end, with their results stored, while every request to
		// the sick host still hangs: so none of them waited for it.
		o.awaitRuns(gonets.RunSucceeded, hosts*each)
		if n := healthy.Load(); n != int64(hosts*each) {
			t.Fatalf("%d deliveries to healthy hosts, want %d", n, hosts*each)
		}
		if !await(func() bool { now, _, _ := sick.count(); return now == gonets.LaneConcurrency }) {
			t.Fatal("the sick host did not get as many requests as its lane allows")
		}
		// A run for the sick host itself does wait: what is measured can be seen.
		o.post(eventTo(sickHost.URL+"/fine", 0))
		o.post(eventTo(strings.Replace(sickHost.URL, "127.0.0.1", "localhost", 1)+"/fine", 0))
		o.awaitRuns(gonets.RunSucceeded, hosts*each+1)
		if n := fine.Load(); n != 1 {
			t.Fatalf("%d requests passed those that hang, want the one under another name", n)
		}
		if _, most, all := sick.count(); most != gonets.LaneConcurrency || all != gonets.LaneConcurrency {
			t.Fatalf("the sick host got %d requests, %d at once, want %d", all, most, gonets.LaneConcurrency)
		}
		o.figure("%d runs of %d healthy hosts ended beside %d hanging", hosts*each, hosts, sickEvents)
		close(recover)
		o.awaitRuns(gonets.RunSucceeded, len(events)+2)
		if _, most, all := sick.count(); most > gonets.LaneConcurrency || all != sickEvents {
			t.Fatalf("the sick host got %d requests, at most %d at once; want %d and %d", all, most, sickEvents, gonets.LaneConcurrency)
		}
	})
}

// TestOthersAreServedBesideAHostThatHangs sends a stream of events to healthy
// hosts: alone, and as a tenth of all, the rest of which goes to one host, before
// and after that hangs. A soak judges how much longer they took than alone.
func TestOthersAreServedBesideAHostThatHangs(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		hosts, each, perSecond := sized(3, 99), sized(20, 250), sized(5, 10)
		seed := testkit.Seed(t) // decides whose turn it is
		var mu sync.Mutex
		sent, took := map[string]time.Time{}, times{}
		healthy := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(sent[r.URL.Path]))
		})
		var sick crowd
		var hangs atomic.Bool
		sickHost := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if hangs.Load() {
				defer sick.enter()()
				<-r.Context().Done()
			}
		}))
		t.Cleanup(sickHost.Close)
		urls := make([]string, hosts)
		for i := range urls {
			h := httptest.NewServer(healthy)
			t.Cleanup(h.Close)
			urls[i] = h.URL
		}
		o := startWith(t, t.TempDir(), database, anywhere(", timeout: 10m"))
		// stream sends to healthy hosts, and to the sick one so many times as often,
		// until the healthy ones have enough.
		stream := func(name string, sickShare int) times {
			mu.Lock()
			sent, took = map[string]time.Time{}, times{}
			mu.Unlock()
			stop := load(perSecond*(1+sickShare), func(n int) {
				chance := testkit.Chance(seed, uint64(n))
				if chance.IntN(1+sickShare) > 0 {
					o.post(eventTo(sickHost.URL+"/x", n))
					return
				}
				path := fmt.Sprintf("/%s/%d", name, n)
				mu.Lock()
				sent[path] = time.Now()
				mu.Unlock()
				o.post(eventTo(urls[chance.IntN(hosts)]+path, n))
			})
			arrived := func() (n, of int) {
				mu.Lock()
				defer mu.Unlock()
				return len(took), len(sent)
			}
			if !await(func() bool { n, _ := arrived(); return n >= each }) {
				t.Errorf("%s: not enough events arrive at healthy hosts", name)
			}
			stop()
			if !await(func() bool { n, of := arrived(); return n >= of }) {
				n, of := arrived()
				t.Errorf("%s: %d of %d events arrived at healthy hosts", name, n, of)
			}
			mu.Lock()
			defer mu.Unlock()
			return took
		}
		alone, before := stream("alone", 0), stream("before", 9)
		hangs.Store(true)
		beside := stream("beside", 9)
		var now, most int
		if !await(func() bool { now, most, _ = sick.count(); return now == gonets.LaneConcurrency }) || most != now {
			t.Errorf("%d requests hang, at most %d, want %d", now, most, gonets.LaneConcurrency)
		}
		if *soak {
			ratio := beside.at(0.99) / alone.at(0.99)
			o.figure("events to %d healthy hosts arrived within (count | p50 | p99 | max ms): alone %s; beside nine times as many to one more %s; when that hangs %s, which is %.2f of the p99 before and %.2f of that alone",
				hosts, alone.row(), before.row(), beside.row(), beside.at(0.99)/before.at(0.99), ratio)
			if ratio > 1.5 || beside.at(0.99) > 1_000 {
				t.Errorf("beside a host that hangs the p99 is %.1f ms, %.2f times that alone; at most 1 s and 1.5 times are meant", beside.at(0.99), ratio)
			}
		}
	})
}

func TestAllRunsThatAreDueAtTheStartAreReleasedByTheirLane(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		n := sized(2_000, 100_000)
		target := newGathering()
		host := httptest.NewServer(target)
		t.Cleanup(host.Close)
		data := t.TempDir()
		fillWaiting(t, data, n, waiting{host.URL, -time.Hour, testkit.Seed(t), database})
		o := startWith(t, data, database, "")
		opened := o.release(target, n)
		o.figure("%d runs that were due are done; of their requests a tenth, half, nine tenths and all came %s after the service began to answer",
			n, target.curve(opened))
		o.fits(200)
	})
}

func TestAHostThatReturnsIsNotOverrun(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		n, seed := sized(1_000, 50_000), testkit.Seed(t)
		port, err := testkit.HoldPort()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(port.Close)
		address := port.Address()
		// The queue stays open: the limits are what protects the host.
		open := lanesYAML(fmt.Sprintf("%q: {open: true}", "http://"+address))
		// Many tries apart by 18 seconds here; a soak's by 90, so that each of its many runs is
		// refused before the first is tried again, which is awaited for two minutes.
		delay := "30m"
		if *soak {
			delay = "2h30m"
		}
		delays := strings.Repeat(delay+", ", 19) + delay
		o := startWith(t, t.TempDir(), database, anywhere(", timeout: 10m, retry: {delays: ["+delays+"]}")+open, "--clock-speed", "100")
		events := make([]string, n)
		for i := range events {
			events[i] = anySize(seed, "http://"+address+"/x", i)
		}
		begun := time.Now()
		o.postAll(events)
		o.figure("%d events are taken within %v", n, time.Since(begun))
		// It is down: the runs are refused and wait for their next try.
		o.awaitRuns(gonets.RunWaiting, n)
		o.figure("each of their requests was refused %v after the first came", time.Since(begun))
		target := newGathering()
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		host := &httptest.Server{Listener: l, Config: &http.Server{Handler: target}}
		host.Start()
		t.Cleanup(host.Close)
		begun = time.Now()
		opened := o.release(target, n)
		o.figure("%d runs for a host that returned are done; it waited %v for them to be due, and they took %v, %.0f a second",
			n, opened.Sub(begun), time.Since(opened), float64(n)/time.Since(opened).Seconds())
		o.fits(256)
	})
}

// convalescent is a service that is back: it holds its first caller until it has
// seen whether others come meanwhile.
type convalescent struct {
	crowd
	once
	first sync.Once
	// proved is how many were there while the first one was.
	proved int
	looked func()
}

func (c *convalescent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer c.enter()()
	c.first.Do(func() {
		c.looked()
		_, c.proved, _ = c.count()
	})
	c.once.ServeHTTP(w, r)
}

// TestAServiceThatReturnsIsProvedAndThenGetsItsRate: while it is away its queue
// closes by itself, one run finds out that it is back, and what waited comes no
// faster than it may.
func TestAServiceThatReturnsIsProvedAndThenGetsItsRate(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		// The server's clock goes so many times faster, and so does the rate.
		const speed, perSecond, atOnce = 20, 5, 4
		n, seed := sized(200, 10_000), testkit.Seed(t)
		port, err := testkit.HoldPort()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(port.Close)
		address := port.Address()
		limits := lanesYAML(fmt.Sprintf("%q: {concurrency: %d, rate: \"%d/s\"}", "http://"+address, atOnce, perSecond))
		o := startWith(t, t.TempDir(), database, anywhere("")+limits, "--clock-speed", fmt.Sprint(speed))
		events := make([]string, n)
		for i := range events {
			events[i] = anySize(seed, "http://"+address+"/x", i)
		}
		o.postAll(events)
		var state string
		look := func() string {
			var lane api.Lane
			path := "/api/v1/lanes/lane?address=" + url.QueryEscape("http://"+address)
			if err := o.api.Call(t.Context(), http.MethodGet, path, nil, &lane); err != nil {
				t.Error(err)
			}
			return lane.State
		}
		if !await(func() bool { state = look(); return state == "closed" }) {
			t.Fatalf("the queue to a service that is away is %s", state)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		target := &convalescent{once: once{keys: map[string]int{}}}
		target.looked = func() {
			for range 20 {
				look()
			}
		}
		host := &httptest.Server{Listener: l, Config: &http.Server{Handler: target}}
		host.Start()
		t.Cleanup(host.Close)
		o.awaitRuns(gonets.RunSucceeded, n)
		if target.proved != 1 {
			t.Errorf("%d requests came while the first one was not answered", target.proved)
		}
		if _, most, _ := target.count(); most > atOnce {
			t.Errorf("%d requests at once, %d are allowed", most, atOnce)
		}
		if got, twice := target.judge(); got != n || len(twice) > 0 {
			t.Errorf("%d of %d runs were delivered, twice: %v", got, n, twice)
		}
		if what := overrun(target.at, time.Second/(speed*perSecond), atOnce); what != "" {
			t.Errorf("%s, at %d a second", what, speed*perSecond)
		}
		o.figure("%d runs came back at their rate", n)
		o.fits(256)
	})
}

func TestSlowCallersAreClosedAndHinderNobody(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		n := sized(500, 5_000)
		o := startWith(t, t.TempDir(), database, sourceYAML)
		path := strings.TrimPrefix(o.source, o.base)
		host := strings.TrimPrefix(o.base, "http://")
		heads := []string{
			"POST " + path + " HTTP/1.1\r\nHost: x\r\nX-Slow: ",
			"POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n",
		}
		closed := make(chan int, n)
		trickling := make(chan struct{})
		defer close(trickling)
		for i := range n {
			c, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			if _, err := io.WriteString(c, heads[i%len(heads)]); err != nil {
				t.Fatal(err)
			}
			go func() {
				tick := time.NewTicker(500 * time.Millisecond)
				defer tick.Stop()
				for {
					select {
					case <-trickling:
						return
					case <-tick.C:
					}
					if _, err := io.WriteString(c, "a"); err != nil {
						return
					}
				}
			}()
			go func() {
				_, _ = io.Copy(io.Discard, c)
				closed <- i
			}()
		}
		last, took := time.Now(), times{}
		for i := range 200 {
			asked := time.Now()
			o.post(fmt.Sprintf(`{"n":%d}`, i))
			took = append(took, time.Since(asked))
		}
		o.figure("200 events taken (count | p50 | p99 | max ms: %s) beside %d slow callers, %d closed so far", took.row(), n, len(closed))
		if *soak && took.at(0.99) > 250 {
			t.Errorf("slow callers hold up others: %s", took.row())
		}
		if !await(func() bool { return len(closed) == n }) {
			t.Fatalf("%d of %d slow callers were closed", len(closed), n)
		}
		o.figure("all %d slow callers are closed, the last one %v after it came", n, time.Since(last).Round(time.Second))
		if *soak && time.Since(last) > 35*time.Second {
			t.Errorf("slow callers were held for %v", time.Since(last))
		}
		o.post(`{"n":"after"}`)
		var list struct{ Items []any }
		if err := o.api.Call(t.Context(), http.MethodGet, "/api/v1/events?limit=1000", nil, &list); err != nil || len(list.Items) != 201 {
			t.Fatalf("%d events are stored, want 201 (%v)", len(list.Items), err)
		}
	})
}
