package telemetry

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gonets"
)

const canary = "s3cr3t-canary"

func logTo(t *testing.T, o LogOptions) (*slog.Logger, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	l, err := NewLogger(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	return l, &out
}

func TestSecretsAreMaskedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	address, err := url.Parse("https://user:" + canary + "@example.org/?access_token=" + canary + "&b=shown")
	if err != nil {
		t.Fatal(err)
	}
	attrs := map[string]slog.Attr{
		"token":         slog.String("owner_token", canary),
		"mixed case":    slog.String("clientSecret", canary),
		"password":      slog.Any("PASSWORD", []byte(canary)),
		"authorization": slog.String("Authorization", "Bearer "+canary),
		"cookie":        slog.String("set-cookie", canary),
		"in a group":    slog.Group("request", slog.String("cookie", canary)),
		"group of that": slog.Group("secret", slog.String("value", canary)),
		"header map":    slog.Any("headers", http.Header{"Authorization": {canary}, "X-Shown": {"shown"}}),
		"header list":   slog.Any("headers", []gonets.Header{{Name: "Cookie", Value: canary}}),
		"query":         slog.Any("query", url.Values{"token": {canary}}),
		"map":           slog.Any("m", map[string]any{"a": []any{map[string]any{"password": canary}}}),
		"text map":      slog.Any("m", map[string]string{"api_token": canary}),
		"address":       slog.Any("url", address),
	}
	for _, format := range []string{"text", "json"} {
		for name, attr := range attrs {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()
				l, out := logTo(t, LogOptions{Format: format})
				l.With(attr).Info("hello", attr)
				if strings.Contains(out.String(), canary) || !strings.Contains(out.String(), "hello") {
					t.Errorf("logged %s", out)
				}
			})
		}
	}
	// What is no secret stays: masking everything would pass too.
	l, out := logTo(t, LogOptions{})
	l.Info("hello", "run", "id-1", attrs["header map"], attrs["address"], "error", errors.New("why"))
	for _, shown := range []string{"id-1", "X-Shown", "b=shown", "why"} {
		if !strings.Contains(out.String(), shown) {
			t.Errorf("%q is missing in %s", shown, out)
		}
	}
}

func TestForeignTextCannotForgeALine(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		l, out := logTo(t, LogOptions{Format: format})
		l.Info("a\nlevel=ERROR b", "k\n", "v\r\n\x1b[31m\u009b31m", "e", errors.New("x\x1b\ny"))
		if got := strings.TrimSuffix(out.String(), "\n"); strings.ContainsAny(got, "\n\r\x1b\u009b") {
			t.Errorf("%s: logged %q", format, got)
		}
	}
}

func TestLoggerOptions(t *testing.T) {
	t.Parallel()
	l, out := logTo(t, LogOptions{Level: "warn"})
	l.Info("quiet")
	l.Warn("loud")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "loud") {
		t.Errorf("level warn logged %q", got)
	}
	for _, o := range []LogOptions{{Level: "chatty"}, {Format: "xml"}} {
		if _, err := NewLogger(out, o); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestMetricsAreServed(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	m.EventsAccepted(3)
	m.ClockJumped()
	m.RunFinished(gonets.RunSucceeded)
	m.Attempt(gonets.OutcomeUnknown)
	m.Commit(3*time.Millisecond, 40)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{
		"gonets_events_accepted_total 3",
		`gonets_runs_finished_total{state="succeeded"} 1`,
		`gonets_runs_finished_total{state="failed"} 0`,
		`gonets_attempts_total{outcome="unknown"} 1`,
		"gonets_commit_seconds_sum 0.003",
		"gonets_commit_batch_size_sum 40",
		"gonets_clock_jumps_total 1",
		"go_goroutines ",
	} {
		if !strings.Contains(w.Body.String(), "\n"+line) {
			t.Errorf("no line %q", line)
		}
	}
}
