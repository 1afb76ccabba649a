package httpapi_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/account"
	"gonets/internal/httpapi"
	"gonets/internal/peer"
	"gonets/internal/testkit"
)

// sessionToken is the one session that there is.
const sessionToken = "session-token-for-tests"

// people know one owner and one session of his.
type people struct {
	views   map[string][]byte
	mu      sync.Mutex
	owned   bool
	role    gonets.Role
	renewed bool
	err     error
	calls   []string
	from    netip.Addr
}

func (p *people) note(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
}

func (p *people) user() gonets.User {
	role := p.role
	if role == "" {
		role = gonets.RoleOwner
	}
	return gonets.User{ID: "u1", Login: "anna", Email: "anna@example.org", Language: "ru", Theme: "dark", Role: role, CreatedAt: epoch, UpdatedAt: epoch}
}

func (p *people) visit() account.Visit {
	return account.Visit{User: p.user(), Session: []byte("hash"), Token: sessionToken, Renewed: p.renewed}
}
func (p *people) SetupNeeded(context.Context) (bool, error) { return !p.owned, nil }
func (p *people) Setup(_ context.Context, s account.Setup) (account.Visit, error) {
	p.note("setup " + s.Login + " " + s.Code + " " + s.Language)
	if s.Code != "CODE" {
		return account.Visit{}, gonets.Errorf(gonets.CodeSetupCode, "the set-up code is wrong")
	}
	p.owned = true
	return p.visit(), nil
}
func (p *people) LogIn(_ context.Context, c account.Credentials) (account.Visit, error) {
	p.note("log in " + c.Login)
	p.from = c.From
	switch c.Password {
	case "right":
		return p.visit(), nil
	case "again":
		return account.Visit{}, &gonets.Error{Code: gonets.CodeLoginThrottled, Message: "too many", After: 1500 * time.Millisecond}
	}
	return account.Visit{}, gonets.Errorf(gonets.CodeLoginFailed, "wrong")
}

// end ends the session.
func (p *people) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = gonets.Errorf(gonets.CodeUnauthorized, "you are logged out")
}

func (p *people) Visit(_ context.Context, token string) (account.Visit, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return account.Visit{}, p.err
	}
	if token != sessionToken {
		return account.Visit{}, gonets.Errorf(gonets.CodeUnauthorized, "you are logged out")
	}
	return p.visit(), nil
}
func (p *people) LogOut(_ context.Context, token string) error {
	p.note("log out " + token)
	return nil
}
func (p *people) LogOutEverywhere(_ context.Context, userID, actor string) error {
	p.note("log out everywhere " + userID + " by " + actor)
	return nil
}
func (p *people) ChangeProfile(_ context.Context, c account.Profile) (gonets.User, error) {
	u := p.user()
	if c.Theme != nil {
		u.Theme = *c.Theme
	}
	p.note("change " + c.Visit.User.Login + " " + c.Current)
	return u, nil
}
func (p *people) Views(_ context.Context, user string) ([]byte, error) { return p.views[user], nil }
func (p *people) KeepViews(_ context.Context, user string, document []byte) error {
	p.views = map[string][]byte{user: document}
	return nil
}
func (p *people) Users(context.Context) ([]gonets.User, error) {
	return []gonets.User{p.user()}, nil
}
func (p *people) CreateOwner(_ context.Context, u account.NewUser, actor string) (gonets.User, error) {
	p.note("create " + u.Login + " by " + actor)
	return p.user(), nil
}
func (p *people) SetPassword(_ context.Context, userID, _, actor string) error {
	p.note("password of " + userID + " by " + actor)
	return nil
}

const (
	noToken = "Authorization: "
	cookie  = "Cookie: other=1; gonets_session=" + sessionToken
)

func TestSetupAndLogInSetTheCookie(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	if got := call(t, s, http.MethodGet, "/api/v1/session", "", noToken).json(t); got["setup_needed"] != true || got["user"] != nil {
		t.Errorf("before the set-up: %v", got)
	}
	wrong := call(t, s, http.MethodPost, "/api/v1/setup", `{"code":"x","login":"anna","password":"right"}`, noToken)
	if wrong.status != http.StatusForbidden || wrong.json(t)["code"] != "setup.code" || wrong.header.Get("Set-Cookie") != "" {
		t.Errorf("with a wrong code: %d %s", wrong.status, wrong.text)
	}
	for path, body := range map[string]string{
		"/api/v1/setup":   `{"code":"CODE","login":"anna","password":"right","language":"ru"}`,
		"/api/v1/session": `{"login":"anna","password":"right"}`,
	} {
		got := call(t, s, http.MethodPost, path, body, noToken)
		want := "gonets_session=" + sessionToken + "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"
		if got.status/100 != 2 || got.header.Get("Set-Cookie") != want {
			t.Errorf("%s: %d %q %s", path, got.status, got.header.Get("Set-Cookie"), got.text)
		}
		answer := got.json(t)
		user, _ := answer["user"].(map[string]any)
		notices, _ := answer["notices"].(map[string]any)
		if user["login"] != "anna" || user["theme"] != "dark" || answer["public_url"] != "https://hooks.example" || notices["mail"] != true ||
			answer["version"] != "1.2.3" || strings.Contains(got.text, sessionToken) {
			t.Errorf("%s: %s", path, got.text)
		}
	}
}

