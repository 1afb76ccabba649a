package loadgen

import "slices"

// summarize takes the medians of what was measured and the sums of what must
// not happen.
func (t *turns) summarize() Report {
	r := Report{
		Accepted:  median(t.server, func(t *turn) float64 { return t.accepted }),
		Delivered: median(t.server, func(t *turn) float64 { return t.delivered }),
		Ceiling:   median(t.ceiling, func(t *turn) float64 { return t.delivered }),
		Relay:     median(t.relay, func(t *turn) float64 { return t.delivered }),
		Ack: Quantiles{
			median(t.server, func(t *turn) float64 { return t.ack.P50 }),
			median(t.server, func(t *turn) float64 { return t.ack.P99 }),
		},
		Delivery: Quantiles{
			median(t.server, func(t *turn) float64 { return t.delivery.P50 }),
			median(t.server, func(t *turn) float64 { return t.delivery.P99 }),
		},
		CPU:         known(t.server, func(t *turn) *float64 { return t.cpu }),
		CeilingCPU:  known(t.ceiling, func(t *turn) *float64 { return t.cpu }),
		RelayCPU:    known(t.relay, func(t *turn) *float64 { return t.cpu }),
		DatabaseCPU: known(t.server, func(t *turn) *float64 { return t.database }),
		Idle:        known(t.server, func(t *turn) *float64 { return t.idle }),
		RSS:         known(t.server, func(t *turn) *float64 { return t.rss }),
		Disk:        known(t.server, func(t *turn) *float64 { return t.disk }),
		Start: Start{
			median(t.server, func(t *turn) float64 { return t.start.Ready }),
			median(t.server, func(t *turn) float64 { return t.start.FirstAck }),
		},
	}
	r.Ratio = r.Delivered / r.Ceiling
	r.RelayRatio = r.Delivered / r.Relay
	if r.CPU != nil && r.RelayCPU != nil && *r.RelayCPU > 0 {
		times := *r.CPU / *r.RelayCPU
		r.RelayCPURatio = &times
	}
	for i := range t.server {
		s := &t.server[i]
		r.Lost += s.lost
		r.Duplicates += s.duplicates
		r.Refused += s.refused
		r.Failed += s.failed
		r.missing += t.ceiling[i].lost + t.relay[i].lost
		r.rounds = append(r.rounds, Round{s.delivered, t.ceiling[i].delivered, t.relay[i].delivered})
	}
	return r
}

func median(turns []turn, of func(*turn) float64) float64 {
	values := make([]float64, len(turns))
	for i := range turns {
		values[i] = of(&turns[i])
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// known is the median of what was found out in every turn, else nil.
func known(turns []turn, of func(*turn) *float64) *float64 {
	for i := range turns {
		if of(&turns[i]) == nil {
			return nil
		}
	}
	v := median(turns, func(t *turn) float64 { return *of(t) })
	return &v
}
