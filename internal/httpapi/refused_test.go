package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRefusedCallsAreToldWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.people.role = "guest"
	h := b.handler()
	from := "192.0.2.1:1"
	ask := func(path string, headers ...string) (status int) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = from
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for range 100 {
		if got := ask("/api/v1/runs/s3cr3t-run?q=s3cr3t", "Authorization", "Bearer s3cr3t"); got != http.StatusUnauthorized {
			t.Fatalf("a wrong token: %d", got)
		}
	}
	if got := ask("/api/v1/users", "Cookie", "gonets_session="+sessionToken); got != http.StatusForbidden {
		t.Fatalf("a guest: %d", got)
	}
	if got := ask("/api/v1/runs", "Authorization", "Bearer "+token); got != http.StatusOK {
		t.Fatalf("the owner: %d", got)
	}
	// Whoever tries much hides neither others nor, with all of his network, anybody.
	for _, from = range []string{"192.0.2.2:1", "[2001:db8::1]:1"} {
		ask("/api/v1/runs/x", "Authorization", "Bearer s3cr3t")
	}
	for range 20 {
		from = "[2001:db8::2]:1"
		ask("/api/v1/runs/x", "Authorization", "Bearer s3cr3t")
	}
	logged := b.logged.String()
	lines := strings.Split(strings.TrimSpace(logged), "\n")
	if len(lines) != 22 || strings.Contains(logged, "s3cr3t") || strings.Contains(logged, sessionToken) {
		t.Errorf("%d lines: %s", len(lines), logged)
	}
	for i, want := range map[int]string{0: `status=401 operation="GET /api/v1/runs/{id}" from=192.0.2.1 proof=token`, 10: `status=403 operation="GET /api/v1/users" from=192.0.2.1 proof=cookie`,
		11: `operation="GET /api/v1/runs/{id}" from=192.0.2.2 proof=token`} {
		if line := lines[i]; !strings.Contains(line, "a call of the API was refused") || !strings.Contains(line, want) {
			t.Errorf("want %s in %s", want, line)
		}
	}
}