func TestFailedLogInsSayWhatToDo(t *testing.T) {
	t.Parallel()
	s := newBackend().serve(t)
	for password, want := range map[string]struct {
		status      int
		code, after string
	}{
		"wrong": {http.StatusUnauthorized, "login.failed", ""}, "again": {http.StatusTooManyRequests, "login.throttled", "2"},
	} {
		got := call(t, s, http.MethodPost, "/api/v1/session", `{"login":"anna","password":"`+password+`"}`, noToken)
		if got.status != want.status || got.json(t)["code"] != want.code || got.header.Get("Retry-After") != want.after || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v %s", password, got.status, got.header, got.text)
		}
	}
	if got := call(t, s, http.MethodPost, "/api/v1/session", `{"login":"anna","password":"`+strings.Repeat("x", 32<<10)+`"}`, noToken); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a long one: %d", got.status)
	}
}

func TestSessionProvesItsUser(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	got := call(t, s, http.MethodPut, "/api/v1/secrets/crm-token", `{"value":"v"}`, noToken, cookie)
	if got.status != http.StatusNoContent || !slices.Contains(b.called(), "set secret crm-token by anna") {
		t.Errorf("%d %s: %v", got.status, got.text, b.called())
	}
	call(t, s, http.MethodDelete, "/api/v1/secrets/crm-token", "", noToken, cookie)
	call(t, s, http.MethodDelete, "/api/v1/secrets/crm-token", "")
	call(t, s, http.MethodPost, "/api/v1/scenarios/lead/stop", "", noToken, cookie)
	call(t, s, http.MethodPost, "/api/v1/runs/r1/cancel", "", noToken, cookie)
	call(t, s, http.MethodPost, "/api/v1/sources/site/events", "{}", noToken, cookie)
	for _, want := range []string{"delete secret crm-token by anna", "delete secret crm-token by owner", "state lead stopped release=false by anna at 12:00:00", "act cancel r1 v0 by anna"} {
		if !slices.Contains(b.called(), want) {
			t.Errorf("%q is missing in %q", want, b.called())
		}
	}
	if b.sent.Actor != "anna" {
		t.Errorf("an event by %q", b.sent.Actor)
	}
	for _, headers := range [][]string{
		{noToken, "Cookie: gonets_session=stolen"}, {"Authorization: Bearer wrong", cookie}, {noToken, "Cookie: session=" + sessionToken},
	} {
		if got := call(t, s, http.MethodGet, "/api/v1/runs", "", headers...); got.status != http.StatusUnauthorized {
			t.Errorf("%q: %d", headers, got.status)
		}
	}
	b.people.err = gonets.Errorf(gonets.CodeStoreAway, "the database does not answer")
	for _, path := range []string{"/api/v1/runs", "/api/v1/session"} {
		if got := call(t, s, http.MethodGet, path, "", noToken, cookie); got.status != http.StatusServiceUnavailable {
			t.Errorf("%s while the database is away: %d %s", path, got.status, got.text)
		}
	}
}

func TestViewsBelongToTheirUser(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	const path, mine, none = "/api/v1/me/views", `{"items":[{"name":"Ждут","q":"state:paused after:-24h"}]}`, `{"items":[]}`
	for _, c := range []struct {
		what, method, body string
		status             int
		text               string
		headers            []string
	}{
		{"nothing is kept", http.MethodGet, "", http.StatusOK, none, []string{noToken, cookie}},
		{"some are", http.MethodPut, mine, http.StatusOK, mine, []string{noToken, cookie}},
		{"a question without sense", http.MethodPut, `{"items":[{"name":"x","q":"state:no"}]}`, http.StatusUnprocessableEntity, "query.invalid", []string{noToken, cookie}},
		{"too many", http.MethodPut, `{"items":[` + strings.Repeat(`{"name":"x","q":"y"},`, 20) + `{"name":"x","q":"y"}]}`, http.StatusUnprocessableEntity, "items", []string{noToken, cookie}},
		{"they are there", http.MethodGet, "", http.StatusOK, mine, []string{noToken, cookie}},
		{"a program has none", http.MethodGet, "", http.StatusOK, none, nil},
		{"a program keeps none", http.MethodPut, mine, http.StatusForbidden, "forbidden", nil},
	} {
		if got := call(t, s, c.method, path, c.body, c.headers...); got.status != c.status || !strings.Contains(got.text, c.text) {
			t.Errorf("%s: %d %s", c.what, got.status, got.text)
		}
	}
}

