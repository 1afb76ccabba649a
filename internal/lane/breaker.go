package lane

import "time"

// When a lane closes. One broken run that is tried again and again says little
// about the service, so a row needs several runs.
const (
	// RowFailures in a row, of at least RowRuns runs, close a lane.
	RowFailures = 5
	RowRuns     = 3
	// ShareResults within ShareWindow, of which half or more failed, close it
	// too.
	ShareResults = 20
	ShareWindow  = time.Minute
	shareParts   = 6
)

// The pauses of a lane that closes again and again without getting well.
const (
	FirstPause = 15 * time.Second
	MaxPause   = 5 * time.Minute
)

// PauseAfter is for how long a lane closes that had so many closures in a row
// before.
func PauseAfter(closures int) time.Duration {
	d := FirstPause
	for range closures {
		if d *= 2; d >= MaxPause {
			return MaxPause
		}
	}
	return d
}

// breaker counts the results of an open lane and says when to close it.
type breaker struct {
	row  int
	runs [RowRuns]string
	// parts are the results of the last minute, by time.
	parts [shareParts]part
}

type part struct {
	n         int64
	good, bad int
}

// note counts a result and tells whether the lane has to close.
func (b *breaker) note(now time.Time, good bool, run string) (trip bool) {
	n := now.UnixNano() / int64(ShareWindow/shareParts)
	p := &b.parts[n%shareParts]
	if p.n != n {
		*p = part{n: n}
	}
	if good {
		p.good++
		b.row, b.runs = 0, [RowRuns]string{}
		return false
	}
	p.bad++
	b.row++
	for i, known := range b.runs {
		if known == run {
			break
		}
		if known == "" {
			b.runs[i] = run
			break
		}
	}
	if b.row >= RowFailures && b.runs[RowRuns-1] != "" {
		return true
	}
	g, f := b.share(n)
	return g+f >= ShareResults && f >= g
}

// share counts the results of the window that ends in part n.
func (b *breaker) share(n int64) (good, bad int) {
	for _, p := range b.parts {
		if p.n > n-shareParts && p.n <= n {
			good, bad = good+p.good, bad+p.bad
		}
	}
	return good, bad
}

// quiet tells that nothing failed lately, so that the counts may be forgotten.
func (b *breaker) quiet(now time.Time) bool {
	_, bad := b.share(now.UnixNano() / int64(ShareWindow/shareParts))
	return bad == 0
}
