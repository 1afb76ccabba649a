package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	login    = "Anna@example.org"
	password = "correct horse"
)

var (
	home   = netip.MustParseAddr("192.0.2.7")
	cheap  = params{memory: 8, time: 1, threads: 1}
	nobody = gonets.Errorf(gonets.CodeNotFound, "nobody")
)

// memory is a store of users and sessions.
type memory struct {
	mu       sync.Mutex
	accounts []gonets.Account
	sessions map[string]gonets.Session
	touched  int
	// away is why nothing can be read and kept at the moment.
	away error
}

func (m *memory) HasOwner(context.Context) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.accounts) > 0, m.away
}

func (m *memory) CreateOwner(_ context.Context, a gonets.Account, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.accounts) > 0 {
		return setupDone()
	}
	m.accounts = append(m.accounts, a)
	return nil
}

func (m *memory) Account(_ context.Context, key string) (gonets.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return gonets.Account{}, m.away
	}
	for _, a := range m.accounts {
		if gonets.LoginKey(a.Login) == key {
			return a, nil
		}
	}
	return gonets.Account{}, nobody
}

func (m *memory) Users(context.Context) (out []gonets.User, err error) {
	for _, a := range m.accounts {
		out = append(out, a.User)
	}
	return out, nil
}

func (m *memory) ChangeAccount(_ context.Context, c gonets.AccountChange) (gonets.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := &m.accounts[0]
	for _, f := range []struct{ to, from *string }{{&a.Login, c.Login}, {&a.Email, c.Email}, {&a.Theme, c.Theme}, {&a.Password, c.Password}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if c.Password != nil && !c.KeepSessions {
		for hash := range m.sessions {
			if hash != string(c.Keep) {
				delete(m.sessions, hash)
			}
		}
	}
	return a.User, nil
}

func (m *memory) AddSession(_ context.Context, s gonets.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[string(s.Hash)] = s
	return nil
}

func (m *memory) Session(_ context.Context, hash []byte) (gonets.Session, gonets.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return gonets.Session{}, gonets.User{}, m.away
	}
	s, ok := m.sessions[string(hash)]
	if !ok {
		return s, gonets.User{}, nobody
	}
	return s, m.accounts[0].User, nil
}

func (m *memory) TouchSession(_ context.Context, s gonets.Session) error {
	m.touched++
	m.sessions[string(s.Hash)] = s
	return nil
}

func (m *memory) DropSession(_ context.Context, hash []byte) error {
	delete(m.sessions, string(hash))
	return nil
}

func (m *memory) DropSessions(context.Context, string, string) error {
	clear(m.sessions)
	return nil
}

// trial is a set of accounts with an owner.
type trial struct {
	*Accounts
	store *memory
	clock *testkit.Clock
	log   *bytes.Buffer
}

func begin(t *testing.T) *trial {
	t.Helper()
	x := &trial{store: &memory{sessions: map[string]gonets.Session{}}, clock: testkit.NewClock(), log: &bytes.Buffer{}}
	x.Accounts = newAccounts(Options{
		Store: x.store, Clock: x.clock, MAC: func(l string) []byte { return bytes.Repeat([]byte(l), 8) },
		Log: slog.New(slog.NewTextHandler(x.log, nil)),
	}, cheap)
	return x
}

func owned(t *testing.T) *trial {
	t.Helper()
	x := begin(t)
	if _, err := x.CreateOwner(t.Context(), NewUser{Login: login, Password: password}, "test"); err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *trial) enter(t *testing.T, from netip.Addr, pass string) (Visit, error) {
	t.Helper()
	return x.LogIn(t.Context(), Credentials{Login: login, Password: pass, From: from})
}

func code(err error) string { return string(gonets.CodeOf(err)) }

