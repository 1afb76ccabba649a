package script

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestParseScript(t *testing.T) {
	t.Parallel()
	got, err := Parse(` 503 , 429:2,delay:1.5s,cut,hang, json:{"a":[1,{"b":","}]} ,text:a\,b,slow:1kb,big:10MB,status:302,text:`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Step{
		{Status: 503, RetryAfter: -1}, {Status: 429, RetryAfter: 2},
		{Kind: Delay, Status: 200, RetryAfter: -1, Delay: 1500 * time.Millisecond},
		{Kind: Cut, Status: 200, RetryAfter: -1}, {Kind: Hang, Status: 200, RetryAfter: -1},
		{Status: 200, RetryAfter: -1, Media: MediaJSON, Body: `{"a":[1,{"b":","}]}`},
		{Status: 200, RetryAfter: -1, Media: MediaText, Body: "a,b"},
		{Kind: Slow, Status: 200, RetryAfter: -1, Size: 1 << 10}, {Kind: Big, Status: 200, RetryAfter: -1, Size: 10 << 20},
		{Status: 302, RetryAfter: -1}, {Status: 200, RetryAfter: -1, Media: MediaText},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBadScriptsAreNamed(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", ",", "200,", "99", "600", "100", "+200", "abc", "200:x", "200:-1", "200:9999999999", "delay", "delay:x",
		"delay:-1s", "delay:56s", "json:", "json:{", `json:{"a":1}x`, "slow:", "slow:1b", "slow:1mb", "big:1gb", "big:101mb", "cut:1", "hang:3s", "Status:", "статус"} {
		if steps, err := Parse(s); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%q: %+v, %v", s, steps, err)
		}
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add("503,503,200")
	f.Add(`json:{"a":1},text:x\,y,delay:3s,429:2,slow:1kb,big:10mb,cut,hang,Status:201`)
	f.Add(`json:"\ud800",200`)
	f.Fuzz(func(t *testing.T, s string) {
		steps, err := Parse(s)
		if err != nil {
			if gonets.CodeOf(err) != gonets.CodeInvalid {
				t.Fatalf("error without a code: %v", err)
			}
			return
		}
		if len(steps) == 0 || len(steps) > maxSteps {
			t.Fatalf("%d steps", len(steps))
		}
		for _, st := range steps {
			if st.Status < 200 || st.Status > 599 || st.Delay < 0 || st.Delay > maxDelay || st.Size < 0 || st.Size > maxBig {
				t.Fatalf("out of bounds: %+v", st)
			}
			if (st.Kind == Slow || st.Kind == Big) && st.Size < 2 {
				t.Fatalf("no room for a JSON string: %+v", st)
			}
		}
	})
}

func TestAStepGoesOnForItsTime(t *testing.T) {
	t.Parallel()
	steps, err := Parse(`500, 503 for 3h, json:{"a":1} for 1m,429:2 for 10s, refused for 1d,down:5m`)
	if err != nil {
		t.Fatal(err)
	}
	c, now := NewCursor(steps), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for i, want := range []struct {
		after  time.Duration
		kind   Kind
		status int
		body   string
	}{
		{0, Answer, 500, ""}, {time.Hour, Answer, 503, ""}, {3*time.Hour - 1, Answer, 503, ""}, {1, Answer, 200, `{"a":1}`}, {time.Minute, Answer, 429, ""},
		{10 * time.Second, Refuse, 200, ""}, {23 * time.Hour, Refuse, 200, ""}, {time.Hour, Answer, 503, ""}, {5 * time.Minute, Answer, 200, ""}, {0, Answer, 200, ""},
	} {
		now = now.Add(want.after)
		got := c.Next(now)
		if got.Kind != want.kind || got.Status != want.status || got.Body != want.body {
			t.Errorf("%d: %+v", i, got)
		}
	}
	for _, s := range []string{"503 for", "503 for ", "503 for x", "503 for 0s", "503 for 31d", "down", "down:", "down:1h for 2h", "refused:1", `json:{} for x`, "cut for -1s"} {
		if steps, err := Parse(s); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%q: %+v, %v", s, steps, err)
		}
	}
}
