package echo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gonets"
	"gonets/internal/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hasty is a clock whose timers fire at once, or never, and that remembers
// how long they were to be.
type hasty struct {
	never bool
	mu    sync.Mutex
	waits []time.Duration
}

type hastyTimer chan time.Time

func (t hastyTimer) C() <-chan time.Time { return t }
func (t hastyTimer) Stop() bool          { return true }

func (c *hasty) Now() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func (c *hasty) NewTimer(d time.Duration) gonets.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	t := make(hastyTimer, 1)
	if !c.never {
		t <- c.Now()
	}
	return t
}

func serve(t *testing.T, clock *hasty) (*httptest.Server, *Handler) {
	t.Helper()
	h := New(Options{Clock: clock, Owner: isOwner})
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, h
}

const ownerProof = "Bearer owner"

func isOwner(r *http.Request) bool { return r.Header.Get("Authorization") == ownerProof }

type answer struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, s *httptest.Server, method, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, "/_requests") || strings.HasSuffix(path, "/_script") {
		req.Header.Set("Authorization", ownerProof)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func TestItShowsWhatWasSent(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &hasty{})
	a := do(t, s, "PATCH", "/echo/crm/api/leads?a=1&b=2&b=3&token=hidden&API_KEY=hidden", `{"id":12345678901234567890,"name":"<b>Анна</b>"}`,
		"Content-Type", "application/json", "X-One", "1", "Authorization", "Bearer hidden", "Cookie", "s=hidden", "User-Agent", "test",
		"X-Api-Key", "hidden", "X-Telegram-Bot-Api-Secret-Token", "hidden", "Referer", "https://x.test/?sig=hidden")
	got := decode(t, a.body)
	want := map[string]any{
		"id": json.Number("1"), "echo": "crm",
		"received": map[string]any{
			"method": "PATCH", "path": "/echo/crm/api/leads", "size": json.Number("52"),
			"query": map[string]any{"a": "1", "b": []any{"2", "3"}, "token": "***", "API_KEY": "***"},
			"headers": map[string]any{
				"host": strings.TrimPrefix(s.URL, "http://"), "content-type": "application/json", "x-one": "1",
				"authorization": "Bearer ***", "cookie": "***", "user-agent": "test",
				"x-api-key": "***", "x-telegram-bot-api-secret-token": "***", "referer": "https://x.test/?sig=***",
				"accept-encoding": "gzip", "content-length": "52",
			},
			"body": map[string]any{"id": json.Number("12345678901234567890"), "name": "<b>Анна</b>"},
		},
	}
	if diff := cmp.Diff(want, got); a.status != 200 || diff != "" {
		t.Errorf("status %d (-want +got):\n%s", a.status, diff)
	}
	if a.header.Get("Content-Type") != script.MediaJSON || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", a.header)
	}
	if n := decode(t, do(t, s, "GET", "/echo/crm", "").body)["id"]; n != json.Number("2") {
		t.Errorf("the second request has number %v", n)
	}
	if n := decode(t, do(t, s, "GET", "/echo/other", "").body)["id"]; n != json.Number("1") {
		t.Errorf("another address counts along: %v", n)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &hasty{})
	long := `{"a":"` + strings.Repeat("x", maxBody) + `"}`
	for name, c := range map[string]struct {
		media, body string
		want        any
		cut         bool
	}{
		"text":                {"text/plain", "hello", "hello", false},
		"number as text":      {"text/plain", "12", "12", false},
		"JSON without type":   {"", `[1]`, []any{json.Number("1")}, false},
		"broken JSON":         {"application/json", `{"a":`, `{"a":`, false},
		"form":                {"application/x-www-form-urlencoded", "a=1", "a=1", false},
		"not UTF-8":           {"application/json", "{\"a\":\"\xff\"}", map[string]any{"a": "\ufffd"}, false},
		"none":                {"", "", "", false},
		"longer than kept":    {"application/json", long, long[:maxBody], true},
		"exactly what's kept": {"text/plain", long[:maxBody], long[:maxBody], false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, do(t, s, "POST", "/echo/b", c.body, "Content-Type", c.media).body)["received"].(map[string]any)
			if diff := cmp.Diff(c.want, got["body"]); diff != "" || (got["cut"] == true) != c.cut {
				t.Errorf("cut %v (-want +got):\n%s", got["cut"], diff)
			}
			if got["size"] != json.Number(fmt.Sprint(len(c.body))) {
				t.Errorf("size %v", got["size"])
			}
		})
	}
	a := do(t, s, "POST", "/echo/b", strings.Repeat("x", gonets.MaxIngestBody+1))
	if a.status != 413 || decode(t, a.body)["error_code"] != "body.too_large" {
		t.Errorf("a body over the limit: %d %s", a.status, a.body)
	}
}

