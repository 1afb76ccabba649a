package gonets_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gonets"
)

func TestDurationText(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 7 * day,
		"1h30m": 90 * time.Minute, "1d12h": 36 * time.Hour, "1m30s": 90 * time.Second,
		"250ms": 250 * time.Millisecond, "0s": 0,
	} {
		got, err := gonets.ParseDuration(text)
		if err != nil || got.D() != want || got.String() != text {
			t.Errorf("%s is read as %v and written as %s (%v)", text, got.D(), got, err)
		}
	}
}

func TestDurationRefusesWhatIsNoTimeSpan(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "5", "five", "-1s", "d", "1.5d", "2h1d", "-1d", "+1d", "1d-1h", "106751d24h", "106752d", " 5s"} {
		if d, err := gonets.ParseDuration(text); err == nil {
			t.Errorf("%q is read as %v", text, d)
		} else if !strings.Contains(err.Error(), "30s, 5m, 2h") {
			t.Errorf("%q: %v does not say what to write", text, err)
		}
	}
	var d gonets.Duration
	if err := json.Unmarshal([]byte("30"), &d); err == nil {
		t.Errorf("the number 30 is read as %v", d)
	}
}

func TestDurationReadsWhatItWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := gonets.Duration(rapid.Int64Min(0).Draw(t, "nanoseconds"))
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got gonets.Duration
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Fatalf("%s is read as %d, want %d (%v)", text, got, want, err)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"30s", "7d", "1d12h", "106751d24h", "2562047h", "1d0.5s", "1d-1h", "+1h", "1e9s", "½d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := gonets.ParseDuration(s)
		if err != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q is read as %v", s, d)
		}
		if again, err := gonets.ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%q is read as %v, which is read as %v (%v)", s, d, again, err)
		}
	})
}
