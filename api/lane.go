package api

import (
	"time"

	"gonets"
)

// The states of a Lane.
const (
	LaneOpen       = "open"
	LaneBusy       = "busy"
	LaneClosed     = "closed"
	LaneProbing    = "probing"
	LaneRecovering = "recovering"
	LanePaused     = "paused"
)

// WaitOrder is why a run waits though its lane may be open: it goes after another one.
const WaitOrder = "order"

// Lane is all that waits for one service.
type Lane struct {
	Lane  string `json:"lane" doc:"The destination as runs name it: scheme, host, port"`
	Host  string `json:"host" doc:"The same for people: host, and port where it is not the usual one"`
	State string `json:"state" enum:"open,busy,closed,probing,recovering,paused" doc:"busy: runs wait for a place; closed: nothing is sent before closed_until because the service fails; probing: one request finds out whether it is well; recovering: few requests at first; paused: a person paused it"`
	// Active counts requests on their way from the node that answers.
	Active    int               `json:"active" doc:"Requests on their way"`
	Limit     int               `json:"limit" doc:"How many may be on their way at once from this server"`
	Waiting   int               `json:"waiting" doc:"Runs that wait for a place; those behind a run of their order key that waits for a person or its time do not; counts stop at 10 001"`
	OldestAt  *time.Time        `json:"oldest_at,omitempty" doc:"Since when the oldest of them waits"`
	OK24h     int               `json:"ok_24h" doc:"Attempts of the last 24 hours that went well"`
	Failed24h int               `json:"failed_24h" doc:"Attempts of the last 24 hours that failed"`
	Limits    gonets.LaneLimits `json:"limits" doc:"What the settings say of this service"`
	Usual     int               `json:"usual" doc:"Requests at once when the settings say nothing"`

	ClosedAt    *time.Time  `json:"closed_at,omitempty"`
	ClosedUntil *time.Time  `json:"closed_until,omitempty" doc:"When one request will try it out"`
	Code        gonets.Code `json:"code,omitempty" doc:"The failure that closed it"`
	Status      int         `json:"status,omitempty"`
	PausedAt    *time.Time  `json:"paused_at,omitempty"`
	PausedBy    string      `json:"paused_by,omitempty"`
	Drain       gonets.Rate `json:"drain,omitempty" doc:"The pace at which what waits is worked off"`
}

// LaneSet sets the limits of one service.
type LaneSet struct {
	Lane string `json:"lane" doc:"An address of the service, such as https://crm.example.ru"`
	gonets.LaneLimits
}

// LaneAction does something to one lane.
type LaneAction struct {
	Lane   string      `json:"lane" doc:"An address of the service, such as https://crm.example.ru"`
	Action string      `json:"action" enum:"pause,resume,try,drain" doc:"try: let one request find out now whether the service is well; drain: work off what waits at a pace, then go on as usual"`
	Rate   gonets.Rate `json:"rate,omitempty" doc:"For drain, such as 5/s"`
}

// LaneWait is why a queued run, or one that waits for a further try, is not taken up: its
// queue, or another run.
type LaneWait struct {
	Why    string      `json:"why" enum:"busy,closed,paused,order" doc:"busy: no place is free; closed: the service fails; paused: a person paused the queue; order: a run with the same order key goes first"`
	Until  *time.Time  `json:"until,omitempty" doc:"When a closed lane is tried out"`
	By     string      `json:"by,omitempty" doc:"Who paused it"`
	Code   gonets.Code `json:"code,omitempty" doc:"The failure that closed it"`
	Status int         `json:"status,omitempty"`
	// Run and RunState are of the run that goes first.
	Run      string          `json:"run,omitempty" doc:"The run in front that goes first, for the order"`
	RunState gonets.RunState `json:"run_state,omitempty" doc:"The state of the run in front"`
}
