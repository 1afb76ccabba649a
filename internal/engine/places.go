package engine

import (
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/lane"
	"gonets/internal/step"
)

// Places are the lanes of one node and the rules by which runs go into them.
type Places struct {
	*lane.Set
	own func(url string) bool
}

// NewPlaces makes empty lanes; own tells whether an address is this server's.
func NewPlaces(own func(url string) bool) *Places {
	return &Places{Set: lane.NewSet(laneLimits), own: own}
}

// workersPerRequest is how many workers stand behind each request that a lane
// may have on its way: enough to wait for the disk while others send.
const workersPerRequest = 8

// laneLimits are a lane's limits. Runs in quarantine go one at a time as a
// whole.
func laneLimits(name string) lane.Limits {
	if name == lane.Quarantine {
		return lane.Limits{Requests: 1, Workers: 1}
	}
	return lane.Limits{Requests: gonets.LaneConcurrency, Workers: workersPerRequest * gonets.LaneConcurrency}
}

// Place finds the lane in which a new run waits and promises a place in its
// queue when there is one. The store calls it while it makes the run.
func (p *Places) Place(sc *gonets.Scenario, ev *gonets.Event) (name string, reserved bool) {
	name = p.ahead(sc, ev)
	return name, p.Reserve(name)
}

// Unplace gives a promised place back.
func (p *Places) Unplace(name string) { p.Unreserve(name, 1) }

// ahead is the lane of a new run's first HTTP step as far as the document
// tells it.
func (p *Places) ahead(sc *gonets.Scenario, ev *gonets.Event) string {
	st := gonets.NextHTTP(sc, nil)
	if st == nil {
		return gonets.LaneLocal
	}
	origin, own := step.LiteralOrigin(st.HTTP.URL)
	if own || p.own(st.HTTP.URL) {
		return ownLane(ev.Hops)
	}
	return origin
}

// of is the lane of a request that is ready to be sent.
func (p *Places) of(r *gonets.Request) string {
	if p.own(r.URL) {
		return ownLane(r.Hops)
	}
	return step.Origin(r.URL)
}

// ownLane is the lane of calls to this server itself. Each hop has its own, so
// that a scenario that waits for another one can't take the places which that
// one needs.
func ownLane(hops int) string { return ownLanes + strconv.Itoa(min(hops, gonets.MaxHops)) }

const ownLanes = "self/"

func isOwnLane(name string) bool { return strings.HasPrefix(name, ownLanes) }