func TestScriptAnswers(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &hasty{})
	for text, want := range map[string][]struct {
		status int
		retry  string
		media  string
		body   string // empty: the usual answer
	}{
		"503,503,200":          {{503, "", script.MediaJSON, ""}, {503, "", script.MediaJSON, ""}, {200, "", script.MediaJSON, ""}, {200, "", script.MediaJSON, ""}},
		"status:201":           {{201, "", script.MediaJSON, ""}},
		"429:2,200":            {{429, "2", script.MediaJSON, ""}, {200, "", script.MediaJSON, ""}},
		`json:{"a":[1,2]},500`: {{200, "", script.MediaJSON, `{"a":[1,2]}`}, {500, "", script.MediaJSON, ""}},
		`text:<b>a\,b</b>,201`: {{200, "", script.MediaText, "<b>a,b</b>"}, {201, "", script.MediaJSON, ""}},
		"204":                  {{204, "", "", ""}},
	} {
		for _, by := range []string{"put", "query"} {
			t.Run(by+" "+text, func(t *testing.T) {
				t.Parallel()
				path := "/echo/" + fmt.Sprintf("%x-%s", text[:3], by) + fmt.Sprint(len(text))
				query := ""
				if by == "put" {
					if a := do(t, s, "PUT", path+"/_script", text); a.status != 200 {
						t.Fatalf("%d %s", a.status, a.body)
					}
				} else {
					query = "?script=" + url.QueryEscape(text)
				}
				for i, w := range want {
					a := do(t, s, "POST", path+query, "x")
					body := a.body
					if w.body == "" && w.media != "" {
						if decode(t, body)["id"] != json.Number(fmt.Sprint(i+1)) {
							t.Errorf("answer %d is %s", i, body)
						}
						body = ""
					}
					if a.status != w.status || a.header.Get("Retry-After") != w.retry || a.header.Get("Content-Type") != w.media || body != w.body {
						t.Errorf("answer %d: %d %v %q", i, a.status, a.header, body)
					}
				}
			})
		}
	}
}

func TestScriptsOfQueriesAreFollowedOneByOne(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &hasty{})
	do(t, s, "PUT", "/echo/a/_script", "202,203")
	for i, c := range []struct {
		query string
		want  int
	}{{"?script=500,501", 500}, {"?script=400,401", 400}, {"?script=500,501", 501}, {"", 202}, {"?script=400,401", 401}, {"", 203}} {
		if a := do(t, s, "GET", "/echo/a"+c.query, ""); a.status != c.want {
			t.Errorf("request %d: %d, want %d", i, a.status, c.want)
		}
	}
	do(t, s, "DELETE", "/echo/a/_script", "")
	if a := do(t, s, "GET", "/echo/a", ""); a.status != 200 {
		t.Errorf("after the script was removed: %d", a.status)
	}
}

func TestDelayAndDripTakeTheirTime(t *testing.T) {
	t.Parallel()
	clock := &hasty{}
	s, _ := serve(t, clock)
	if a := do(t, s, "GET", "/echo/a?script=delay:3s", ""); a.status != 200 || decode(t, a.body)["echo"] != "a" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if diff := cmp.Diff([]time.Duration{3 * time.Second}, clock.waits); diff != "" {
		t.Error(diff)
	}
	if a := do(t, s, "GET", "/echo/a?script=slow:1kb", ""); len(a.body) != 1024 || !json.Valid([]byte(a.body)) {
		t.Errorf("%d bytes", len(a.body))
	}
	if len(clock.waits) != slowParts || clock.waits[1] != slowPause {
		t.Errorf("the drip waited %v", clock.waits[1:])
	}
	if a := do(t, s, "GET", "/echo/a?script=big:2mb", ""); len(a.body) != 2<<20 || !json.Valid([]byte(a.body)) {
		t.Errorf("%d bytes", len(a.body))
	}
}

