package echoes_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
	"gonets/internal/echo"
	"gonets/internal/httpapi/echoes"
	"gonets/internal/mask"
	"gonets/internal/testkit"
)

// open is a room in which fields are hidden, with one request that came, and
// what is noted of it.
func open(t *testing.T, hidden ...string) (echoes.Room, *[]string) {
	t.Helper()
	receiver := echo.New(echo.Options{Clock: testkit.NewClock(), Owner: func(*http.Request) bool { return false }})
	var notes []string
	w := httptest.NewRecorder()
	receiver.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/echo/crm/79990001122?tel=79990001122", strings.NewReader(`{"contact":"79990001122","phone":"1"}`)))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return echoes.Room{
		Receiver:  receiver,
		PublicURL: func() (url, reach string) { return "https://hooks.example", "open" },
		Rules:     func() *mask.Rules { return mask.New(hidden) },
		Shape: func(ev gonets.Event) api.Event {
			return api.Event{EventSummary: api.EventSummary{Path: ev.Path, Query: ev.RawQuery}, Headers: ev.Headers, Content: api.Content{Body: string(ev.Body)}}
		},
		Note: func(_ context.Context, actor, action, object, detail string) error {
			notes = append(notes, strings.Join([]string{actor, action, object, detail}, " "))
			return nil
		},
	}, &notes
}

func TestContentsAreWithheldWhileFieldsAreHidden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hidden   []string
		trusted  bool
		withheld bool
		path     string
		body     string
	}{
		"nothing hidden":        {nil, false, false, "/echo/crm/79990001122", `{"contact":"79990001122","phone":"1"}`},
		"who may change that":   {[]string{"phone"}, true, false, "/echo/crm/79990001122", `{"contact":"79990001122","phone":"***"}`},
		"who may not change it": {[]string{"phone"}, false, true, "/echo/crm", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room, _ := open(t, c.hidden...)
			room = room.For("anna", c.trusted)
			list, err := room.Get(t.Context(), &echoes.Name{Name: "crm"})
			if err != nil || len(list.Body.Requests) != 1 || list.Body.URL != "https://hooks.example/echo/crm" {
				t.Fatalf("%v %+v", err, list)
			}
			one, err := room.Request(t.Context(), &echoes.Number{Name: echoes.Name{Name: "crm"}, N: 1})
			if err != nil {
				t.Fatal(err)
			}
			got := one.Body
			if diff := cmp.Diff(list.Body.Requests[0], got.EchoSummary); diff != "" {
				t.Error("the list tells it otherwise: ", diff)
			}
			if got.Withheld != c.withheld || got.Path != c.path || got.Size != 37 || got.Status != http.StatusOK || (got.Query == "") != c.withheld || (len(got.Headers) == 0) != c.withheld {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(any(c.body), got.Body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOneThatIsNotKeptIsToldSo(t *testing.T) {
	t.Parallel()
	room, _ := open(t)
	if _, err := room.Request(t.Context(), &echoes.Number{Name: echoes.Name{Name: "crm"}, N: 2}); gonets.CodeOf(err) != gonets.CodeNotFound {
		t.Errorf("told %v", err)
	}
}

func TestChangesAreNoted(t *testing.T) {
	t.Parallel()
	room, notes := open(t)
	room = room.For("anna", false)
	name := echoes.Name{Name: "crm"}
	if _, err := room.Put(t.Context(), &echoes.Script{Name: name, Body: api.EchoScript{Script: "503"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := room.Put(t.Context(), &echoes.Script{Name: name, Body: api.EchoScript{Script: "5000"}}); gonets.CodeOf(err) != gonets.CodeInvalid {
		t.Fatalf("told %v", err)
	}
	if _, err := room.Forget(t.Context(), &name); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"anna echo.script Echo/crm 503", "anna echo.forget Echo/crm "}, *notes); diff != "" {
		t.Error(diff)
	}
}
