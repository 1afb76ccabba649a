package gonets

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// SignalKind is what a [Signal] tells of.
type SignalKind string

const (
	// SignalFailed is an attempt that failed; the run goes on by itself.
	SignalFailed SignalKind = "failed"
	// SignalEnded is a run that came to a bad end: it is paused or failed.
	SignalEnded SignalKind = "ended"
	// SignalOK is a success where something had failed before.
	SignalOK SignalKind = "ok"
	// SignalDropped ends a trouble without news: there is nothing left that could
	// be well or not.
	SignalDropped SignalKind = "dropped"
	// SignalDone is a run that succeeded where people want to be told of it.
	SignalDone SignalKind = "done"
	// SignalRejected counts requests that a source did not believe.
	SignalRejected SignalKind = "rejected"
)

// Cause is what people are told of once, however often it happens.
type Cause struct {
	// Scenario is empty for what a source rejected, Source for all else.
	Scenario string
	Source   string
	// Host is where the request went; empty when none was built.
	Host string
	Code Code
	// Status is the HTTP status of CodeHTTPStatus and CodeHTTPMoved, else 0.
	Status int
}

// ID recognises the same cause again.
func (c Cause) ID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Scenario, c.Source, c.Host, string(c.Code), strconv.Itoa(c.Status)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Signal is something that people may have to be told of. It is stored in the
// commit of what it tells of, and removed by the commit that draws the
// conclusions.
type Signal struct {
	Kind SignalKind
	Cause
	// Trouble is the id of the cause that a success ends; empty is the id of
	// Cause.
	Trouble string
	// RunID, N and Path are the last attempt that it tells of.
	RunID string
	N     int
	Path  string
	// Runs counts the runs that met the cause for the first time, or the
	// requests that were rejected.
	Runs int
	// Ended counts the runs that came to a bad end.
	Ended int
	At    time.Time
	// Last is when the last of the rejected requests came. It is not stored with it.
	Last time.Time
}

// TroubleID is the id of the trouble that it belongs to.
func (s *Signal) TroubleID() string {
	if s.Trouble != "" {
		return s.Trouble
	}
	return s.Cause.ID()
}
