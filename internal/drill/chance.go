package drill

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// chance draws from the seed and what is being decided, so that every
// decision is the same in a repeat, whatever happens around it.
func chance(seed uint64, what string, n int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(what))
	return rand.New(rand.NewPCG(seed, h.Sum64()+uint64(n)))
}

// killPlan is when a server is killed.
type killPlan struct {
	// AfterReady is the life from readiness on.
	AfterReady time.Duration
	// Early kills the server while it starts, that long after its birth.
	Early time.Duration
	// Lot is drawn for which of several servers it is.
	Lot int
}

// victim is which of several servers is killed. The first one is not the last
// to die: it is asked about the history.
func (p *killPlan) victim(nodes int, last bool) int {
	if last {
		return 1 + p.Lot%(nodes-1)
	}
	return p.Lot % nodes
}

// earlyShare is the share of kills that hit a starting server: recovery has
// to survive a death too.
const earlyShare = 0.1

// plan is the n-th kill, counted from 0. The first one is never early: the
// server has to learn its scenario first.
func plan(o *Options, n int) killPlan {
	r := chance(o.Seed, "kill", n)
	span := float64(o.MaxUptime - o.MinUptime)
	p := killPlan{AfterReady: o.MinUptime + time.Duration(r.Float64()*span)}
	if early, after := r.Float64(), r.Float64(); n > 0 && early < earlyShare {
		p.Early = time.Millisecond + time.Duration(after*float64(80*time.Millisecond))
	}
	p.Lot = r.IntN(1 << 20)
	return p
}

// fault is how the receiver treats one delivery.
type fault int

const (
	faultNone fault = iota
	fault500
	// faultCut closes the connection without an answer, faultHalf in the
	// middle of one.
	faultCut
	faultHalf
	faultSlow
)

// sinkFault decides about the n-th delivery of an id, counted from 0.
func sinkFault(o *Options, id string, n int) (fault, time.Duration) {
	r := chance(o.Seed, id, n)
	if r.Float64() >= o.SinkFaults {
		return faultNone, 0
	}
	kinds := [...]fault{fault500, fault500, faultCut, faultHalf, faultSlow}
	return kinds[r.IntN(len(kinds))], 20*time.Millisecond + time.Duration(r.Float64()*float64(180*time.Millisecond))
}
