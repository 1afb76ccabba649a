package engine

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/step"
)

// Places are the lanes of one node and the rules by which runs go into them.
type Places struct {
	*lane.Set
	PlaceRules
	// oneC are the lanes that lead to 1C servers; few tells that there are some.
	oneC sync.Map
	few  atomic.Bool
	// part is this node's part of what all may send together; nil is everything.
	part atomic.Pointer[part]
}

// PlaceRules are what an installation says of lanes.
type PlaceRules struct {
	// Own tells whether an address is this server's.
	Own func(url string) bool
	// Limits are the limits of lanes by name; nil when there are none.
	Limits func() map[string]gonets.LaneLimits
	Clock  gonets.Clock
	// Shared tells that other nodes send to the same destinations.
	Shared bool
}

// part is one of several nodes' share.
type part struct{ nodes, rank int }

// of is this node's share of n places; the first nodes get what is left over.
func (p *part) of(n int) int {
	if p == nil || p.nodes == 0 {
		return n
	}
	share := n / p.nodes
	if p.rank < n%p.nodes {
		share++
	}
	return share
}

// NewPlaces makes empty lanes.
func NewPlaces(r PlaceRules) *Places {
	if r.Limits == nil {
		r.Limits = func() map[string]gonets.LaneLimits { return nil }
	}
	p := &Places{PlaceRules: r}
	p.Set = lane.NewSet(lane.Options{Limits: p.limits, Clock: r.Clock})
	return p
}

const (
	// workersPerRequest is how many workers stand behind each request that a lane
	// may have on its way: enough to wait for the disk while others send.
	workersPerRequest = 8
	// queuePerRequest is how many runs wait in memory for each.
	queuePerRequest = 32
	// queueSpan is how far ahead runs are taken into the memory of a lane with a
	// rate: what goes later stays queued, where everybody sees it.
	queueSpan = 10 * time.Second
)

// limits are a lane's limits. Runs in quarantine go one at a time as a whole.
func (p *Places) limits(name string) lane.Limits {
	if name == lane.Quarantine {
		return lane.Limits{Requests: 1, Workers: 1}
	}
	l := lane.Limits{Requests: gonets.LaneConcurrency, Workers: workersPerRequest * gonets.LaneConcurrency, Queue: laneQueue}
	rule, ruled := p.PlaceRules.Limits()[name]
	oneC := p.few.Load() && p.leadsTo1C(name)
	if !ruled && !oneC {
		return l
	}
	usual := l.Requests
	if oneC {
		usual = gonets.LaneConcurrency1C
	}
	if rule.Concurrency > 0 {
		usual = rule.Concurrency
	}
	if rule.Concurrency > 0 || oneC {
		usual = p.part.Load().of(usual)
	}
	l.Requests, l.Workers = usual, workersPerRequest*usual
	l.Queue = min(laneQueue, max(1, queuePerRequest*usual))
	l.Open = rule.Open
	if every, ok := rule.Rate.Every(); ok {
		ahead := int(queueSpan / every)
		l.Every, l.Shared = every, p.Shared
		l.Queue = max(1, min(l.Queue, ahead))
		l.Workers = max(1, min(l.Workers, max(usual, ahead)))
	}
	return l
}

// SetNodes tells which nodes send to the same destinations; a node that is not
// among them takes no part in what they share.
func (p *Places) SetNodes(names []string, me string) {
	if len(names) == 1 && names[0] == me {
		p.part.Store(nil)
		return
	}
	next := &part{nodes: max(len(names), 1), rank: slices.Index(names, me)}
	if next.rank < 0 {
		// Behind all of them, so that nothing is left for it.
		next = &part{nodes: gonets.MaxLaneConcurrency + 1, rank: gonets.MaxLaneConcurrency}
	}
	if old := p.part.Swap(next); old == nil || *old != *next {
		p.Retune()
	}
}

// Place finds the lane in which a new run waits and promises a place in its
// queue when there is one. The store calls it while it makes the run.
func (p *Places) Place(sc *gonets.Scenario, ev *gonets.Event) (name string, reserved bool) {
	name = p.ahead(sc, ev)
	return name, p.Reserve(name, sc.Name)
}

// Unplace gives a promised place back.
func (p *Places) Unplace(name string) { p.Unreserve(name, 1) }

// ahead is the lane of a new run's first HTTP step as far as the document
// tells it.
func (p *Places) ahead(sc *gonets.Scenario, ev *gonets.Event) string {
	st, _ := gonets.NextHTTP(sc, nil)
	if st == nil {
		return gonets.LaneLocal
	}
	address := st.Sends().URL
	origin, own := step.LiteralOrigin(address)
	if own || p.Own(address) {
		return ownLane(ev.Hops)
	}
	return origin
}

// of is the lane of a request that is ready to be sent.
func (p *Places) of(r *gonets.Request) string {
	if p.Own(r.URL) {
		return ownLane(r.Hops)
	}
	origin := step.Origin(r.URL)
	if is1C(r.URL) {
		p.oneC.Store(origin, true)
		p.few.Store(true)
	}
	return origin
}

// is1C tells the addresses that 1C publishes: HTTP services, OData, SOAP.
func is1C(url string) bool {
	return strings.Contains(url, "/hs/") || strings.Contains(url, "/odata/standard.odata") || strings.Contains(url, ".1cws")
}

func (p *Places) leadsTo1C(name string) bool {
	_, yes := p.oneC.Load(name)
	return yes
}

// ownLane is the lane of calls to this server itself. Each hop has its own, so
// that a scenario that waits for another one can't take the places which that
// one needs.
func ownLane(hops int) string { return ownLanes + strconv.Itoa(min(hops, gonets.MaxHops)) }

const ownLanes = "self/"

func isOwnLane(name string) bool { return strings.HasPrefix(name, ownLanes) }

// IsDestination tells whether a lane leads to a service of others.
func IsDestination(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// LaneDescription is what applies to a lane here.
type LaneDescription struct {
	// Limit is how many requests this node may make at once, Usual how many all
	// may when the settings say nothing.
	Limit, Usual int
}

// DescribeLane tells the limits of a lane.
func (p *Places) DescribeLane(name string) LaneDescription {
	d := LaneDescription{Limit: p.limits(name).Requests, Usual: gonets.LaneConcurrency}
	if p.leadsTo1C(name) {
		d.Usual = gonets.LaneConcurrency1C
	}
	return d
}