func TestOwnerIsMadeWithTheCodeOnly(t *testing.T) {
	t.Parallel()
	x := begin(t)
	want := NewUser{Login: " " + login + " ", Password: password, Language: "ru"}
	for _, wrong := range []string{"", "0000-0000-0000", x.SetupCode() + "0", strings.Repeat("0", 1<<16)} {
		if _, err := x.Setup(t.Context(), Setup{NewUser: want, Code: wrong, From: netip.MustParseAddr("127.0.0.1")}); code(err) != "setup.code" {
			t.Errorf("with the code %.20q: %v", wrong, err)
		}
	}
	typed := strings.ToLower(strings.ReplaceAll(x.SetupCode(), "-", " "))
	v, err := x.Setup(t.Context(), Setup{NewUser: want, Code: typed, From: home})
	if err != nil || v.User.Login != login || v.User.Email != login || v.User.Role != gonets.RoleOwner {
		t.Fatalf("Setup = %+v, %v", v.User, err)
	}
	if got, err := x.Visit(t.Context(), v.Token); err != nil || got.User.ID != v.User.ID {
		t.Errorf("the owner is not logged in: %v", err)
	}
	if _, err := x.Setup(t.Context(), Setup{NewUser: want, Code: x.SetupCode(), From: home}); code(err) != "setup.done" {
		t.Errorf("a second owner: %v", err)
	}
	if strings.Contains(x.log.String(), password) || strings.Contains(x.log.String(), x.SetupCode()) {
		t.Errorf("the log holds a secret: %s", x.log)
	}
}

func TestSetupCodesAreSlowedDown(t *testing.T) {
	t.Parallel()
	x := begin(t)
	try := func(c string, from netip.Addr) error {
		_, err := x.Setup(t.Context(), Setup{NewUser: NewUser{Login: login, Password: password}, Code: c, From: from})
		return err
	}
	for range freeTries {
		if err := try("0000-0000-0000", home); code(err) != "setup.code" {
			t.Fatal(err)
		}
	}
	if err := try(x.SetupCode(), home); code(err) != "login.throttled" {
		t.Errorf("after %d wrong codes: %v", freeTries, err)
	}
	if err := try(x.SetupCode(), netip.MustParseAddr("198.51.100.1")); err != nil {
		t.Errorf("from another address: %v", err)
	}
}

func TestBadUsersAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		user NewUser
		want []string
	}{
		"nothing":           {NewUser{}, []string{"/login", "/password"}},
		"short password":    {NewUser{Login: "anna", Password: "пароль123"}, []string{"/password"}},
		"long password":     {NewUser{Login: "anna", Password: strings.Repeat("x", gonets.MaxPassword+1)}, []string{"/password"}},
		"login as password": {NewUser{Login: "Anna-Smirnova", Password: "anna-smirnova"}, []string{"/password"}},
		"space":             {NewUser{Login: "anna b", Password: password}, []string{"/login"}},
		"invisible":         {NewUser{Login: "anna\u200b", Password: password}, []string{"/login"}},
		"long":              {NewUser{Login: strings.Repeat("я", gonets.MaxLogin+1), Password: password}, []string{"/login"}},
		"e-mail":            {NewUser{Login: "anna", Email: "Anna <a@b.c>", Password: password}, []string{"/email"}},
		"language":          {NewUser{Login: "anna", Language: "de", Password: password}, []string{"/language"}},
		"ten letters":       {NewUser{Login: "анна", Password: "десятьбукв"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := begin(t).CreateOwner(t.Context(), tc.user, "test")
			var got []string
			var e *gonets.Error
			if errors.As(err, &e) {
				for _, p := range e.Problems {
					got = append(got, p.Pointer)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%v: pointers %v, want %v", err, got, tc.want)
			}
		})
	}
}

