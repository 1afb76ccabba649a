package gonets_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gonets"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestDefaultPolicyWaitsTwoAndAHalfHours(t *testing.T) {
	t.Parallel()
	policy := gonets.DefaultRetry()
	sum, tries := time.Duration(0), 1
	for ; ; tries++ {
		d, ok := policy.Delay(tries)
		if !ok {
			break
		}
		sum += d
	}
	if want := 2*time.Hour + 31*time.Minute + 35*time.Second; sum != want || tries != 6 {
		t.Errorf("%d tries over %v, want 6 over %v", tries, sum, want)
	}
}

func TestExponentialPolicyGrowsToItsMost(t *testing.T) {
	t.Parallel()
	policy := gonets.Retry{Exponential: &gonets.Exponential{
		First: gonets.Duration(time.Second), Factor: 2, Max: gonets.Duration(5 * time.Second), Tries: 6,
	}}
	var got []string
	for tries := 1; ; tries++ {
		d, ok := policy.Delay(tries)
		if !ok {
			break
		}
		got = append(got, d.String())
	}
	if diff := cmp.Diff([]string{"1s", "2s", "4s", "5s", "5s"}, got); diff != "" {
		t.Error(diff)
	}
}

// drawTry draws any failed exchange with any policy.
func drawTry(t *rapid.T) (*gonets.Exchange, gonets.Retry, gonets.Try) {
	outcomes := []gonets.Outcome{gonets.OutcomeHTTP, gonets.OutcomeBody, gonets.OutcomeNetwork, gonets.OutcomeUnknown}
	x := &gonets.Exchange{Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome"), Code: gonets.CodeHTTPStatus}
	if x.Outcome == gonets.OutcomeHTTP {
		x.Status = rapid.SampledFrom([]int{301, 400, 404, 413, 429, 500, 503}).Draw(t, "status")
		after := rapid.SampledFrom([]string{"", "0", "7", "7200", "90000", "-3", "soon", "99999999999999999999",
			noon.Add(time.Hour).Format(http.TimeFormat), noon.Add(72 * time.Hour).Format(http.TimeFormat),
			noon.Add(-time.Hour).Format(http.TimeFormat)}).Draw(t, "retry_after")
		x.ReplyHeaders = []gonets.Header{{Name: "retry-AFTER", Value: after}}
	}
	policy := (&gonets.Retry{}).OrDefault()
	seconds := rapid.Int64Range(0, 8*24*3600)
	if rapid.Bool().Draw(t, "exponential") {
		policy.Exponential = &gonets.Exponential{
			First:  gonets.Duration(time.Duration(seconds.Draw(t, "first")) * time.Second),
			Factor: rapid.Float64Range(0, 1e9).Draw(t, "factor"),
			Max:    gonets.Duration(time.Duration(seconds.Draw(t, "max")) * time.Second),
			Tries:  rapid.IntRange(0, 20).Draw(t, "tries"),
		}
	} else {
		policy.Delays = []gonets.Duration{}
		for range rapid.IntRange(0, 8).Draw(t, "delays") {
			policy.Delays = append(policy.Delays, gonets.Duration(time.Duration(seconds.Draw(t, "delay"))*time.Second))
		}
	}
	if rapid.Bool().Draw(t, "limited") {
		d := gonets.Duration(time.Duration(seconds.Draw(t, "deadline")) * time.Second)
		policy.Deadline = &d
	}
	return x, policy, gonets.Try{
		RunID:   rapid.StringN(1, 40, 40).Draw(t, "run"),
		Attempt: rapid.IntRange(1, 1000).Draw(t, "attempt"),
		Tries:   rapid.IntRange(1, 22).Draw(t, "charged"),
		First:   noon.Add(-time.Duration(seconds.Draw(t, "since")) * time.Second),
		Now:     noon.Add(time.Duration(rapid.Int64Range(0, 999_999).Draw(t, "nanos"))),
	}
}

// judge checks what must hold of any verdict on a failed try.
func judge(x *gonets.Exchange, policy gonets.Retry, try gonets.Try, v gonets.Verdict) error {
	d, left := policy.Delay(try.Tries)
	if v.Kind != gonets.VerdictRetry {
		if v.Kind != gonets.VerdictPause {
			return fmt.Errorf("kind %d without on_failure", v.Kind)
		}
		if v.Reason == "" {
			return fmt.Errorf("paused without a reason")
		}
		return nil
	}
	earliest, latest := try.Now.Add(d), try.Now.Add(d+d/10+time.Millisecond)
	if after := asked(x, try.Now); after.After(latest) {
		earliest, latest = after, after.Add(time.Millisecond)
	} else if after.After(earliest) {
		earliest = after
	}
	switch {
	case !left:
		return fmt.Errorf("tries again after %d tries", try.Tries)
	case !policy.Covers(x.Outcome, x.Status):
		return fmt.Errorf("tries %s %d again, which the policy does not name", x.Outcome, x.Status)
	case v.At.Before(earliest) || v.At.After(latest):
		return fmt.Errorf("due at %v, want %v to %v", v.At, earliest, latest)
	case policy.Deadline != nil && v.At.After(try.First.Add(policy.Deadline.D())):
		return fmt.Errorf("due at %v, after the deadline", v.At)
	case !v.At.Equal(v.At.Truncate(time.Millisecond)):
		return fmt.Errorf("due at %v: the store keeps milliseconds", v.At)
	}
	return nil
}

// asked is what the Retry-After of a 413, 429 or 503 asks for.
func asked(x *gonets.Exchange, now time.Time) time.Time {
	v := gonets.HeaderValue(x.ReplyHeaders, "Retry-After")
	if x.Status != 413 && x.Status != 429 && x.Status != 503 {
		return time.Time{}
	}
	limit := now.Add(24 * time.Hour)
	at, err := http.ParseTime(v)
	if regexp.MustCompile(`^[0-9]+$`).MatchString(v) {
		secs, tooLong := strconv.Atoi(v)
		at, err = now.Add(time.Duration(min(secs, 86400))*time.Second), nil
		if tooLong != nil {
			at = limit
		}
	}
	switch {
	case err != nil:
		return time.Time{}
	case at.After(limit):
		return limit
	}
	return at
}

func TestEveryVerdictKeepsThePolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, policy, try := drawTry(t)
		v := gonets.Classify(x, policy, "", try)
		if err := judge(x, policy, try, v); err != nil {
			t.Fatal(err)
		}
		if again := gonets.Classify(x, policy, "", try); again != v {
			t.Fatalf("the same try was judged twice: %+v, %+v", v, again)
		}
		// The same try under another on_failure differs only where it is over.
		for onFailure, want := range map[string]gonets.VerdictKind{
			gonets.OnFailureContinue: gonets.VerdictContinue, gonets.OnFailureFail: gonets.VerdictFail,
		} {
			if v.Kind == gonets.VerdictRetry {
				want = gonets.VerdictRetry
			}
			if got := gonets.Classify(x, policy, onFailure, try); got.Kind != want || got.Reason != v.Reason {
				t.Fatalf("on_failure %s: %+v, want kind %d and reason %s", onFailure, got, want, v.Reason)
			}
		}
	})
}

