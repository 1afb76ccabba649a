package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/secret"
	"gonets/internal/testkit"
)

// once is a destination that takes its time and counts what came under each key.
type once struct {
	mu   sync.Mutex
	keys map[string]int
	at   []time.Time
	slow time.Duration
}

func (o *once) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.keys[r.Header.Get("Idempotency-Key")]++
	o.at = append(o.at, time.Now())
	o.mu.Unlock()
	_, _ = io.Copy(io.Discard, r.Body)
	if o.slow > 0 {
		works := time.NewTimer(o.slow)
		select {
		case <-works.C:
		case <-r.Context().Done():
			works.Stop()
		}
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{}`)
}

// judge is the number of keys, and what came more than once.
func (o *once) judge() (n int, twice []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, times := range o.keys {
		if times > 1 {
			twice = append(twice, key)
		}
	}
	return len(o.keys), twice
}

// fleet are the servers that callers know; one may be away.
type fleet struct {
	mu    sync.Mutex
	lives []life
	alive []*outside
	path  string
	// last is when an event was accepted, longest how long it was at most until
	// the next one was.
	last    time.Time
	longest time.Duration
	// taken is how many events were accepted, refused how often a caller was told to
	// come again.
	taken, refused int
}

// accepted notes that an event was accepted.
func (f *fleet) accepted() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken++
	now := time.Now()
	if !f.last.IsZero() {
		f.longest = max(f.longest, now.Sub(f.last))
	}
	f.last = now
}

// pause is the longest time in which nothing was accepted since it was asked
// before.
func (f *fleet) pause() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	longest := f.longest
	f.longest = 0
	return longest
}

// of is a server that is there, if there is one.
func (f *fleet) of(n int) *outside {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.alive {
		if o := f.alive[(n+i)%len(f.alive)]; o != nil {
			return o
		}
	}
	return nil
}

func (f *fleet) set(n int, o *outside) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive[n] = o
}

// counts are what callers were told so far.
func (f *fleet) counts() (taken, refused int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.taken, f.refused
}

// sureOf sends an event until it is accepted: a caller who waits and repeats, at the
// next server when one refuses.
func (f *fleet) sureOf(n int, body string) error {
	var last error
	at := n
	ok := await(func() bool {
		o := f.of(at)
		at++
		if o == nil {
			return false
		}
		req, err := http.NewRequest(http.MethodPost, o.base+f.path, strings.NewReader(body))
		if err != nil {
			last = err
			return false
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", fmt.Sprint("event ", n))
		res, err := o.client.Do(req)
		if err != nil {
			last = err
			return false
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		last = fmt.Errorf("answered %d: %s", res.StatusCode, raw)
		if res.StatusCode >= http.StatusInternalServerError {
			f.mu.Lock()
			f.refused++
			f.mu.Unlock()
		}
		return res.StatusCode == http.StatusOK
	})
	if ok {
		f.accepted()
		return nil
	}
	return last
}

// shared are n servers like one, on one PostgreSQL database.
func shared(t testing.TB, like life, n int) *fleet {
	t.Helper()
	return among(t, like, slices.Repeat([]string{cluster.Database(t)}, n))
}

// among are servers like one, each with a folder of its own and an address at which it
// finds the database that they share.
func among(t testing.TB, like life, databases []string) *fleet {
	t.Helper()
	key := "GONETS_SECRET_KEY=" + secret.NewKey()
	f := &fleet{}
	for i, database := range databases {
		l := like
		l.data, l.env = t.TempDir(), append(child.Env(database), key)
		if i > 0 {
			// The owner's token is the database's: the folder of the first one has it.
			token, err := os.ReadFile(filepath.Join(f.lives[0].data, "owner.token"))
			if err == nil {
				err = os.WriteFile(filepath.Join(l.data, "owner.token"), token, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			l.documents = ""
		}
		f.start(t, l)
	}
	return f
}

func (f *fleet) start(t testing.TB, l life) {
	t.Helper()
	o := startLife(t, l)
	if l.documents != "" {
		f.path = strings.TrimPrefix(o.source, o.base)
	}
	l.documents = ""
	f.lives, f.alive = append(f.lives, l), append(f.alive, o)
}

// send lets callers send events to an address, each until it is accepted. The end ends
// that, and tells how many there were.
func (f *fleet) send(t testing.TB, to string) (end func() (sent int)) {
	over := make(chan struct{})
	var callers sync.WaitGroup
	var next atomic.Int64
	for range 6 {
		callers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				n := int(next.Add(1)) - 1
				if err := f.sureOf(n, eventTo(to, n)); err != nil {
					t.Errorf("event %d is not accepted: %v", n, err)
					return
				}
			}
		})
	}
	end = sync.OnceValue(func() int {
		close(over)
		callers.Wait()
		return int(next.Load())
	})
	t.Cleanup(func() { end() })
	return end
}

// sendAll sends so many events by a few callers at once, each until it is accepted.
func (f *fleet) sendAll(t testing.TB, events int, to func(n int) string) {
	t.Helper()
	const callers = 4
	var all sync.WaitGroup
	for which := range callers {
		all.Go(func() {
			for n := which; n < events; n += callers {
				if err := f.sureOf(n, eventTo(to(n), n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// fleets are the ways in which servers are stopped and started: the only one, and one
// of two.
var fleets = map[string]func(t testing.TB, like life) *fleet{
	"sqlite": func(t testing.TB, like life) *fleet {
		like.data = t.TempDir()
		f := &fleet{}
		f.start(t, like)
		return f
	},
	"postgres": func(t testing.TB, like life) *fleet { return shared(t, like, 2) },
}

// fickle is such a destination that refuses some requests, as a seed decides, and takes
// them when they come again.
type fickle struct {
	once
	chance  *rand.Rand
	refused map[string]bool
}

func (f *fickle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	f.mu.Lock()
	refuses := !f.refused[key] && f.keys[key] == 0 && f.chance.IntN(20) == 0
	if refuses {
		f.refused[key] = true
	}
	f.mu.Unlock()
	if refuses {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	f.once.ServeHTTP(w, r)
}

// restarts stops one server after the other in the middle of work, as an update does,
// starts the next of some programs in its place, and demands that nothing is lost and
// nothing that was done is sent again.
func restarts(t testing.TB, programs []string, fleet func(testing.TB, life) *fleet) {
	t.Helper()
	seed := testkit.Seed(t)
	random := testkit.Chance(seed, 0)
	sink := &fickle{once: once{keys: map[string]int{}, slow: 30 * time.Millisecond}, chance: testkit.Chance(seed, 1), refused: map[string]bool{}}
	host := httptest.NewServer(sink)
	t.Cleanup(host.Close)
	// However many it refuses in a row, it counts as a service that works.
	f := fleet(t, life{program: programs[0], documents: anywhere(", timeout: 1m, retry: {delays: [1s, 1s, 1s]}") +
		lanesYAML(fmt.Sprintf("%q: {open: true}", host.URL))})
	end := f.send(t, host.URL+"/x")
	stops := sized(4, 200)
	var pauses times
	for i := range stops {
		which := i % len(f.lives)
		before, _ := sink.judge()
		more := 10 + random.IntN(20)
		if !await(func() bool { n, _ := sink.judge(); return n >= before+more }) {
			t.Fatal("nothing is delivered")
		}
		pauses = append(pauses, f.pause())
		o := f.alive[which]
		if len(f.lives) > 1 {
			f.set(which, nil) // a balancer sends nobody there any more
		}
		o.process.Stop(gonets.StopSoftDeadline + 10*time.Second)
		f.lives[which].program = programs[(1+i/len(f.lives))%len(programs)]
		f.set(which, startLife(t, f.lives[which]))
	}
	sent := end()
	usual, pauses := pauses[0], append(pauses[1:], f.pause())
	o := f.of(0)
	o.awaitRuns(gonets.RunSucceeded, sent)
	n, twice := sink.judge()
	if n != sent {
		t.Errorf("%d runs of %d events were delivered", n, sent)
	}
	if len(twice) > 0 {
		t.Errorf("%d runs were delivered more than once, %s among them", len(twice), twice[0])
	}
	_, refused := f.counts()
	o.figure("%d events over %d stops, none lost, none twice, %d answered with 5xx and sent again; nothing was accepted for at most (stops | p50 | p99 | max ms): %s; without a stop %v",
		sent, stops, refused, pauses.row(), usual.Round(time.Millisecond))
	if *soak && pauses.at(0.99) > 1_000 {
		t.Errorf("nothing was accepted for up to %.0f ms, 1 s is meant", pauses.at(0.99))
	}
}

// TestServersThatAreStoppedAndStartedSendNothingTwice: servers are replaced by those of a
// version that leaves the tables as they are, and back.
func TestServersThatAreStoppedAndStartedSendNothingTwice(t *testing.T) {
	t.Parallel()
	programs := []string{"gonets", built(t, "-ldflags", "-X main.version=next")}
	for name, fleet := range fleets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			restarts(t, programs, fleet)
		})
	}
}

// A server that forgets at its stop what was done meanwhile sends it again.
func TestWhatIsSentAgainAfterAStopIsCaught(t *testing.T) {
	t.Parallel()
	programs := []string{sabotaged(t, "sabotage_forgets")}
	for name, fleet := range fleets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caught(t, func(t testing.TB) { restarts(t, programs, fleet) }, "runs were delivered more than once")
		})
	}
}

// TestServersShareTheRateOfADestination: two servers with work of their own for
// one destination send together no faster than one may.
func TestServersShareTheRateOfADestination(t *testing.T) {
	t.Parallel()
	const perSecond, events = 20, 120
	sink := &once{keys: map[string]int{}}
	host := httptest.NewServer(sink)
	t.Cleanup(host.Close)
	limits := lanesYAML(fmt.Sprintf("%q: {rate: \"%d/s\", open: true}", host.URL, perSecond))
	f := shared(t, life{documents: anywhere(", timeout: 1m") + limits}, 2)
	f.sendAll(t, events, func(int) string { return host.URL + "/x" })
	f.of(0).awaitRuns(gonets.RunSucceeded, events)
	if n, twice := sink.judge(); n != events || len(twice) > 0 {
		t.Fatalf("%d of %d delivered, twice: %v", n, events, twice)
	}
	if what := overrun(sink.at, time.Second/perSecond, 2*gonets.LaneConcurrency); what != "" {
		t.Errorf("%s, at %d a second", what, perSecond)
	}
	// Each with a rate of its own would be twice as fast, and noticed.
	start := time.Now()
	var apart []time.Time
	for n := range events {
		apart = append(apart, start.Add(time.Duration(n/2)*time.Second/perSecond))
	}
	if overrun(apart, time.Second/perSecond, 2*gonets.LaneConcurrency) == "" {
		t.Error("twice the rate is not noticed")
	}
}
