package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gonets"
	"gonets/internal/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dial gives a client of a server that always answers the same.
func dial(t *testing.T, answer http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL+"/", "the-token")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProblemsBecomeErrors(t *testing.T) {
	t.Parallel()
	c := dial(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"status":422,"code":"invalid","detail":"a mistake","errors":[{"pointer":"/a","code":"unknown_key","message":"m","line":3,"column":4,"suggestion":"b"}]}`)
	})
	_, err := c.Validate(t.Context(), []byte("x"))
	want := &gonets.Error{Code: gonets.CodeInvalid, Message: "a mistake",
		Problems: []gonets.Problem{{Pointer: "/a", Code: gonets.CodeUnknownKey, Message: "m", Line: 3, Column: 4, Suggestion: "b"}}}
	var got *gonets.Error
	if !errors.As(err, &got) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnswersThatAreNotOursSaySo(t *testing.T) {
	t.Parallel()
	tests := map[string]http.HandlerFunc{
		"a page":             func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"a page of an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) },
		"a problem without a code": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"title":"x"}`)
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dial(t, answer).Stats(t.Context())
			var stranger *client.UnreachableError
			if !errors.As(err, &stranger) || !strings.Contains(err.Error(), "not from a Gonets server") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTheTokenIsNotCarriedElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	c := dial(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-token" || r.URL.Path != "/api/v1/scenarios/a%2Fb" && r.URL.EscapedPath() != "/api/v1/scenarios/a%2Fb" {
			t.Errorf("asked %s with %q", r.URL.EscapedPath(), r.Header.Get("Authorization"))
		}
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if _, err := c.Scenario(t.Context(), "a/b"); err == nil {
		t.Error("a redirect was taken for an answer")
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	c, err := client.New("http://127.0.0.1:1", "x")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Stats(t.Context())
	var gone *client.UnreachableError
	if !errors.As(err, &gone) || !strings.Contains(err.Error(), `start it with "gonets serve", or give --server`) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Stats(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after a cancel: %v", err)
	}
}

func TestAddressesAreChecked(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "localhost:7070", "ftp://h", "http://", "http://h\x00"} {
		if _, err := client.New(bad, ""); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestBrokenHintsEndTheStream(t *testing.T) {
	t.Parallel()
	c := dial(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, ": connected\n\n: still here\n\nevent: change\ndata: {\"changes\":[{\"kind\":\"lane\"}]}\n\ndata: {broken\n\n")
	})
	var got []string
	for changes, err := range c.Changes(t.Context()) {
		switch {
		case err != nil:
			got = append(got, "error")
		case len(changes.Changes) == 0:
			got = append(got, "open")
		default:
			got = append(got, changes.Changes[0].Kind)
		}
	}
	if diff := cmp.Diff([]string{"open", "lane", "error"}, got); diff != "" {
		t.Error(diff)
	}
}
