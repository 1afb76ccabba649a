package child

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gonets"
)

func TestARefusedCallHasTheServersCode(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		answer string
		want   gonets.Code
	}{
		"away":      {http.StatusServiceUnavailable, `{"title": "Service Unavailable", "status": 503, "code": "store.away"}`, gonets.CodeStoreAway},
		"not there": {http.StatusNotFound, `{"status": 404, "code": "not_found"}`, gonets.CodeNotFound},
		"a proxy's": {http.StatusBadGateway, "<html>", gonets.CodeInternal},
		"done":      {http.StatusOK, "{}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.answer))
			}))
			t.Cleanup(server.Close)
			var out struct{}
			if err := (&API{base: server.URL, client: server.Client()}).Call(t.Context(), http.MethodGet, "/x", nil, &out); gonets.CodeOf(err) != tt.want {
				t.Errorf("%v has the code %q", err, gonets.CodeOf(err))
			}
		})
	}
}
