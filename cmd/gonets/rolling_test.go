package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

// TestServersThatAreStoppedAndStartedSendNothingTwice stops one server after the
// other in the middle of work, as an update does. Nothing is lost, and nothing
// that was sent is sent again.
func TestServersThatAreStoppedAndStartedSendNothingTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fleet func(t *testing.T, documents string) *fleet
	}{
		{"sqlite", func(t *testing.T, documents string) *fleet {
			f := &fleet{}
			f.start(t, life{data: t.TempDir(), documents: documents})
			return f
		}},
		{"postgres", func(t *testing.T, documents string) *fleet { return shared(t, life{documents: documents}, 2) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			random := testkit.Chance(testkit.Seed(t), 0)
			sink := &once{keys: map[string]int{}, slow: 30 * time.Millisecond}
			host := httptest.NewServer(sink)
			t.Cleanup(host.Close)
			f := c.fleet(t, anywhere(", timeout: 1m"))
			var callers sync.WaitGroup
			over := make(chan struct{})
			var mu sync.Mutex
			sent := 0
			for range 6 {
				callers.Go(func() {
					for {
						select {
						case <-over:
							return
						default:
						}
						mu.Lock()
						n := sent
						sent++
						mu.Unlock()
						if err := f.sureOf(n, eventTo(host.URL+"/x", n)); err != nil {
							t.Errorf("event %d is not accepted: %v", n, err)
							return
						}
					}
				})
			}
			restarts := sized(4, 200)
			var pauses times
			for i := range restarts {
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
				f.set(which, startLife(t, f.lives[which]))
			}
			close(over)
			callers.Wait()
			usual, pauses := pauses[0], append(pauses[1:], f.pause())
			o := f.of(0)
			o.awaitRuns(gonets.RunSucceeded, sent)
			if n, twice := sink.judge(); n != sent || len(twice) > 0 {
				t.Fatalf("%d runs of %d events were delivered; more than once: %v", n, sent, twice)
			}
			_, refused := f.counts()
			o.figure("%d events over %d stops, none lost, none twice, %d answered with 5xx and sent again; nothing was accepted for at most (stops | p50 | p99 | max ms): %s; without a stop %v",
				sent, restarts, refused, pauses.row(), usual.Round(time.Millisecond))
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
	limits := fmt.Sprintf("\n---\napiVersion: gonets/v1\nkind: Settings\nlanes: {%q: {rate: \"%d/s\", open: true}}\n", host.URL, perSecond)
	f := shared(t, life{documents: anywhere(", timeout: 1m") + limits}, 2)
	var callers sync.WaitGroup
	for which := range 2 {
		callers.Go(func() {
			for n := which; n < events; n += 2 {
				if err := f.sureOf(n, eventTo(host.URL+"/x", n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
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
