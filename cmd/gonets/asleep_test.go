package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

// night is how long a server sleeps, and its tries and delays last up to this long, by
// its own clock; a quick test's goes so many times faster.
const (
	night  = 10 * time.Minute
	hurry  = 200
	retry  = 4 * time.Minute
	latest = 15 * time.Minute
	// onTheirWay is how many requests are held when the server falls asleep.
	onTheirWay = 8
)

// real is how long a time of the server's clock takes here.
func real(d time.Duration) time.Duration { return d / time.Duration(sized(hurry, 1)) }

// dream is an event of which the request is due before, in or after the sleep.
type dream struct {
	// how the service treats it: at once, failing the first time, answering while the
	// server sleeps or when it is awake again.
	how string
	// rest is how long the run rests before its request.
	rest time.Duration
	// sent is when the event was sent, came when its requests came.
	sent time.Time
	came []time.Time
}

// bedside is a service that sees when requests come.
type bedside struct {
	mu     sync.Mutex
	dreams []*dream
	// held is how many requests are there that are not answered yet.
	held crowd
	// asleep and awake are closed when those requests are answered that wait for it.
	asleep, awake chan struct{}
}

func (b *bedside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ N int }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	b.mu.Lock()
	d := b.dreams[body.N]
	d.came = append(d.came, time.Now())
	first := len(d.came) == 1
	b.mu.Unlock()
	until := map[string]chan struct{}{"asleep": b.asleep, "awake": b.awake}[d.how]
	switch {
	case d.how == "fails" && first:
		w.WriteHeader(http.StatusServiceUnavailable)
	case until != nil:
		defer b.held.enter()()
		select {
		case <-until:
		case <-r.Context().Done():
		}
	}
}

// send sends an event for a service at an address.
func (b *bedside) send(t testing.TB, f *fleet, to string, d *dream) {
	b.mu.Lock()
	n := len(b.dreams)
	d.sent = time.Now()
	b.dreams = append(b.dreams, d)
	b.mu.Unlock()
	if err := f.sureOf(n, fmt.Sprintf(`{"to":%q,"n":%d,"rest":"%ds"}`, to, n, int(d.rest.Seconds()))); err != nil {
		t.Errorf("event %d is not accepted: %v", n, err)
	}
}

// judge finds requests that came before their time, too often or not at all.
func (b *bedside) judge(t testing.TB, database string) {
	t.Helper()
	// The time of a server on PostgreSQL is the database's, which is asked over a network.
	// While it sleeps for long its work counts as left: it cuts what is on its way, which
	// others might make again.
	slack, cuts := time.Millisecond, database != "" && real(night) > gonets.NodeDead
	if database != "" {
		slack = real(retry) * 9 / 10
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	repeated := 0
	for n, d := range b.dreams {
		want := 1
		if d.how == "fails" {
			want = 2
		}
		if cuts && len(d.came) == want+1 {
			repeated++
			continue
		}
		if len(d.came) != want {
			t.Errorf("event %d (%s) made %d requests, %d are meant", n, d.how, len(d.came), want)
		}
		due := d.sent.Add(real(d.rest))
		for _, at := range d.came {
			if early := due.Sub(at); early > slack {
				t.Errorf("a request of event %d (%s) came %v before its time", n, d.how, early)
			}
			if d.how == "fails" {
				due = at.Add(real(retry))
			}
		}
	}
	if most := onTheirWay + gonets.LaneConcurrency; repeated > most {
		t.Errorf("%d requests were made again, at most %d were on their way", repeated, most)
	}
}

// outsleeps lets a server fall asleep with requests on their way, with tries and delays
// that fall due in its sleep and after it, and with callers who wait for it; afterwards
// all was done, once and not too early.
func outsleeps(t testing.TB, database string, sleep func(f *fleet) (wake func())) {
	t.Helper()
	chance := testkit.Chance(testkit.Seed(t), 0)
	b := &bedside{asleep: make(chan struct{}), awake: make(chan struct{})}
	host := httptest.NewServer(b)
	t.Cleanup(host.Close)
	f := &fleet{}
	f.start(t, life{data: t.TempDir(), env: child.Env(database), flags: []string{"--clock-speed", fmt.Sprint(sized(hurry, 1))},
		documents: scenarioYAML("send", fmt.Sprintf(`  - {id: rest, delay: "{{ event.body.rest }}"}
  - id: out
    http: {method: POST, url: "{{ event.body.to }}", timeout: 15m, retry: {delays: [%dm, 1h]}, body: {json: {n: "{{ event.body.n }}"}}}
`, retry/time.Minute)) + lanesYAML(fmt.Sprintf("%q: {open: true}", host.URL))})
	whichever := func() *dream {
		return &dream{how: []string{"at once", "fails"}[chance.IntN(2)], rest: time.Duration(chance.Int64N(int64(latest))).Truncate(time.Second)}
	}
	dreams := []*dream{{how: "at once"}, {how: "fails"}, {how: "fails"}}
	for range onTheirWay / 2 {
		dreams = append(dreams, &dream{how: "asleep"}, &dream{how: "awake"})
	}
	for range sized(40, 400) {
		dreams = append(dreams, whichever())
	}
	chance.Shuffle(len(dreams), func(i, j int) { dreams[i], dreams[j] = dreams[j], dreams[i] })
	for _, d := range dreams {
		b.send(t, f, host.URL, d)
	}
	if !await(func() bool { now, _, _ := b.held.count(); return now == onTheirWay }) {
		t.Fatal("not all requests are on their way that are to be when the server falls asleep")
	}
	log := f.of(0).log
	wake := sleep(f)
	var callers sync.WaitGroup
	for range 10 {
		d := whichever()
		d.rest = min(d.rest, time.Minute) // it begins when the server wakes, and is waited for
		callers.Go(func() { b.send(t, f, host.URL, d) })
	}
	close(b.asleep)
	over := time.NewTimer(real(night))
	defer over.Stop()
	<-over.C
	wake()
	close(b.awake)
	callers.Wait()
	f.of(0).awaitRuns(gonets.RunSucceeded, len(b.dreams))
	b.judge(t, database)
	said, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(said), "clock was set") || strings.Contains(string(said), "clock of the database") {
		t.Errorf("who sleeps takes it for a clock that was set: %s", said)
	}
	f.of(0).figure("%d runs over a sleep of %v", len(b.dreams), night)
}

func TestAServerThatSleepsDoesAllOnceAndNothingEarly(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		outsleeps(t, database, func(f *fleet) (wake func()) {
			sleeper := f.of(0).process.PID()
			if err := syscall.Kill(sleeper, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := syscall.Kill(sleeper, syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
}

// Who dies instead makes requests again, and a person who does not wait makes them early.
func TestAnEarlyRequestAndOneTooManyAfterASleepAreCaught(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		caught(t, func(t testing.TB) {
			outsleeps(t, database, func(f *fleet) (wake func()) {
				dead := f.of(0)
				for _, r := range dead.runs(gonets.RunWaiting) {
					var run json.RawMessage
					// Refused when it is its turn just now.
					_ = dead.api.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+r.ID+"/send-now", nil, &run)
				}
				f.set(0, nil)
				dead.process.Kill()
				return func() { f.set(0, startLife(t, f.lives[0])) }
			})
		}, "before its time", "made 2 requests, 1 are meant")
	})
}
