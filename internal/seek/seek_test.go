package seek_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/seek"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTextIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	old, err := charset.Encode("имя=Анна Петрова", "windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		body, contentType string
		want              bool
	}{
		{`{"name":"АННА петрова"}`, "application/json", true},
		{`{"name":"\u0410\u043d\u043d\u0430 \u041f\u0435\u0442\u0440\u043e\u0432\u0430"}`, "application/json", true},
		{`x \" {"a":"\u0410\u043d\u043d\u0430 Петрова"`, "", true},
		{"name=%D0%90%D0%BD%D0%BD%D0%B0+%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0", "application/x-www-form-urlencoded", true},
		{string(old), "text/plain; charset=windows-1251", true},
		{string(old), "", true},
		{"name=%C0%ED%ED%E0+%CF%E5%F2%F0%EE%E2%E0", "application/x-www-form-urlencoded; charset=windows-1251", true},
		{"name=%E1%CE%CE%C1+%F0%C5%D4%D2%CF%D7%C1", "application/x-www-form-urlencoded; charset=koi8-r", true},
		{"name=%C0%ED%ED%E0+%CF%E5%F2%F0%EE%E2%E0", "application/x-www-form-urlencoded; charset=koi8-r", false},
		{"Анна Петрова, ***", "text/plain; charset=windows-1251", true}, // in UTF-8 since something in it is hidden
		{parted("", "Анна Петрова"), "multipart/form-data; boundary=xx", true},
		{parted("Content-Type: text/plain; charset=windows-1251\r\n", string(old)), "multipart/form-data; boundary=xx", true},
		{parted("", "Анна Петр"), "multipart/form-data; boundary=xx", false},
		{"Анна Петрова", "multipart/form-data; boundary=xx", true},
		{"<a>&#1040;нна&#x20;Петрова</a>", "application/xml", true},
		{`{"xml":"<a b=\"&#1040;нна Петрова\"/>"}`, "application/json", true},
		{"<a>&#1040;нна Петрова", "", true},
		{`{"name":"&#1040;нна Петрова"}`, "application/json", true},
		{`{"a":"{\"b\":\"\\u0410\\u043d\\u043d\\u0430 Петрова\"}"}`, "application/json", true},
		{`{"a":"{\"b\":\"{\\\"c\\\":\\\"\\\\u0410\\\\u043d\\\\u043d\\\\u0430 Петрова\\\"}\"}"}`, "application/json", true},
		{"a=%7B%22b%22%3A%22%5Cu0410%5Cu043d%5Cu043d%5Cu0430+%5Cu041f%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0%22%7D", "application/x-www-form-urlencoded", true},
		{"a=%25D0%2590%25D0%25BD%25D0%25BD%25D0%25B0%2B%25D0%259F%25D0%25B5%25D1%2582%25D1%2580%25D0%25BE%25D0%25B2%25D0%25B0", "application/x-www-form-urlencoded", true},
		{"5% off, %D0%90%D0%BD%D0%BD%D0%B0 %D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0 100%", "", true},
		{`{"u":"x?%7B%22a%22%3A%22\u0410%D0%BD\u043d\u0430 Петрова"}`, "application/json", true},
		{`{"name":"Анна Петр"}`, "", false},
		{"Анна %d0 Петрова %", "", false},
		{`"\`, "", false},
		{"", "", false},
	} {
		if got := seek.Fold("анна ПЕТРОВА").In([]byte(c.body), c.contentType); got != c.want {
			t.Errorf("%q: %v", c.body, got)
		}
	}
}

// What a step sent and got is read in the encodings that it chose: nothing else need name them.
func TestTextIsFoundInTheEncodingOfTheStep(t *testing.T) {
	t.Parallel()
	koi, err := charset.Encode("Анна", "koi8-r")
	if err != nil {
		t.Fatal(err)
	}
	v := &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "a", HTTP: &gonets.HTTPStep{
		Body: &gonets.HTTPBody{Charset: "koi8-r"}, ResponseCharset: "koi8-r"}}}}}
	for name, x := range map[string]gonets.Exchange{"sent": {RequestBody: koi}, "came": {ReplyBody: koi}} {
		h, _ := hourly(1, "xyzzy")
		for _, known := range []*gonets.Version{v, nil} {
			h.Carried = func(_ context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error) {
				return []gonets.RunDetail{{Run: runs[0], Version: known, Attempts: []gonets.Attempt{{Path: "a", Exchange: x}}}}, nil
			}
			l, err := seek.Runs(t.Context(), h, gonets.RunFilter{Text: "анна"})
			if err != nil || len(l.Items) == 1 != (known != nil) {
				t.Errorf("%s, with its version %v: %d found, %v", name, known != nil, len(l.Items), err)
			}
		}
	}
}

// Where a step says another encoding than the reply itself, either may be wrong.
func TestTextIsFoundInTheEncodingThatABodyNames(t *testing.T) {
	t.Parallel()
	windows, err := charset.Encode("Анна", "windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := hourly(1, "xyzzy")
	h.Carried = func(_ context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error) {
		return []gonets.RunDetail{{Run: runs[0], Version: &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "a", HTTP: &gonets.HTTPStep{ResponseCharset: "koi8-r"}}}}},
			Attempts: []gonets.Attempt{{Path: "a", Exchange: gonets.Exchange{ReplyBody: windows,
				ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: "text/plain; charset=windows-1251"}}}}}}}, nil
	}
	if l, err := seek.Walk(t.Context(), h, gonets.RunFilter{Text: "анна"}, time.Minute); err != nil || len(l.Items) != 1 {
		t.Errorf("%d found, %v", len(l.Items), err)
	}
}

// parted is a form with a file that is no text and a field with such headers.
func parted(headers, field string) string {
	const head = "--xx\r\nContent-Disposition: form-data; name="
	return head + "f; filename=\"a.png\"\r\n\r\n\x89PNG\xff\r\n" + head + "name\r\n" + headers + "\r\n" + field + "\r\n--xx--\r\n"
}

// ten runs an hour, the newest first; those that divide by seven carry gold.
func hourly(runs int, secret string) (seek.History, *int) {
	asked := new(int)
	clock := testkit.NewClock()
	return seek.History{
		Clock: clock,
		Mask: func(d gonets.RunDetail) gonets.RunDetail {
			d.Event.Body = []byte(strings.ReplaceAll(string(d.Event.Body), secret, "***"))
			return d
		},
		Runs: func(_ context.Context, f gonets.RunFilter) (l gonets.List[gonets.RunSummary], err error) {
			from := 0
			if f.Page.Cursor != "" {
				fmt.Sscan(f.Page.Cursor, &from)
			}
			for i := from; i < min(from+f.Page.Size(), runs); i++ {
				l.Items = append(l.Items, gonets.RunSummary{Run: gonets.Run{ID: fmt.Sprint(i), Attempts: i, CreatedAt: clock.Now().Add(-time.Duration(i) * time.Minute)}})
			}
			if next := from + f.Page.Size(); next < runs {
				l.Next = fmt.Sprint(next)
			}
			return l, nil
		},
		// Three at a time is all there is room for.
		Carried: func(_ context.Context, runs []gonets.RunSummary) (out []gonets.RunDetail, err error) {
			for _, r := range runs[:min(3, len(runs))] {
				*asked++
				d := gonets.RunDetail{Run: r, Event: gonets.Event{Body: []byte("sand " + secret)}}
				if r.Attempts%7 == 0 {
					d.Attempts = []gonets.Attempt{{Exchange: gonets.Exchange{ReplyBody: []byte("Gold")}}}
				}
				out = append(out, d)
			}
			return out, nil
		},
	}, asked
}

func TestSearchGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	h, _ := hourly(400, "xyzzy")
	f, seen, pages := gonets.RunFilter{Text: "gold", Page: gonets.Page{Limit: 20}}, 0, 0
	for {
		l, err := seek.Runs(t.Context(), h, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.Items {
			if r.ID != fmt.Sprint(7*seen) {
				t.Fatalf("the %d-th found is %s", seen, r.ID)
			}
			seen++
		}
		if len(l.Items) > 20 || (l.Next == "") != l.Reached.IsZero() {
			t.Errorf("%d found, next %q, reached %s", len(l.Items), l.Next, l.Reached)
		}
		if f.Page.Cursor = l.Next; l.Next == "" {
			break
		}
		if pages++; pages > 50 {
			t.Fatal("it does not end")
		}
	}
	if seen != 58 {
		t.Errorf("%d found, want 58", seen)
	}
}

func TestOneQuestionLooksAtSoManyRunsAndTellsHowFarItCame(t *testing.T) {
	t.Parallel()
	h, asked := hourly(10_000, "xyzzy")
	for text, want := range map[string]int{"xyzzy": seek.MaxRuns, "silver": seek.MaxRuns} {
		*asked = 0
		l, err := seek.Runs(t.Context(), h, gonets.RunFilter{Text: text})
		if err != nil || len(l.Items) != 0 {
			t.Fatalf("%s: %d found: %v", text, len(l.Items), err)
		}
		if *asked != want || l.Next == "" || !l.Reached.Equal(h.Clock.Now().Add(-time.Duration(want-1)*time.Minute)) {
			t.Errorf("%s: %d looked at, next %q, reached %s", text, *asked, l.Next, l.Reached)
		}
	}
}

// A run that cannot be read keeps nobody who walks from the others; who asks is told.
func TestWhatCannotBeReadIsCounted(t *testing.T) {
	t.Parallel()
	for _, code := range []gonets.Code{gonets.CodeInternal, gonets.CodeCookies} {
		whatCannotBeReadIsCounted(t, code)
	}
}

func whatCannotBeReadIsCounted(t *testing.T, code gonets.Code) {
	t.Helper()
	h, _ := hourly(30, "xyzzy")
	carried := h.Carried
	h.Carried = func(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error) {
		for i := range runs[:min(3, len(runs))] {
			if runs[i].ID == "7" {
				before, _ := carried(ctx, runs[:i])
				return before, gonets.Errorf(code, "damaged")
			}
		}
		return carried(ctx, runs)
	}
	f := gonets.RunFilter{Text: "gold"}
	s, err := seek.Walk(t.Context(), h, f, time.Minute)
	if err != nil || s.Looked != 30 || s.Unread != 1 || s.Damage == nil || len(s.Items) != 4 || s.Next != "" {
		t.Errorf("%+v, %v", s, err)
	}
	l, err := seek.Runs(t.Context(), h, f)
	if err != nil || l.Unread != 1 || l.Damage == nil || len(l.Items) != 4 {
		t.Errorf("%+v, %v", l, err)
	}
}
