package loadgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"text/tabwriter"
	"time"
)

// Report is what a bench measured: medians of its rounds, and sums of what
// must not happen. Rates are events a second, times milliseconds.
type Report struct {
	// Accepted are events answered with success; Delivered those that arrived,
	// counted until the last of them did.
	Accepted  float64 `json:"accepted_per_s"`
	Delivered float64 `json:"delivered_per_s"`
	// Ceiling is what the same path delivers without the store, as fast as it
	// can; Ratio is Delivered of it.
	Ceiling float64 `json:"ceiling_per_s"`
	Ratio   float64 `json:"ratio"`
	// Relay is what a bare relay delivers that keeps nothing; RelayRatio is
	// Delivered of it.
	Relay      float64 `json:"relay_per_s"`
	RelayRatio float64 `json:"relay_ratio"`
	// Ack is the time from when an event was due to its answer, Delivery to its
	// arrival.
	Ack      Quantiles `json:"ack_ms"`
	Delivery Quantiles `json:"delivery_ms"`
	// CPU is seconds of the server's own for 1000 delivered events, DatabaseCPU
	// those of a PostgreSQL on this machine; RelayCPURatio is CPU in terms of the
	// relay's, which says more of other machines. null where the system does not
	// tell.
	CPU           *float64 `json:"cpu_s_per_1000"`
	CeilingCPU    *float64 `json:"ceiling_cpu_s_per_1000"`
	RelayCPU      *float64 `json:"relay_cpu_s_per_1000"`
	RelayCPURatio *float64 `json:"relay_cpu_ratio"`
	DatabaseCPU   *float64 `json:"database_cpu_s_per_1000"`
	// RSS is the most memory that the server had, Idle what it had after its
	// first event, in MiB; null where the system does not tell.
	RSS  *float64 `json:"rss_mib"`
	Idle *float64 `json:"idle_rss_mib"`
	// Start is the start on an empty folder.
	Start Start `json:"start_ms"`
	// Disk is the bytes that the database and the folder grew by for an event,
	// with its history: 1 KiB came, went on and was replied.
	Disk *float64 `json:"disk_bytes_per_event"`
	// Lost were acknowledged and never arrived; Duplicates arrived again.
	Lost       int64 `json:"lost"`
	Duplicates int64 `json:"duplicates"`
	// Refused were answered 503, Failed were not answered.
	Refused int64 `json:"-"`
	Failed  int64 `json:"-"`
	// missing were acknowledged by the ceiling or the relay and never arrived.
	missing int64
	rounds  []Round
}

// Quantiles of a time, in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Start is the time from the start of the process until it said that it is
// ready, and until it acknowledged its first event, with what it took to apply
// the documents. In milliseconds.
type Start struct {
	Ready    float64 `json:"ready"`
	FirstAck float64 `json:"first_ack"`
}

// Round is one turn of the real server, of the ceiling and of the relay.
type Round struct {
	Delivered, Ceiling, Relay float64
}

// Rounds are the single turns, in order.
func (r *Report) Rounds() []Round { return r.rounds }

// Err is nil when the figures can be believed and nothing was lost.
func (r *Report) Err() error {
	var errs []error
	if r.Lost > 0 {
		errs = append(errs, fmt.Errorf("%d acknowledged events never arrived", r.Lost))
	}
	if r.missing > 0 {
		errs = append(errs, fmt.Errorf("the ceiling or the relay lost %d events, so it can't be compared with", r.missing))
	}
	if r.Ratio > 1 {
		errs = append(errs, fmt.Errorf("the server with its store was faster (%.0f/s) than without (%.0f/s): the measurement is wrong, "+
			"probably because other programs took the machine; measure again, longer", r.Delivered, r.Ceiling))
	}
	if r.Delivered == 0 {
		errs = append(errs, errors.New("nothing was delivered, so nothing was measured"))
	}
	return errors.Join(errs...)
}

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Table writes the report for people.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value, note string) { _, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", name, value, note) }
	perhaps := func(format string, v *float64) string {
		if v == nil {
			return "not known on this system"
		}
		return fmt.Sprintf(format, *v)
	}
	row("accepted", fmt.Sprintf("%.0f/s", r.Accepted), "answered with success, stored durably")
	row("delivered", fmt.Sprintf("%.0f/s", r.Delivered), "arrived at the receiver")
	row("ceiling", fmt.Sprintf("%.0f/s", r.Ceiling), "the same path without a store")
	row("relay", fmt.Sprintf("%.0f/s", r.Relay), "a bare relay that keeps nothing")
	row("ratio", fmt.Sprintf("%.2f, %.2f", r.Ratio, r.RelayRatio), "delivered of the ceiling, of the relay")
	row("time to the answer", fmt.Sprintf("%.1f ms", r.Ack.P50), fmt.Sprintf("p99 %.1f ms", r.Ack.P99))
	row("time to the delivery", fmt.Sprintf("%.1f ms", r.Delivery.P50), fmt.Sprintf("p99 %.1f ms", r.Delivery.P99))
	row("CPU for 1000 events", perhaps("%.3f s", r.CPU), "the server alone")
	row("", perhaps("%.3f s", r.CeilingCPU), "the ceiling")
	row("", perhaps("%.3f s", r.RelayCPU), "the relay")
	if r.DatabaseCPU != nil {
		row("", perhaps("%.3f s", r.DatabaseCPU), "the database")
	}
	row("CPU of the relay's", perhaps("%.1f times", r.RelayCPURatio), "the server alone")
	row("memory", perhaps("%.0f MiB", r.RSS), "the most that the server had; idle "+perhaps("%.0f MiB", r.Idle))
	row("disk for an event", perhaps("%.0f bytes", r.Disk), "1 KiB in, 1 KiB on, 1 KiB of reply, the history")
	row("start", fmt.Sprintf("%.0f ms", r.Start.Ready), fmt.Sprintf("to the first answer %.0f ms", r.Start.FirstAck))
	row("lost", fmt.Sprint(r.Lost), "must be 0")
	row("duplicates", fmt.Sprint(r.Duplicates), "")
	if r.Refused+r.Failed > 0 {
		row("refused, not answered", fmt.Sprintf("%d, %d", r.Refused, r.Failed), "not counted as accepted")
	}
	for i, round := range r.rounds {
		row(fmt.Sprintf("round %d", i+1), fmt.Sprintf("%.0f/s", round.Delivered), fmt.Sprintf("ceiling %.0f/s, relay %.0f/s", round.Ceiling, round.Relay))
	}
	return t.Flush()
}

// entry is a line of a history file.
type entry struct {
	At          time.Time `json:"at"`
	Version     string    `json:"version"`
	Machine     string    `json:"machine"`
	Connections int       `json:"connections"`
	Rate        int       `json:"rate"`
	Seconds     float64   `json:"duration_s"`
	Rounds      int       `json:"rounds"`
	Store       string    `json:"store"`
	*Report
}

// Append adds the report as a line to a history file, with what was measured
// on which machine.
func (r *Report) Append(path, version string, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	line, err := json.Marshal(entry{
		At: time.Now().UTC().Truncate(time.Second), Version: version, Machine: machine(), Connections: o.Connections, Rate: o.Rate,
		Seconds: o.Duration.Seconds(), Rounds: o.Rounds, Store: o.Store, Report: r,
	})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("the history file: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// machine describes where the figures come from, without the machine's name.
func machine() string {
	text := fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if model := cpuModel(); model != "" {
		text += ", " + model
	}
	return text
}
