package rehearse_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/rehearse"
)

const session = "s3ss10n-value"

// loggedIn is a check of which the first step's reply brought a cookie, and says it, too.
func loggedIn(t *testing.T, w *world) (gonets.RunDetail, string) {
	t.Helper()
	w.login = func(rw http.ResponseWriter) {
		rw.Header().Set("Set-Cookie", "sid="+session+"; Path=/")
		fmt.Fprintf(rw, `{"id":%q}`, session)
	}
	var told strings.Builder
	const steps = `[{"id":"login","http":{"url":"URL/login","cookies":true,"save":{"body":"deal"}}},{"id":"v","set":{"who":"{{ deal.id }}"}},{"id":"d","delay":"{{ who }}"}]`
	err := w.Check(t.Context(), rehearse.Order{Ask: w.ask(t, steps), Really: []string{"login"}}, func(l rehearse.Line) error {
		fmt.Fprintf(&told, "%+v\n", l.CheckLine)
		if l.Problem != nil {
			fmt.Fprintf(&told, "%+v\n", *l.Problem)
		}
		if l.Attempt != nil {
			fmt.Fprintf(&told, "%s %s\n", l.Attempt.ReplyBody, l.Attempt.Error)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.last(t), told.String()
}

// TestACheckTellsOfNoCookie: what the page of a run hides is not told beside it.
func TestACheckTellsOfNoCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, told := loggedIn(t, w)
	if len(d.Attempts) != 2 || len(d.Attempts[0].Cookies) != 1 || !strings.Contains(string(d.Attempts[0].ReplyBody), session) {
		t.Fatalf("no cookie came, this test proves nothing: %+v", d.Attempts)
	}
	if strings.Contains(told, session) || strings.Contains(d.Attempts[1].Error, session) || !strings.Contains(told, `"***" is not a time span`) {
		t.Errorf("it is told: %s\n%s", told, d.Attempts[1].Error)
	}
	list, err := w.Variables(d)
	if text := fmt.Sprintf("%+v", list); err != nil || strings.Contains(text, session) || len(list) != 3 || !strings.Contains(text, "***") {
		t.Errorf("the variables: %s, %v", text, err)
	}
}

// TestOfCookiesThatCannotBeOpenedNothingBehindThemIsTold: nobody knows what to hide.
func TestOfCookiesThatCannotBeOpenedNothingBehindThemIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, _ := loggedIn(t, w)
	a := &d.Attempts[0]
	a.Cookies, a.Sealed = nil, true
	list, err := w.Variables(d)
	if err != nil || len(list) != 1 || list[0].Path != "" || strings.Contains(fmt.Sprintf("%+v", list), session) {
		t.Errorf("%+v, %v", list, err)
	}
	a.StartedAt = a.StartedAt.Add(time.Hour) // what was before it
	if list, err = w.Variables(d); err != nil || len(list) != 3 {
		t.Errorf("%+v, %v", list, err)
	}
}
