package loadgen

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets/internal/child"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// sent is how many events a phase of this rate and length sends, however long
// it takes.
const (
	testRate = 1000
	testSpan = 60 * time.Millisecond
	sent     = 60
)

// target sends events on to the sink before it answers; fate says how often and
// with which status.
func target(t *testing.T, sinkURL string, fate func(n int64) (deliveries, status int)) *url.URL {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) != bodySize || !json.Valid(body) {
			t.Errorf("an event of %d bytes: %s (%v)", len(body), body, err)
		}
		n, err := numberIn(body)
		if err != nil {
			t.Error(err)
		}
		deliveries, status := fate(n)
		for range deliveries {
			res, err := client.Post(sinkURL, "application/json", bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || len(answer) != bodySize || !json.Valid(answer) {
				t.Errorf("the sink answered %q (%v)", answer, err)
			}
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(func() {
		s.Close()
		client.CloseIdleConnections()
	})
	u, err := url.Parse(s.URL + "/in/x")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func play(t *testing.T, fate func(n int64) (deliveries, status int)) (*tracker, error) {
	t.Helper()
	s, err := startSink()
	if err != nil {
		t.Fatal(err)
	}
	m := newTracker()
	s.phase.Store(m)
	l := &load{address: target(t, s.url(), fate), connections: 4, rate: testRate, t: m}
	err = l.run(t.Context(), testSpan)
	if e := s.stop(); e != nil {
		t.Error(e)
	}
	return m, err
}

func TestAnHonestServerLosesNothing(t *testing.T) {
	t.Parallel()
	m, err := play(t, func(int64) (int, int) { return 1, http.StatusOK })
	if err != nil {
		t.Fatal(err)
	}
	got := sum(m)
	if m.acked.Load() != sent || m.arrived.Load() != sent || got.lost != 0 || got.duplicates != 0 || m.acks.count() != sent || m.deliveries.count() != sent {
		t.Errorf("%d acknowledged, %d arrived, %+v", m.acked.Load(), m.arrived.Load(), got)
	}
	if got.accepted <= 0 || got.delivered <= 0 || got.ack.P50 <= 0 || got.ack.P99 < got.ack.P50 || got.delivery.P50 <= 0 {
		t.Errorf("figures %+v", got)
	}
}

func TestWhatAServerDoesWrongIsCounted(t *testing.T) {
	t.Parallel()
	m, err := play(t, func(n int64) (int, int) {
		switch n {
		case 3, 4:
			return 0, http.StatusOK
		case 5:
			return 3, http.StatusOK
		case 7:
			return 0, http.StatusServiceUnavailable
		}
		return 1, http.StatusOK
	})
	if err != nil {
		t.Fatal(err)
	}
	got := sum(m)
	if got.lost != 2 || got.duplicates != 2 || got.refused != 1 || m.acked.Load() != sent-1 || m.pending() != 2 {
		t.Errorf("%d acknowledged, %d pending, %+v", m.acked.Load(), m.pending(), got)
	}
}

func TestAnAnswerThatNobodyExpectsEndsTheBench(t *testing.T) {
	t.Parallel()
	if _, err := play(t, func(int64) (int, int) { return 0, http.StatusNotFound }); err == nil || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
}

func TestDeliveriesOfNothingAreSeen(t *testing.T) {
	t.Parallel()
	m := newTracker()
	m.arrive(5)
	if m.strange.Load() != 1 || m.arrived.Load() != 0 {
		t.Error("an event that nobody sent arrived")
	}
}

func f(v float64) *float64 { return &v }

func TestTheReportIsTheMedianOfTheTurns(t *testing.T) {
	t.Parallel()
	server := []turn{
		{accepted: 30, delivered: 20, ack: Quantiles{1, 9}, delivery: Quantiles{2, 8}, cpu: f(1), rss: f(50), lost: 1,
			idle: f(11), disk: f(4000), start: Start{100, 130}},
		{accepted: 10, delivered: 40, ack: Quantiles{3, 5}, delivery: Quantiles{4, 9}, cpu: f(3), rss: f(70), duplicates: 2,
			idle: f(13), disk: f(4200), start: Start{120, 110}, database: f(4)},
		{accepted: 20, delivered: 30, ack: Quantiles{2, 7}, delivery: Quantiles{9, 9}, cpu: f(2), rss: f(60), refused: 3,
			idle: f(12), disk: f(4100), start: Start{80, 120}, database: f(5)},
	}
	all := turns{server, []turn{{delivered: 70, lost: 2}, {delivered: 50}, {delivered: 60}},
		[]turn{{delivered: 10, cpu: f(0.25)}, {delivered: 15, cpu: f(0.75)}, {delivered: 20, cpu: f(0.5), lost: 5}}}
	// What one turn of three does not know is not known.
	want := Report{Accepted: 20, Delivered: 30, Ceiling: 60, Ratio: 0.5, Relay: 15, RelayRatio: 2, Ack: Quantiles{2, 7}, Delivery: Quantiles{4, 9},
		CPU: f(2), RelayCPU: f(0.5), RelayCPURatio: f(4), RSS: f(60), Idle: f(12), Disk: f(4100), Start: Start{100, 120},
		Lost: 1, Duplicates: 2, Refused: 3, missing: 7, rounds: []Round{{20, 70, 10}, {40, 50, 15}, {30, 60, 20}}}
	if diff := cmp.Diff(want, all.summarize(), cmp.AllowUnexported(Report{})); diff != "" {
		t.Error(diff)
	}
}

func TestFiguresThatCannotBeAreAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		report Report
		want   string
	}{
		"good":              {Report{Delivered: 5, Ceiling: 10, Ratio: 0.5}, ""},
		"a loss":            {Report{Delivered: 5, Ratio: 0.5, Lost: 1}, "1 acknowledged events never arrived"},
		"above the ceiling": {Report{Delivered: 11, Ceiling: 10, Ratio: 1.1}, "the measurement is wrong"},
		"above the relay":   {Report{Delivered: 11, Ceiling: 20, Ratio: 0.55, Relay: 10, RelayRatio: 1.1}, ""},
		"a lossy ceiling":   {Report{Delivered: 5, Ceiling: 10, Ratio: 0.5, missing: 3}, "can't be compared with"},
		"nothing":           {Report{}, "nothing was delivered"},
	} {
		if err := tc.report.Err(); (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestScriptsCanRelyOnTheMembers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := Report{CPU: f(1), Refused: 3}
	if err := r.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(out.Bytes(), &members); err != nil {
		t.Fatal(err)
	}
	want := []string{"accepted_per_s", "ack_ms", "ceiling_cpu_s_per_1000", "ceiling_per_s", "cpu_s_per_1000", "database_cpu_s_per_1000",
		"delivered_per_s", "delivery_ms", "disk_bytes_per_event", "duplicates", "idle_rss_mib", "lost", "ratio", "relay_cpu_ratio",
		"relay_cpu_s_per_1000", "relay_per_s", "relay_ratio", "rss_mib", "start_ms"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(members))); diff != "" {
		t.Error(diff)
	}
	if members["rss_mib"] != nil {
		t.Error("memory that is not known has a figure")
	}
}

func TestTheHistoryGrowsByALine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	for _, version := range []string{"1", "2"} {
		if err := (&Report{Delivered: 7}).Append(path, version, Options{Rate: 3}); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) != 2 {
		t.Fatalf("%q", raw)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got["version"] != "2" || got["delivered_per_s"] != 7.0 || got["rate"] != 3.0 || got["connections"] != 64.0 || got["machine"] == "" || got["at"] == "" {
		t.Errorf("%v", got)
	}
}

func TestWhatCannotBeMeasuredIsRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Connections: -1}, {Connections: 5000}, {Rate: -1}, {Duration: -time.Second}, {Duration: 2 * time.Hour},
		{Rounds: -1}, {Subject: child.Subject{Store: "clay"}},
		{Subject: child.Subject{Store: child.Postgres}}, {Subject: child.Subject{Store: child.SQLite, Database: "postgres://h/d"}}} {
		if _, err := Run(t.Context(), o, nil); err == nil {
			t.Errorf("%+v passed", o)
		}
	}
}
