package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

// network is some servers, their database and a service, with a way between each two
// of them that can go wrong.
type network struct {
	*fleet
	t         testing.TB
	database  *testkit.Cluster
	toStore   []*testkit.Path
	toService *testkit.Path
	service   *once
	// end ends the load, and tells how many events there were.
	end func() (sent int)
}

// trouble is what goes wrong for one server, or for all.
type trouble struct {
	name string
	// begin lets it go wrong for server n, end lets it be well again.
	begin func(n int) (end func())
	// all tells that no server can accept anything meanwhile.
	all bool
}

func startNetwork(t testing.TB, program string, servers int) *network {
	t.Helper()
	n := &network{t: t, database: &testkit.Cluster{}, service: &once{keys: map[string]int{}, slow: 5 * time.Millisecond}}
	t.Cleanup(n.database.Stop)
	address := n.database.Database(t)
	host := httptest.NewServer(n.service)
	t.Cleanup(host.Close)
	var to string
	n.toService, to = testkit.PathTo(t, host.URL)
	var addresses []string
	for range servers {
		path, by := testkit.PathTo(t, address)
		n.toStore, addresses = append(n.toStore, path), append(addresses, by)
	}
	n.fleet = among(t, life{program: program, documents: anywhere(", timeout: 3s, retry: {delays: ["+strings.Repeat("1s, ", 98)+"1s]}") +
		lanesYAML(fmt.Sprintf("%q: {open: true}", to))}, addresses)
	n.end = n.send(t, to+"/x")
	return n
}

// between are the troubles between a server and its database, and those of either.
func (n *network) between() []trouble {
	way := func(how func(*testkit.Path)) func(int) func() {
		return func(i int) func() {
			how(n.toStore[i])
			return n.toStore[i].Find
		}
	}
	all := []trouble{
		{name: "the way to the database is cut", begin: way((*testkit.Path).Cut)},
		{name: "the way to the database carries nothing", begin: way((*testkit.Path).Lose)},
		{name: "answers of the database do not arrive", begin: way((*testkit.Path).Deafen)},
		{name: "the way to the database carries 64 kbit a second", begin: way(func(p *testkit.Path) { p.Slow(8 << 10) })},
		{name: "the way to the database comes and goes", begin: func(i int) func() {
			for range 3 {
				n.toStore[i].Cut()
				n.accepts(10)
				n.toStore[i].Find()
				n.accepts(10)
			}
			return n.toStore[i].Find
		}},
		{name: "the database ends its sessions", begin: func(int) func() {
			if err := n.database.SQL("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gonets' AND pid <> pg_backend_pid()"); err != nil {
				n.t.Error(err)
			}
			return func() {}
		}},
		{name: "the database crashes", all: true, begin: func(int) func() {
			n.database.Crash()
			return func() {
				if err := n.database.Restart(); err != nil {
					n.t.Error(err)
				}
			}
		}},
		{name: "a server freezes for a moment", begin: n.freeze},
	}
	if *soak {
		all = append(all, trouble{name: "a server freezes until others have its work", begin: func(i int) func() {
			thaw := n.freeze(i)
			name, err := os.ReadFile(filepath.Join(n.lives[i].data, fileNode))
			if err != nil {
				n.t.Error(err)
			}
			none := fmt.Sprintf("DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM runs WHERE node = '%s'); END $$", strings.TrimSpace(string(name)))
			if !await(func() bool { return n.database.SQL("t1", none) == nil }) {
				n.t.Error("nobody takes over what a frozen server has")
			}
			return thaw
		}})
	}
	return all
}

// freeze stops a server in the middle of whatever it does; callers go elsewhere.
func (n *network) freeze(i int) (thaw func()) {
	o := n.of(i)
	n.set(i, nil)
	if err := syscall.Kill(o.process.PID(), syscall.SIGSTOP); err != nil {
		n.t.Error(err)
	}
	return func() {
		if err := syscall.Kill(o.process.PID(), syscall.SIGCONT); err != nil {
			n.t.Error(err)
		}
		n.set(i, o)
	}
}

// beyond are the troubles between all servers and the service.
func (n *network) beyond() []trouble {
	way := func(how func(*testkit.Path)) func(int) func() {
		return func(int) func() {
			how(n.toService)
			return n.toService.Find
		}
	}
	return []trouble{
		{name: "the way to the service is cut", begin: way((*testkit.Path).Cut)},
		{name: "the way to the service carries nothing", begin: way((*testkit.Path).Lose)},
		{name: "answers of the service do not arrive", begin: way((*testkit.Path).Deafen)},
		{name: "the way to the service carries 64 kbit a second", begin: way(func(p *testkit.Path) { p.Slow(8 << 10) })},
	}
}