// TestTheJudgeCatchesFaults plants wrong verdicts.
func TestTheJudgeCatchesFaults(t *testing.T) {
	t.Parallel()
	policy := gonets.DefaultRetry()
	deadline := gonets.Duration(time.Second)
	limited := policy
	limited.Deadline = &deadline
	try := gonets.Try{RunID: "r", Attempt: 1, Tries: 1, First: noon, Now: noon}
	last := try
	last.Tries = 6
	busy := &gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 503}
	moved := &gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 301}
	wait := &gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 503,
		ReplyHeaders: []gonets.Header{{Name: "Retry-After", Value: "60"}}}
	retry := func(after time.Duration) gonets.Verdict {
		return gonets.Verdict{Kind: gonets.VerdictRetry, At: noon.Add(after)}
	}
	for name, err := range map[string]error{
		"early":              judge(busy, policy, try, retry(4999*time.Millisecond)),
		"late":               judge(busy, policy, try, retry(6*time.Second)),
		"finer than a milli": judge(busy, policy, try, retry(5*time.Second+time.Microsecond)),
		"tries used up":      judge(busy, policy, last, retry(5*time.Second)),
		"not covered":        judge(moved, policy, try, retry(5*time.Second)),
		"past the deadline":  judge(busy, limited, try, retry(5*time.Second)),
		"before Retry-After": judge(wait, policy, try, retry(5*time.Second)),
		"pause, no reason":   judge(busy, policy, last, gonets.Verdict{Kind: gonets.VerdictPause}),
		"fails by itself":    judge(busy, policy, last, gonets.Verdict{Kind: gonets.VerdictFail}),
	} {
		if err == nil {
			t.Errorf("%s passed", name)
		}
	}
}

func TestJitterSpreadsRunsThatFailedTogether(t *testing.T) {
	t.Parallel()
	x := &gonets.Exchange{Outcome: gonets.OutcomeNetwork}
	seen := map[time.Time]bool{}
	for i := range 100 {
		v := gonets.Classify(x, gonets.DefaultRetry(), "", gonets.Try{
			RunID: fmt.Sprintf("run-%d", i), Attempt: 4, Tries: 4, First: noon, Now: noon})
		seen[v.At.Truncate(time.Second)] = true
	}
	if len(seen) < 50 { // 100 runs over 180 seconds
		t.Errorf("100 runs come back in %d different seconds", len(seen))
	}
}