func TestRoleWithoutARightIsRefused(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.people.role = "guest"
	s := b.serve(t)
	for _, r := range httpapi.Routes() {
		got := call(t, s, r.Method, parameter.ReplaceAllString(r.Path, "1"), "", noToken, cookie)
		if refused := got.status == http.StatusForbidden; refused == (r.Right == httpapi.RightNone) {
			t.Errorf("%s %s: status %d", r.Method, r.Path, got.status)
		}
	}
	if calls := b.called(); len(calls) > 0 {
		t.Errorf("it reached the inside: %v", calls)
	}
}

func TestBorrowedBrowserSetsNoPasswordWithoutTheOld(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	const path, body = "/api/v1/users/u1/password", `{"password":"battery staple"}`
	if got := call(t, s, http.MethodPut, path, body, noToken, cookie); got.status != http.StatusForbidden {
		t.Errorf("a browser: %d", got.status)
	}
	if got := call(t, s, http.MethodPut, path, body); got.status != http.StatusNoContent || !slices.Contains(b.people.calls, "password of u1 by owner") {
		t.Errorf("the token: %d %s", got.status, got.text)
	}
	if got := call(t, s, http.MethodPatch, "/api/v1/me", `{"theme":"light"}`); got.status != http.StatusForbidden {
		t.Errorf("the token's profile: %d", got.status)
	}
	got := call(t, s, http.MethodPatch, "/api/v1/me", `{"theme":"light"}`, noToken, cookie)
	if got.status != http.StatusOK || got.json(t)["theme"] != "light" {
		t.Errorf("a browser's profile: %d %s", got.status, got.text)
	}
	users := call(t, s, http.MethodGet, "/api/v1/users", "")
	if !strings.Contains(users.text, `"role":"owner"`) || strings.Contains(strings.ToLower(users.text), "password") {
		t.Errorf("users: %s", users.text)
	}
	if got := call(t, s, http.MethodPost, "/api/v1/users", `{"login":"boris","role":"owner","password":"battery staple"}`); got.status != http.StatusCreated {
		t.Errorf("a new owner: %d %s", got.status, got.text)
	}
}

func TestLogOutEndsTheSessionAndTakesTheCookieAway(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	for path, want := range map[string]string{"/api/v1/session": "log out " + sessionToken, "/api/v1/sessions": "log out everywhere u1 by anna"} {
		got := call(t, s, http.MethodDelete, path, "", noToken, cookie)
		if got.status != http.StatusNoContent || !strings.Contains(got.header.Get("Set-Cookie"), "gonets_session=; Path=/; Max-Age=0;") || !slices.Contains(b.people.calls, want) {
			t.Errorf("%s: %d %q, %q", path, got.status, got.header.Get("Set-Cookie"), b.people.calls)
		}
	}
	call(t, s, http.MethodDelete, "/api/v1/sessions", "")
	if !slices.Contains(b.people.calls, "log out everywhere  by owner") {
		t.Errorf("with the token: %q", b.people.calls)
	}
	if got := call(t, s, http.MethodDelete, "/api/v1/session", "", noToken); got.status != http.StatusNoContent {
		t.Errorf("a second time: %d", got.status)
	}
	// Who logs in again ends the session that his browser forgets.
	b.people.calls = nil
	call(t, s, http.MethodPost, "/api/v1/session", `{"login":"anna","password":"right"}`, noToken, cookie)
	if !slices.Equal(b.people.calls, []string{"log in anna", "log out " + sessionToken}) {
		t.Errorf("%q", b.people.calls)
	}
}

func TestUsedSessionGetsItsCookieAnew(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	if got := call(t, s, http.MethodGet, "/api/v1/runs", "", noToken, cookie).header.Get("Set-Cookie"); got != "" {
		t.Errorf("without a reason: %q", got)
	}
	b.people.renewed = true
	if got := call(t, s, http.MethodGet, "/api/v1/runs", "", noToken, cookie).header.Get("Set-Cookie"); !strings.Contains(got, sessionToken+"; Path=/; Max-Age=2592000") {
		t.Errorf("%q", got)
	}
}