func TestUnknownLoginIsAnsweredAsAWrongPassword(t *testing.T) {
	t.Parallel()
	x := owned(t)
	_, wrong := x.enter(t, home, "wrong password")
	_, unknown := x.LogIn(t.Context(), Credentials{Login: "boris", Password: password, From: home})
	if code(wrong) != "login.failed" || wrong.Error() != unknown.Error() {
		t.Errorf("%v and %v", wrong, unknown)
	}
	// The same work is done for both: the dummy has the same costs, and nothing
	// matches it, not even what it was made of.
	p, _, _, err := decode(x.hasher.dummy)
	if err != nil || p != x.hasher.params {
		t.Errorf("the dummy's costs are %+v, %v", p, err)
	}
	if ok, err := x.hasher.matches(t.Context(), "", ""); ok || err != nil {
		t.Errorf("nothing matches nothing: %v, %v", ok, err)
	}
	if _, err := x.enter(t, home, password); err != nil {
		t.Error(err)
	}
	if _, err := x.LogIn(t.Context(), Credentials{Login: strings.ToUpper(login), Password: password, From: home}); err != nil {
		t.Errorf("in capital letters: %v", err)
	}
}

func TestSessionsRollAndEnd(t *testing.T) {
	t.Parallel()
	x := owned(t)
	v, err := x.enter(t, home, password)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := x.enter(t, home, password)
	if again.Token == v.Token {
		t.Error("two log-ins share a token")
	}
	for hash := range x.store.sessions {
		if strings.Contains(hash, v.Token) {
			t.Error("the store holds the token itself")
		}
	}
	visit := func() (Visit, error) { return x.Visit(t.Context(), v.Token) }
	for range 100 {
		x.clock.Advance(time.Minute / 2)
		if got, err := visit(); err != nil || got.Renewed {
			t.Fatalf("within the hour: %+v, %v", got, err)
		}
	}
	x.clock.Advance(10 * time.Minute)
	if got, err := visit(); err != nil || !got.Renewed || x.store.touched != 1 {
		t.Errorf("after an hour: %+v, %v, %d writes", got, err, x.store.touched)
	}
	x.clock.Advance(gonets.SessionAge - time.Second)
	if _, err := visit(); err != nil {
		t.Errorf("a session that is used does not live on: %v", err)
	}
	x.clock.Advance(gonets.SessionAge)
	if _, err := visit(); code(err) != "unauthorized" {
		t.Errorf("after its end: %v", err)
	}
	for _, token := range []string{"", "x", again.Token + "x", strings.Repeat("A", 43)} {
		if _, err := x.Visit(t.Context(), token); code(err) != "unauthorized" {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// TestADatabaseThatIsAwaySendsNobodyOff: whoever is told that he is logged out, or that
// his password is wrong, believes it.
func TestADatabaseThatIsAwaySendsNobodyOff(t *testing.T) {
	t.Parallel()
	x, empty, other := owned(t), begin(t), "boris"
	v, err := x.enter(t, home, password)
	if err != nil {
		t.Fatal(err)
	}
	gone := gonets.Errorf(gonets.CodeStoreAway, "the database does not answer")
	x.store.away, empty.store.away = gone, gone
	for range 20 { // and none of them counts as a wrong try
		if _, err := x.Visit(t.Context(), v.Token); code(err) != "store.away" {
			t.Fatalf("a session: %v", err)
		}
		if _, err := x.enter(t, home, password); code(err) != "store.away" {
			t.Fatalf("a log-in: %v", err)
		}
		if _, err := x.ChangeProfile(t.Context(), Profile{Visit: v, From: home, Login: &other, Current: password}); code(err) != "store.away" {
			t.Fatalf("a change: %v", err)
		}
		if _, err := empty.Setup(t.Context(), Setup{NewUser: NewUser{Login: login, Password: password}, Code: empty.SetupCode(), From: home}); code(err) != "store.away" {
			t.Fatalf("the set-up: %v", err)
		}
	}
	x.store.away = nil
	if got, err := x.Visit(t.Context(), v.Token); err != nil || got.User.Login != login {
		t.Errorf("the session when it is back: %+v, %v", got, err)
	}
	if _, err := x.enter(t, home, password); err != nil {
		t.Errorf("the log-in when it is back: %v", err)
	}
}

func TestLogOut(t *testing.T) {
	t.Parallel()
	x := owned(t)
	one, _ := x.enter(t, home, password)
	two, _ := x.enter(t, home, password)
	if err := x.LogOut(t.Context(), one.Token); err != nil {
		t.Fatal(err)
	}
	_, gone := x.Visit(t.Context(), one.Token)
	_, stays := x.Visit(t.Context(), two.Token)
	if code(gone) != "unauthorized" || stays != nil {
		t.Errorf("after leaving one browser: %v, %v", gone, stays)
	}
	if err := x.LogOutEverywhere(t.Context(), two.User.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Visit(t.Context(), two.Token); code(err) != "unauthorized" {
		t.Errorf("after leaving all: %v", err)
	}
}

func TestProfileChangesNeedThePasswordWhereTheyMatter(t *testing.T) {
	t.Parallel()
	x := owned(t)
	here, _ := x.enter(t, home, password)
	there, _ := x.enter(t, home, password)
	text := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		change Profile
		at     string
	}{
		"theme":                     {Profile{Theme: text("pink")}, "/theme"},
		"login without password":    {Profile{Login: text("boris")}, "/current_password"},
		"password without the old":  {Profile{Password: text("battery staple")}, "/current_password"},
		"password with a wrong one": {Profile{Password: text("battery staple"), Current: "wrong password"}, "/current_password"},
		"short password":            {Profile{Password: text("short"), Current: password}, "/password"},
	} {
		tc.change.Visit, tc.change.From = here, home
		var e *gonets.Error
		if _, err := x.ChangeProfile(t.Context(), tc.change); !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Pointer != tc.at {
			t.Errorf("%s: %v", name, err)
		}
	}
	u, err := x.ChangeProfile(t.Context(), Profile{Visit: here, From: home, Theme: text("dark"), Email: text(" b@example.org ")})
	if err != nil || u.Theme != "dark" || u.Email != "b@example.org" {
		t.Fatalf("%+v, %v", u, err)
	}
	if _, err := x.ChangeProfile(t.Context(), Profile{Visit: here, From: home, Password: text("battery staple"), Current: password}); err != nil {
		t.Fatal(err)
	}
	_, stays := x.Visit(t.Context(), here.Token)
	_, ends := x.Visit(t.Context(), there.Token)
	if stays != nil || code(ends) != "unauthorized" {
		t.Errorf("after a new password: here %v, elsewhere %v", stays, ends)
	}
	if _, err := x.enter(t, home, password); code(err) != "login.failed" {
		t.Errorf("the old password: %v", err)
	}
	if _, err := x.enter(t, home, "battery staple"); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

func TestForgottenPasswordIsReplacedAndEndsAllSessions(t *testing.T) {
	t.Parallel()
	x := owned(t)
	v, _ := x.enter(t, home, password)
	if err := x.SetPassword(t.Context(), v.User.ID, "battery staple", "owner"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Visit(t.Context(), v.Token); code(err) != "unauthorized" {
		t.Errorf("a session outlived it: %v", err)
	}
	if _, err := x.enter(t, home, "battery staple"); err != nil {
		t.Error(err)
	}
	if err := x.SetPassword(t.Context(), v.User.ID, "short", "owner"); code(err) != "invalid" {
		t.Errorf("a short one: %v", err)
	}
	if err := x.SetPassword(t.Context(), "nobody", "battery staple", "owner"); code(err) != "not_found" {
		t.Errorf("an unknown user: %v", err)
	}
}

func TestPasswordIsHashedAnewWhenTheCostsChange(t *testing.T) {
	t.Parallel()
	x := owned(t)
	before := x.store.accounts[0].Password
	other, _ := x.enter(t, home, password)
	if x.store.accounts[0].Password != before {
		t.Error("hashed anew without a reason")
	}
	x.hasher.params.time++
	if _, err := x.enter(t, home, password); err != nil {
		t.Fatal(err)
	}
	if after := x.store.accounts[0].Password; after == before || !strings.Contains(after, fmt.Sprintf("t=%d", x.hasher.params.time)) {
		t.Errorf("the hash is %s", after)
	}
	if _, err := x.Visit(t.Context(), other.Token); err != nil {
		t.Errorf("a session ended: %v", err)
	}
}
