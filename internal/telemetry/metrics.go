package telemetry

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gonets"
)

// Metrics counts what the server does. All methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	events   prometheus.Counter
	runs     *prometheus.CounterVec
	attempts *prometheus.CounterVec
	commit   prometheus.Histogram
	batch    prometheus.Histogram
	jumps    prometheus.Counter
}

// NewMetrics makes the metrics and a registry of their own, with the usual
// figures of the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gonets_events_accepted_total", Help: "Events stored and answered with success, repeats not counted.",
		}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gonets_runs_finished_total", Help: "Runs that ended, by final state.",
		}, []string{"state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gonets_attempts_total", Help: "HTTP exchanges made by steps, by outcome.",
		}, []string{"outcome"}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gonets_commit_seconds", Help: "Time of one commit, its fsync included.",
			Buckets: prometheus.ExponentialBuckets(0.00025, 2, 14),
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gonets_commit_batch_size", Help: "Operations that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
	}
	m.jumps = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "gonets_clock_jumps_total", Help: "Times that this machine's clock, or the database's, was set, or went on after a sleep, by more than 5 s.",
	})
	m.registry.MustRegister(m.events, m.runs, m.attempts, m.commit, m.batch, m.jumps,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// Series exist from the start, so that a first failure is seen as a rise.
	for _, s := range gonets.RunStates() {
		if s.Final() {
			m.runs.WithLabelValues(string(s))
		}
	}
	for _, o := range []gonets.Outcome{gonets.OutcomeOK, gonets.OutcomeHTTP, gonets.OutcomeBody, gonets.OutcomeNetwork,
		gonets.OutcomeUnknown, gonets.OutcomeBlocked, gonets.OutcomeTemplate, gonets.OutcomeCancelled} {
		m.attempts.WithLabelValues(string(o))
	}
	return m
}

// EventsAccepted counts n newly stored events.
func (m *Metrics) EventsAccepted(n int) { m.events.Add(float64(n)) }

// ClockJumped counts a clock that was set.
func (m *Metrics) ClockJumped() { m.jumps.Inc() }

// RunFinished counts a run that came to a final state.
func (m *Metrics) RunFinished(s gonets.RunState) { m.runs.WithLabelValues(string(s)).Inc() }

// Attempt counts one exchange.
func (m *Metrics) Attempt(o gonets.Outcome) { m.attempts.WithLabelValues(string(o)).Inc() }

// Commit records one commit: how long it took and how many operations it held.
func (m *Metrics) Commit(took time.Duration, operations int) {
	m.commit.Observe(took.Seconds())
	m.batch.Observe(float64(operations))
}

// Handler serves the metrics in the Prometheus text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