func TestBlockedAndTemplateAlwaysWaitForAPerson(t *testing.T) {
	t.Parallel()
	for _, onFailure := range []string{"", gonets.OnFailurePause, gonets.OnFailureContinue, gonets.OnFailureFail} {
		for outcome, code := range map[gonets.Outcome]gonets.Code{
			gonets.OutcomeBlocked: gonets.CodeBlockedAddress, gonets.OutcomeTemplate: gonets.CodeTemplateFailed,
		} {
			want := gonets.Verdict{Kind: gonets.VerdictPause, Reason: code}
			got := gonets.Classify(&gonets.Exchange{Outcome: outcome, Code: code}, gonets.DefaultRetry(), onFailure, gonets.Try{Tries: 1, Now: noon})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s under on_failure %q: %s", outcome, onFailure, diff)
			}
		}
	}
}

func TestReasonSaysWhyTheTriesEnded(t *testing.T) {
	t.Parallel()
	hour := gonets.Duration(time.Hour)
	limited := gonets.DefaultRetry()
	limited.Deadline = &hour
	once := gonets.Retry{Delays: []gonets.Duration{}, On: []string{"5xx"}}
	failed := &gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 500, Code: gonets.CodeHTTPStatus}
	for _, tc := range []struct {
		name   string
		policy gonets.Retry
		tries  int
		want   gonets.Code
	}{
		{"the last of six tries", gonets.DefaultRetry(), 6, gonets.CodeTriesUsedUp},
		{"the next one would be too late", limited, 5, gonets.CodeDeadline},
		{"there is one try only", once, 1, gonets.CodeHTTPStatus},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := gonets.Classify(failed, tc.policy, "", gonets.Try{RunID: "r", Tries: tc.tries, First: noon, Now: noon})
			if diff := cmp.Diff(gonets.Verdict{Kind: gonets.VerdictPause, Reason: tc.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMatchStatus(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		patterns string
		yes, no  []int
	}{
		{"2**", []int{200, 299}, []int{199, 300}},
		{"20x 404", []int{200, 209, 404}, []int{210, 405}},
		{"200-204", []int{200, 204}, []int{199, 205}},
		{"4xx !404", []int{400, 499}, []int{404, 500}},
		{"!404", []int{200, 500}, []int{404}},
		{"network !404", []int{500}, []int{404}},
		{"network unknown", nil, []int{200, 404, 500}},
		{"", nil, []int{200, 500}},
		{"2*0 x00 20 2000 204-200", nil, []int{200, 204, 210}},
	} {
		t.Run(tc.patterns, func(t *testing.T) {
			t.Parallel()
			patterns := strings.Fields(tc.patterns)
			for _, s := range tc.yes {
				if !gonets.MatchStatus(patterns, s) {
					t.Errorf("%d does not fit", s)
				}
			}
			for _, s := range tc.no {
				if gonets.MatchStatus(patterns, s) {
					t.Errorf("%d fits", s)
				}
			}
		})
	}
}

func TestRetryOnNetworkAloneLeavesStatusesAlone(t *testing.T) {
	t.Parallel()
	policy := gonets.Retry{On: []string{"network"}}
	if !policy.Covers(gonets.OutcomeNetwork, 0) {
		t.Error("network is named and not tried again")
	}
	for _, o := range []gonets.Outcome{gonets.OutcomeHTTP, gonets.OutcomeUnknown, gonets.OutcomeBody, gonets.OutcomeOK} {
		if policy.Covers(o, 500) {
			t.Errorf("%s is not named and is tried again", o)
		}
	}
}

func FuzzStatusRange(f *testing.F) {
	for _, s := range []string{"200", "2**", "2xX", "20*", "200-204", "2*0", "099", "-", "+20-300", "999-1000", "2\x80*"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^([1-9][0-9]{0,2}[*xX]{0,2}|[1-9][0-9]{2}-[1-9][0-9]{2})$`)
	f.Fuzz(func(t *testing.T, s string) {
		lo, hi, ok := gonets.StatusRange(s)
		if !ok {
			return
		}
		if !form.MatchString(s) || lo < 100 || hi > 999 || lo > hi {
			t.Errorf("%q was read as %d to %d", s, lo, hi)
		}
		for status := 0; status <= 1000; status++ {
			if got, want := gonets.MatchStatus([]string{s}, status), lo <= status && status <= hi; got != want {
				t.Fatalf("%q fits %d: %v, want %v", s, status, got, want)
			}
		}
	})
}

func TestAChangeOfTheRetriesHoldsForItsStepAlone(t *testing.T) {
	t.Parallel()
	minute, hour := gonets.Duration(time.Minute), gonets.Duration(time.Hour)
	own := &gonets.Retry{Exponential: &gonets.Exponential{First: hour, Factor: 2, Tries: 3}, On: []string{"5xx"}}
	run := gonets.Run{ID: "r", StepAt: noon, Retry: &gonets.RetryChange{Path: "deal", Retry: gonets.Retry{Delays: []gonets.Duration{minute, hour}, Deadline: &hour}, At: noon.Add(time.Hour)}}

	p := run.Policy("deal", own)
	if diff := cmp.Diff(gonets.Retry{Delays: []gonets.Duration{minute, hour}, On: []string{"5xx"}, Deadline: &hour}, p); diff != "" {
		t.Error(diff)
	}
	if got := run.FirstTry("deal"); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("the deadline counts from %v", got)
	}
	if diff := cmp.Diff(own.OrDefault(), run.Policy("tell", own)); diff != "" {
		t.Errorf("another step: %s", diff)
	}
	if got := run.FirstTry("tell"); !got.Equal(noon) {
		t.Errorf("the deadline of another step counts from %v", got)
	}
}

func TestAChangeOfTheRetriesTakesThePlaceOfThePolicy(t *testing.T) {
	t.Parallel()
	minute, hour := gonets.Duration(time.Minute), gonets.Duration(time.Hour)
	night, noonHour := &gonets.Quiet{From: "22:00", To: "08:00", Zone: "UTC"}, &gonets.Quiet{From: "12:00", To: "13:00", Zone: "UTC"}
	own := &gonets.Retry{Delays: []gonets.Duration{hour}, On: []string{"5xx"}, Deadline: &hour, Quiet: night, Ask: &gonets.Ask{URL: "http://a"}}
	grows := &gonets.Exponential{First: minute, Factor: 3, Max: hour, Tries: 3}
	for _, tc := range []struct {
		name string
		set  gonets.RetryChange
		want gonets.Retry
		due  time.Time // zero: a minute later
	}{
		{"the pauses alone", gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{minute}}},
			gonets.Retry{Delays: []gonets.Duration{minute}, On: own.On, Quiet: night, Ask: own.Ask}, time.Time{}},
		{"growing pauses", gonets.RetryChange{Retry: gonets.Retry{Exponential: grows}},
			gonets.Retry{Exponential: grows, On: own.On, Quiet: night, Ask: own.Ask}, time.Time{}},
		{"what is tried again, and until when", gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{minute}, On: []string{"429", "network"}, Deadline: &minute}},
			gonets.Retry{Delays: []gonets.Duration{minute}, On: []string{"429", "network"}, Deadline: &minute, Quiet: night, Ask: own.Ask}, time.Time{}},
		{"other quiet hours", gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{minute}, Quiet: noonHour}},
			gonets.Retry{Delays: []gonets.Duration{minute}, On: own.On, Quiet: noonHour, Ask: own.Ask}, noon.Add(time.Hour)},
		{"no quiet hours", gonets.RetryChange{Retry: gonets.Retry{Delays: []gonets.Duration{minute}}, AnyTime: true},
			gonets.Retry{Delays: []gonets.Duration{minute}, On: own.On, Ask: own.Ask}, time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			run := gonets.Run{ID: "r", State: gonets.RunWaiting, Tries: 4, StepAt: noon.Add(-time.Hour)}
			tc.set.Path, tc.set.At = "deal", noon
			if !run.Change(tc.set, own) {
				t.Fatal("refused")
			}
			if diff := cmp.Diff(tc.want, run.Policy("deal", own)); diff != "" {
				t.Error(diff)
			}
			if early, late := noon.Add(time.Minute), noon.Add(67*time.Second); tc.due.IsZero() && (run.DueAt.Before(early) || run.DueAt.After(late)) || !tc.due.IsZero() && !run.DueAt.Equal(tc.due) {
				t.Errorf("due at %v", run.DueAt)
			}
			if end := run.Retry.Deadline; end != nil && run.DueAt.After(noon.Add(end.D())) {
				t.Errorf("due at %v, behind the deadline", run.DueAt)
			}
			if run.Tries != 1 {
				t.Errorf("%d tries", run.Tries)
			}
		})
	}
	if run := (gonets.Run{State: gonets.RunWaiting}); run.Change(gonets.RetryChange{Retry: gonets.Retry{Exponential: &gonets.Exponential{First: minute, Factor: 1, Tries: 1}}}, own) {
		t.Error("a change without a pause is taken")
	}
}
