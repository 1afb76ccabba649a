package echoes_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gonets"
	"gonets/api"
	"gonets/internal/echo"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/testkit"
)

func TestWhatReadersMayNotSeeIsHidden(t *testing.T) {
	t.Parallel()
	receiver := echo.New(echo.Options{Clock: testkit.NewClock(), Owner: func(*http.Request) bool { return false }})
	room := echoes.Room{
		Receiver:  receiver,
		PublicURL: func() (url, reach string) { return "https://hooks.example", "open" },
		Show: func(ev gonets.Event) api.Event {
			return api.Event{EventSummary: api.EventSummary{Path: ev.Path, Query: ev.RawQuery}, Content: api.Content{Body: "hidden"}}
		},
	}
	w := httptest.NewRecorder()
	receiver.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/echo/crm/leads?a=1", strings.NewReader("phone")))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	out, err := room.Get(t.Context(), &echoes.Name{Name: "crm"})
	if err != nil || len(out.Body.Requests) != 1 {
		t.Fatalf("%v %+v", err, out)
	}
	got := out.Body.Requests[0]
	if got.Body != "hidden" || got.Size != 5 || got.Path != "/echo/crm/leads" || got.Query != "a=1" || got.Status != http.StatusOK || out.Body.URL != "https://hooks.example/echo/crm" {
		t.Errorf("%+v at %s", got, out.Body.URL)
	}
}
