package echo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestParseScript(t *testing.T) {
	t.Parallel()
	got, err := parseScript(` 503 , 429:2,delay:1.5s,cut,hang, json:{"a":[1,{"b":","}]} ,text:a\,b,slow:1kb,big:10MB,status:302,text:`)
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{status: 503, retryAfter: -1}, {status: 429, retryAfter: 2},
		{act: actDelay, status: 200, retryAfter: -1, delay: 1500 * time.Millisecond},
		{act: actCut, status: 200, retryAfter: -1}, {act: actHang, status: 200, retryAfter: -1},
		{status: 200, retryAfter: -1, media: mediaJSON, body: `{"a":[1,{"b":","}]}`},
		{status: 200, retryAfter: -1, media: mediaText, body: "a,b"},
		{act: actSlow, status: 200, retryAfter: -1, size: 1 << 10}, {act: actBig, status: 200, retryAfter: -1, size: 10 << 20},
		{status: 302, retryAfter: -1}, {status: 200, retryAfter: -1, media: mediaText},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(step{})); diff != "" {
		t.Error(diff)
	}
}

func TestBadScriptsAreNamed(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", ",", "200,", "99", "600", "100", "+200", "abc", "200:x", "200:-1", "200:9999999999", "delay", "delay:x",
		"delay:-1s", "delay:56s", "json:", "json:{", `json:{"a":1}x`, "slow:", "slow:1b", "slow:1mb", "big:1gb", "big:101mb", "cut:1", "hang:3s", "status:", "статус"} {
		if steps, err := parseScript(s); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%q: %+v, %v", s, steps, err)
		}
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add("503,503,200")
	f.Add(`json:{"a":1},text:x\,y,delay:3s,429:2,slow:1kb,big:10mb,cut,hang,status:201`)
	f.Add(`json:"\ud800",200`)
	f.Fuzz(func(t *testing.T, s string) {
		steps, err := parseScript(s)
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
			if st.status < 200 || st.status > 599 || st.delay < 0 || st.delay > maxDelay || st.size < 0 || st.size > maxBig {
				t.Fatalf("out of bounds: %+v", st)
			}
			if (st.act == actSlow || st.act == actBig) && st.size < 2 {
				t.Fatalf("no room for a JSON string: %+v", st)
			}
		}
	})
}
