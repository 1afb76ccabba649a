package outbound_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/outbound"
)

func TestAPreviewIsTheRecordOfWhatIsSent(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	t.Cleanup(server.Close)
	c := newClient(t, outbound.OwnAddress{BaseURL: "https://me.test"})
	for _, r := range []gonets.Request{
		{Method: "POST", URL: server.URL + "/a?token=x&b=й", Body: []byte("body"), Headers: []gonets.Header{{Name: "Authorization", Value: "Bearer s3cret"}, {Name: "X-A", Value: " 1 "}}},
		{Method: "GET", URL: server.URL, Headers: []gonets.Header{{Name: "User-Agent"}, {Name: "Accept-Encoding"}}},
	} {
		before := requests.Load()
		shown := c.Preview(&r)
		if requests.Load() != before {
			t.Fatal("a preview was sent")
		}
		sent := c.Do(t.Context(), &r)
		if shown.Outcome != gonets.OutcomeOK || sent.Status != 200 {
			t.Fatalf("%s %s, sent: %s", shown.Outcome, shown.Error, sent.Error)
		}
		if diff := cmp.Diff([]any{sent.Method, sent.URL, sent.RequestHeaders, sent.RequestBody}, []any{shown.Method, shown.URL, shown.RequestHeaders, shown.RequestBody}); diff != "" {
			t.Errorf("sent (-) and shown (+) differ:\n%s", diff)
		}
	}
	for _, r := range []gonets.Request{
		{Method: "GET", URL: "https://me.test/api/v1/runs"}, {Method: "GET", URL: "ftp://a.test"}, {Method: "GET", URL: "https://me.test/echo/x", Hops: gonets.MaxHops},
	} {
		if x := c.Preview(&r); x.Outcome != gonets.OutcomeBlocked || x.Error == "" {
			t.Errorf("%s: %s %q", r.URL, x.Outcome, x.Error)
		}
	}
}
