package telemetry_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gonets/internal/telemetry"
	"gonets/internal/testkit"
)

func TestOfEachCauseFewLinesAreWritten(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := testkit.NewClock()
	few := telemetry.NewFew(slog.New(slog.NewTextHandler(&out, nil)), clock)
	for i := range 100_000 {
		few.Log(slog.LevelWarn, "crm http.status", "an attempt failed", "n", i)
	}
	few.Log(slog.LevelError, "another", "a run failed")
	if n := strings.Count(out.String(), "\n"); n != 11 {
		t.Errorf("%d lines of an outage and a neighbour, want 10 and 1", n)
	}
	if !strings.Contains(out.String(), "level=ERROR") {
		t.Error("the neighbour was left out")
	}
	out.Reset()
	few.Sweep()
	if out.Len() > 0 {
		t.Errorf("told before its minute was over: %s", &out)
	}
	clock.Advance(time.Minute)
	few.Sweep()
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "left_out=99990") || !strings.Contains(got, "level=WARN") {
		t.Errorf("after a minute: %s", got)
	}
	out.Reset()
	few.Log(slog.LevelWarn, "crm http.status", "an attempt failed")
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("a new minute begins with a line: %s", &out)
	}
}

func TestVeryManyCausesShareOneCount(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	few := telemetry.NewFew(slog.New(slog.NewTextHandler(&out, nil)), testkit.NewClock())
	for i := range 50_000 {
		few.Log(slog.LevelWarn, fmt.Sprint("host-", i), "an attempt failed")
	}
	if n := strings.Count(out.String(), "\n"); n != 1_010 {
		t.Errorf("%d lines", n)
	}
}
