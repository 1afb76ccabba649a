package gonets_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"gonets"
)

// The clocks of Lord Howe go by half an hour; those of Apia left a day out, those
// of Moscow are not changed any more.
var zones = []string{"Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca", "UTC"}

// noisy tells by the clocks alone whether a moment is outside of the hours.
func noisy(q *gonets.Quiet, t time.Time) bool {
	zone, _ := time.LoadLocation(q.Zone)
	clock := t.In(zone).Format("15:04")
	if q.From < q.To {
		return clock < q.From || clock >= q.To
	}
	return clock < q.From && clock >= q.To
}

func TestQuietHoursEndAtTheFirstMomentThatIsNotQuiet(t *testing.T) {
	t.Parallel()
	clock := rapid.Custom(func(t *rapid.T) string {
		return time.Time{}.Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute).Format("15:04")
	})
	rapid.Check(t, func(t *rapid.T) {
		q := &gonets.Quiet{From: clock.Draw(t, "from"), To: clock.Draw(t, "to"), Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
		if q.From == q.To {
			t.Skip("no hours")
		}
		zone, err := time.LoadLocation(q.Zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_262_304_000, 1_893_456_000).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		if rapid.Bool().Draw(t, "near a change of the clocks") {
			if _, change := at.In(zone).ZoneBounds(); !change.IsZero() {
				at = change.Add(time.Duration(rapid.Int64Range(-26, 26).Draw(t, "quarters")) * 15 * time.Minute)
			}
		}
		end := q.Until(at)
		if noisy(q, at) {
			if !end.IsZero() || !q.Shift(at).Equal(at) {
				t.Fatalf("%v is not quiet, but %v", at.In(zone), end)
			}
			return
		}
		// The only minute of a day that is not quiet may be left out by the clocks.
		if !end.After(at) || !noisy(q, end) || end.Sub(at) > 50*time.Hour {
			t.Fatalf("quiet from %v to %v", at.In(zone), end.In(zone))
		}
		for m := at; m.Before(end); m = m.Add(time.Minute) {
			if noisy(q, m) {
				t.Fatalf("quiet from %v to %v, but not at %v", at.In(zone), end.In(zone), m.In(zone))
			}
		}
		if last := end.Add(-time.Nanosecond); noisy(q, last) {
			t.Fatalf("%v is late: it is not quiet at %v", end.In(zone), last.In(zone))
		}
	})
}

func TestQuietHoursOverChangesOfTheClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, at, want string }{
		{"a night", "22:00", "08:00", "2026-01-10T23:00:00+01:00", "2026-01-11T08:00:00+01:00"},
		{"its first moment", "22:00", "08:00", "2026-01-10T22:00:00+01:00", "2026-01-11T08:00:00+01:00"},
		{"its end", "22:00", "08:00", "2026-01-10T08:00:00+01:00", ""},
		{"the shorter night", "22:00", "08:00", "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"the longer night", "22:00", "08:00", "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		{"an end that is left out", "22:00", "02:30", "2026-03-28T23:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"an end that comes twice", "22:00", "02:30", "2026-10-24T23:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"an end that is left out and begins no noise", "02:01", "02:00", "2026-03-29T01:45:00+01:00", "2026-03-30T02:00:00+02:00"},
		{"hours that come again", "22:00", "02:30", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			want := time.Time{}
			if c.want != "" {
				if want, err = time.Parse(time.RFC3339, c.want); err != nil {
					t.Fatal(err)
				}
			}
			q := &gonets.Quiet{From: c.from, To: c.to, Zone: "Europe/Berlin"}
			if got := q.Until(at); !got.Equal(want) {
				t.Errorf("quiet until %v, want %v", got, want)
			}
		})
	}
}

func TestARetryIsNeverDueInQuietHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, retry, try := drawTry(t)
		loud := gonets.Classify(x, retry, "", try)
		retry.Quiet = &gonets.Quiet{From: "22:00", To: "08:00", Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
		v := gonets.Classify(x, retry, "", try)
		if v.Kind != gonets.VerdictRetry {
			if loud.Kind == gonets.VerdictRetry && retry.Deadline == nil {
				t.Fatalf("quiet hours ended the tries: %+v", v)
			}
			return
		}
		if !noisy(retry.Quiet, v.At) || v.At.Before(loud.At) {
			t.Fatalf("due at %v, without quiet hours at %v", v.At, loud.At)
		}
		if noisy(retry.Quiet, loud.At) && !v.At.Equal(loud.At) {
			t.Fatalf("moved from %v to %v for no night", loud.At, v.At)
		}
		if retry.Deadline != nil && v.At.After(try.First.Add(retry.Deadline.D())) {
			t.Fatalf("due at %v, behind the deadline", v.At)
		}
	})
}