func TestNoChangeFromAnotherOrigin(t *testing.T) {
	t.Parallel()
	b := newBackend()
	s := b.serve(t)
	host := strings.TrimPrefix(s.URL, "http://")
	for _, r := range httpapi.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		for _, headers := range [][]string{
			{"Sec-Fetch-Site: cross-site"}, {"Sec-Fetch-Site: same-site"}, {"Origin: http://evil.test"}, {"Origin: null"},
			// Another port of this machine gets the cookie too.
			{"Origin: http://" + strings.Split(host, ":")[0] + ":1"},
		} {
			got := call(t, s, r.Method, parameter.ReplaceAllString(r.Path, "1"), "", append(headers, noToken, cookie)...)
			if got.status != http.StatusForbidden {
				t.Errorf("%s %s with %q: %d", r.Method, r.Path, headers, got.status)
			}
		}
	}
	if calls := append(b.called(), b.people.calls...); len(calls) > 0 {
		t.Errorf("it reached the inside: %v", calls)
	}
	if got := call(t, s, http.MethodPost, "/api/v1/scenarios/lead/stop", "", noToken, cookie, "Origin: "+s.URL); got.status != http.StatusOK {
		t.Errorf("the own page: %d %s", got.status, got.text)
	}
}

func TestSessionTellsHowTheServerIsReached(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.force.TimeZone = "Asia/Omsk" // of what is in force, the store is not asked
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	handler := peer.Believing(trusted, b.handler())
	for name, tc := range map[string]struct {
		from      string
		headers   []string
		plain     bool
		untrusted any
		secure    bool
		caller    string
	}{
		"loopback":          {"127.0.0.1:1", nil, false, "", false, "127.0.0.1"},
		"the local network": {"192.168.0.9:1", nil, true, "", false, "192.168.0.9"},
		"a trusted proxy":   {"10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: https"}, false, "", true, "203.0.113.5"},
		"a proxy that nobody named": {"192.168.0.9:1", []string{"X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: https"}, true, "192.168.0.9", false,
			"192.168.0.9"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/session", strings.NewReader(`{"login":"anna","password":"right"}`))
		r.RemoteAddr = tc.from
		r.Header.Set("Content-Type", "application/json")
		for _, h := range tc.headers {
			k, v, _ := strings.Cut(h, ": ")
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		got := reply{w.Code, w.Header(), w.Body.String()}.json(t)
		if got["time_zone"] != "Asia/Omsk" || got["plain_http"] != tc.plain || got["untrusted_proxy"] != tc.untrusted {
			t.Errorf("%s: %s", name, w.Body)
		}
		if secure := strings.Contains(w.Header().Get("Set-Cookie"), "; Secure"); secure != tc.secure {
			t.Errorf("%s: %s", name, w.Header().Get("Set-Cookie"))
		}
		if b.people.from.String() != tc.caller {
			t.Errorf("%s: tries are counted for %s", name, b.people.from)
		}
	}
}

func TestStreamEndsSoonAfterItsSession(t *testing.T) {
	t.Parallel()
	b := newBackend()
	clock := testkit.NewClock()
	b.clock = clock
	s := b.serve(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "gonets_session="+sessionToken)
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	beat := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "the end"
	}
	if got := beat(); got != ": connected" {
		t.Fatal(got)
	}
	clock.AwaitTimers(1)
	clock.Advance(15 * time.Second)
	if got := beat(); got != ": still here" {
		t.Errorf("logged in: %s", got)
	}
	clock.AwaitTimers(1)
	b.people.end()
	clock.Advance(15 * time.Second)
	if got := beat(); got != "the end" {
		t.Errorf("logged out: %s", got)
	}
}

func TestSessionIsHiddenFromWhatStrangersWriteTo(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string][]string{
		"gonets_session=x": nil, "a=1; gonets_session=x; b=2": {"a=1; b=2"}, "a=1;b=2": {"a=1;b=2"}, "A=gonets_session": {"A=gonets_session"},
		" gonets_session = x;a=1": {"a=1"}, `gonets_session="x";gonets_session=y`: nil,
	} {
		r := httptest.NewRequest(http.MethodGet, "/in/x", nil)
		r.Header["Cookie"] = []string{sent}
		httpapi.WithoutSession(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got := r.Header["Cookie"]; !slices.Equal(got, want) {
				t.Errorf("%q became %q", sent, got)
			}
		})).ServeHTTP(nil, r)
		if !slices.Equal(r.Header["Cookie"], []string{sent}) {
			t.Errorf("the caller's own request was changed: %q", r.Header["Cookie"])
		}
	}
}