func TestCutComesAfterTheHeaders(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	resp, err := s.Client().Get(s.URL + "/echo/a?script=cut")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || err == nil {
		t.Errorf("status %d and a whole body", resp.StatusCode)
	}
	if _, list := h.book.list("a"); len(list) != 1 || list[0].status != 0 {
		t.Errorf("kept %+v", list)
	}
	// Without a connection of its own the answer is shorter than announced.
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/echo/a?script=cut", nil)
	r.RemoteAddr = "127.0.0.1:9"
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Length") != "1000" || w.Body.Len() != 0 {
		t.Errorf("%v, %d bytes", w.Header(), w.Body.Len())
	}
}

func TestHangEndsWithTheCallerOrAfterAMinute(t *testing.T) {
	t.Parallel()
	for _, leaves := range []bool{true, false} {
		clock := &hasty{never: leaves}
		s, h := serve(t, clock)
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET /echo/a?script=hang HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if leaves {
			// Once it is listed, it hangs; the server's Close waits for its end.
			for n := int64(0); n == 0; {
				n, _ = h.book.list("a")
			}
		} else if _, err := bufio.NewReader(conn).ReadByte(); err == nil {
			t.Error("a hanging request was answered")
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if len(clock.waits) > 0 && clock.waits[0] != maxHang {
			t.Errorf("waited %v", clock.waits)
		}
		// The place is given back when the handler returns, a moment after its
		// connection ended.
		for len(h.held) != 0 {
			runtime.Gosched()
		}
	}
}

func TestTooManyWaitersAreSentAway(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	for range maxHeld {
		h.held <- struct{}{}
	}
	if a := do(t, s, "GET", "/echo/a?script=delay:1s", ""); a.status != 503 || a.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := do(t, s, "GET", "/echo/a", ""); a.status != 200 {
		t.Errorf("a usual request: %d", a.status)
	}
}

func TestRequestsAreListedAndForgotten(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &hasty{})
	for n := range maxRequests + 5 {
		do(t, s, "POST", "/echo/a/x?script=418", fmt.Sprintf(`{"n":%d}`, n), "Authorization", "Basic hidden")
	}
	list := func() (float64, []listed) {
		var out struct {
			Count float64
			Items []listed
		}
		a := do(t, s, "GET", "/echo/a/_requests", "")
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || out.Items == nil {
			t.Fatalf("%v in %s", err, a.body)
		}
		return out.Count, out.Items
	}
	count, items := list()
	if count != maxRequests+5 || len(items) != maxRequests || items[0].ID != 6 {
		t.Fatalf("count %v, %d items, first %d", count, len(items), items[0].ID)
	}
	last := items[maxRequests-1]
	if string(last.Body) != `{"n":54}` || last.Status != 418 || last.Headers["authorization"] != "Basic ***" ||
		last.At != "2026-03-02T09:00:00Z" || last.Path != "/echo/a/x" {
		t.Errorf("last is %+v", last)
	}
	if a := do(t, s, "DELETE", "/echo/a/_requests", ""); a.status != 204 {
		t.Errorf("%d", a.status)
	}
	if count, items := list(); count != 0 || len(items) != 0 {
		t.Errorf("after forgetting: %v, %v", count, items)
	}
	if n := decode(t, do(t, s, "GET", "/echo/a", "").body)["id"]; n != json.Number("1") {
		t.Errorf("counting begins with %v", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	var b book
	for n := range maxIDs + 10 {
		if n > 0 {
			b.touch("id-0") // used all the time
		}
		b.receive(fmt.Sprintf("id-%d", n), &record{bytes: 10}, nil)
	}
	if len(b.ids) != maxIDs || b.order.Len() != maxIDs || b.ids["id-0"] == nil || b.ids["id-1"] != nil {
		t.Errorf("%d ids; first used %v, oldest kept %v", len(b.ids), b.ids["id-0"] != nil, b.ids["id-1"] != nil)
	}
	for n := range 2 * maxKept / maxBody {
		b.receive(fmt.Sprintf("large-%d", n%700), &record{bytes: maxBody}, nil)
	}
	b.forget("large-10")
	sum := 0
	for _, a := range b.ids {
		for _, r := range a.requests {
			sum += r.bytes
		}
	}
	if sum != b.bytes || sum > maxKept {
		t.Errorf("%d bytes kept, %d counted, %d allowed", sum, b.bytes, maxKept)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/echo/", "", 404},
		{"GET", "/echo/" + strings.Repeat("a", 65), "", 404},
		{"GET", "/echo/a%20b", "", 404},
		{"POST", "/echo/a/_requests", "", 405},
		{"GET", "/echo/a/_script", "", 405},
		{"PUT", "/echo/a/_script", "explode", 422},
		{"PUT", "/echo/a/_script", strings.Repeat("2", script.MaxBytes+1), 413},
		{"GET", "/echo/a?script=99", "", 422},
	} {
		a := do(t, s, c.method, c.path, c.body)
		if a.status != c.status || decode(t, a.body)["error"] == "" || a.header.Get("Content-Type") != script.MediaJSON ||
			a.header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
		}
	}
	if count, _ := h.book.list("a"); count != 0 {
		t.Errorf("%d refused requests were counted", count)
	}
}

func TestEndedBodyIsRefused(t *testing.T) {
	t.Parallel()
	h := New(Options{Clock: &hasty{}, Owner: isOwner})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/echo/a", io.MultiReader(bytes.NewReader([]byte("x")), broken{})))
	if w.Code != 400 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestStrangersGetNoMoreThanAnAnswer(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	for _, part := range []string{"GET _requests", "DELETE _requests", "PUT _script", "DELETE _script"} {
		method, sub, _ := strings.Cut(part, " ")
		for _, proof := range []string{"", "Bearer wrong"} {
			a := do(t, s, method, "/echo/a/"+sub, "503", "Authorization", proof)
			if a.status != 401 || a.header.Get("WWW-Authenticate") == "" || decode(t, a.body)["error_code"] != "unauthorized" {
				t.Errorf("%s with %q: %d %s", part, proof, a.status, a.body)
			}
		}
	}
	const far, near = "192.0.2.7:1234", "127.0.0.1:1234"
	if err := h.SetScript("stored", "big:20mb"); err != nil {
		t.Fatal(err)
	}
	for remote, length := range map[string]int{far: maxBigForOwn, near: 20 << 20} {
		r := httptest.NewRequest(http.MethodPost, "/echo/stored", nil)
		r.RemoteAddr = remote
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Body.Len() != length {
			t.Errorf("a stored script sends %d bytes to %s", w.Body.Len(), remote)
		}
	}
	for _, c := range []struct {
		remote, header, value, script string
		status, length                int
	}{
		{far, "", "", "503", 200, 0}, {far, "", "", "big:1mb", 200, 0}, {far, "", "", "not a script", 200, 0},
		{far, "Gonets-Hops", "1", "503", 503, 0}, {far, "Authorization", ownerProof, "503", 503, 0},
		{near, "", "", "503", 503, 0}, {"[::ffff:127.0.0.1]:1", "", "", "503", 503, 0},
		{near, "X-Forwarded-For", "192.0.2.7", "503", 200, 0}, {near, "Forwarded", "for=192.0.2.7", "503", 200, 0},
		{far, "Gonets-Hops", "1", "big:20mb", 200, maxBigForOwn}, {near, "", "", "big:20mb", 200, 20 << 20},
	} {
		r := httptest.NewRequest(http.MethodPost, "/echo/a?script="+url.QueryEscape(c.script), nil)
		r.RemoteAddr = c.remote
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || c.length > 0 && w.Body.Len() != c.length || c.length == 0 && w.Body.Len() > 4<<10 {
			t.Errorf("%s from %s with %s %q: %d, %d bytes", c.script, c.remote, c.header, c.value, w.Code, w.Body.Len())
		}
	}
}