// accepts waits until so many more events were accepted.
func (n *network) accepts(more int) {
	n.t.Helper()
	before, _ := n.counts()
	if !await(func() bool { now, _ := n.counts(); return now >= before+more }) {
		n.t.Fatal("no more events are accepted")
	}
}

// goesThrough lets a trouble come and go; afterwards every server is ready again.
func (n *network) goesThrough(what trouble, victim int) {
	n.t.Helper()
	n.t.Logf("%s (server %d)", what.name, victim+1)
	_, refused := n.counts()
	end := what.begin(victim)
	if what.all {
		if !await(func() bool { _, now := n.counts(); return now > refused }) {
			n.t.Error("callers are not told that there is no database")
		}
	} else {
		n.accepts(30)
	}
	end()
	for i, o := range n.alive {
		if !await(func() bool {
			res, err := o.client.Get(o.base + "/readyz")
			if err != nil {
				return false
			}
			res.Body.Close()
			return res.StatusCode == http.StatusOK
		}) {
			n.t.Fatalf("server %d is not ready again: %s", i+1, n.whereabouts(i))
		}
	}
	n.accepts(20)
}

// whereabouts ends a server that hangs, and gives its log, in which it tells where.
func (n *network) whereabouts(i int) (log []byte) {
	n.t.Helper()
	o := n.of(i)
	if err := syscall.Kill(o.process.PID(), syscall.SIGQUIT); err != nil {
		n.t.Error(err)
	}
	<-o.process.Exited()
	log, err := os.ReadFile(filepath.Join(n.lives[i].data, "log"))
	if err != nil {
		n.t.Error(err)
	}
	return log
}

// settles ends the load and demands that every event was delivered, each run under one
// key; it tells how often one was delivered again.
func (n *network) settles() (again int) {
	n.t.Helper()
	sent := n.end()
	if all := len(n.of(0).runs("")); all != sent {
		n.t.Fatalf("%d runs are stored of %d events that were accepted", all, sent)
	}
	n.of(0).awaitRuns(gonets.RunSucceeded, sent)
	n.service.mu.Lock()
	defer n.service.mu.Unlock()
	if len(n.service.keys) != sent {
		n.t.Errorf("%d keys came of %d events", len(n.service.keys), sent)
	}
	for _, times := range n.service.keys {
		again += times - 1
	}
	return again
}

// outlives sends events to three servers while one trouble after the other comes and
// goes, in an order of chance, and demands that nothing is lost.
func outlives(t testing.TB, program string, troubles func(*network) []trouble, most int) {
	t.Helper()
	chance := testkit.Chance(testkit.Seed(t), 0)
	n := startNetwork(t, program, 3)
	n.accepts(20)
	all := troubles(n)
	rounds := 0
	for range sized(1, 5) {
		for _, which := range chance.Perm(len(all))[:min(len(all), sized(3, len(all)))] {
			n.goesThrough(all[which], chance.IntN(len(n.lives)))
			rounds++
		}
	}
	again := n.settles()
	if most >= 0 && again > most*rounds {
		t.Errorf("%d requests were made again, at most %d after each of %d troubles are meant", again, most, rounds)
	}
	n.of(0).figure("%d events outlived %d troubles, %d requests were made again", n.end(), rounds, again)
}

// What was on its way at a server that the others took for dead may be made again, a
// request each; nothing else is.
func TestServersOutliveTroubleWithTheirDatabase(t *testing.T) {
	t.Parallel()
	outlives(t, "", (*network).between, gonets.LaneConcurrency)
}

// A reply that does not arrive leaves it open whether the service has done its work: it
// is asked again, under the same key, as often as need be.
func TestServersOutliveTroubleWithAService(t *testing.T) {
	t.Parallel()
	outlives(t, "", (*network).beyond, -1)
}

func TestALossAmidTroubleIsCaught(t *testing.T) {
	t.Parallel()
	program := sabotaged(t, "sabotage_dropcompletion")
	caught(t, func(t testing.TB) { outlives(t, program, (*network).between, gonets.LaneConcurrency) }, "runs are stored of")
}
