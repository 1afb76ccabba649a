// Package account knows who may do what: it makes the owner, checks passwords,
// keeps sessions and slows guessing down. The store keeps argon2id hashes of
// passwords and SHA-256 hashes of session tokens, so that a stolen database
// lets nobody in.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/valid"
)

// People keeps users. Logins are compared as [gonets.LoginKey].
type People interface {
	HasOwner(ctx context.Context) (bool, error)
	// CreateOwner fails with setup.done when there is an owner.
	CreateOwner(ctx context.Context, a gonets.Account, actor string) error
	// Account fails with not_found.
	Account(ctx context.Context, login string) (gonets.Account, error)
	Users(ctx context.Context) ([]gonets.User, error)
	// ChangeAccount ends the sessions of a user who gets a new password.
	ChangeAccount(ctx context.Context, c gonets.AccountChange) (gonets.User, error)
}

// Sessions keeps sessions.
type Sessions interface {
	// AddSession also drops what expired.
	AddSession(ctx context.Context, s gonets.Session) error
	// Session fails with not_found, also when it expired.
	Session(ctx context.Context, hash []byte) (gonets.Session, gonets.User, error)
	TouchSession(ctx context.Context, s gonets.Session) error
	DropSession(ctx context.Context, hash []byte) error
	// DropSessions ends those of a user, or of all when userID is empty.
	DropSessions(ctx context.Context, userID, actor string) error
}

// Store keeps both.
type Store interface {
	People
	Sessions
}

// touchEvery is how exactly it is known when a session was used last: a write
// with every request would cost more than the answer.
const touchEvery = time.Hour

const tokenSize = 32

// setupTries is what tries of the set-up code are counted under: no login.
const setupTries = "\x00setup"

// actorSetup is who makes the owner with the set-up code.
const actorSetup = "setup"

// Options are what accounts need.
type Options struct {
	Store Store
	Clock gonets.Clock
	// MAC signs a label with the installation's key.
	MAC func(label string) []byte
	Log *slog.Logger
}

// Accounts is safe for concurrent use.
type Accounts struct {
	store    Store
	clock    gonets.Clock
	log      *slog.Logger
	code     string
	hasher   *hasher
	throttle *throttle
	// settled is set for good once there is an owner.
	settled atomic.Bool
}

// New makes Accounts.
func New(o Options) *Accounts { return newAccounts(o, ours()) }

func newAccounts(o Options, p params) *Accounts {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Accounts{
		store: o.Store, clock: o.Clock, log: o.Log, code: setupCode(o.MAC(setupLabel)),
		hasher: newHasher(p), throttle: newThrottle(o.Clock),
	}
}

// SetupCode is what the one needs to say who makes the owner in a browser. It
// is the same on every node and after every restart.
func (a *Accounts) SetupCode() string { return a.code }

// SetupNeeded tells whether there is no owner yet.
func (a *Accounts) SetupNeeded(ctx context.Context) (bool, error) {
	if a.settled.Load() {
		return false, nil
	}
	has, err := a.store.HasOwner(ctx)
	if err == nil && has {
		a.settled.Store(true)
	}
	return !has, err
}

func setupDone() error {
	return gonets.Errorf(gonets.CodeSetupDone, "this server has an owner already; log in")
}

// Setup makes the owner for the one who knows the set-up code, and logs him in.
func (a *Accounts) Setup(ctx context.Context, s Setup) (Visit, error) {
	needed, err := a.SetupNeeded(ctx)
	if err != nil {
		return Visit{}, err
	}
	if !needed {
		return Visit{}, setupDone()
	}
	end, err := a.throttle.begin(setupTries, s.From)
	if err != nil {
		return Visit{}, err
	}
	right := sameCode(s.Code, a.code)
	end(right, !right)
	if !right {
		a.log.Warn("a wrong set-up code was given", "from", s.From)
		return Visit{}, gonets.Errorf(gonets.CodeSetupCode,
			"the set-up code is wrong; open the link that the server printed at its start")
	}
	u, err := a.CreateOwner(ctx, s.NewUser, actorSetup)
	if err != nil {
		return Visit{}, err
	}
	return a.enter(ctx, u)
}

// CreateOwner makes the owner; actor is who asked for it.
func (a *Accounts) CreateOwner(ctx context.Context, n NewUser, actor string) (gonets.User, error) {
	now := a.clock.Now()
	u := gonets.User{
		ID: id.New(), Login: strings.TrimSpace(n.Login), Email: strings.TrimSpace(n.Email), Language: n.Language,
		Theme: gonets.ThemeSystem, Role: gonets.RoleOwner, CreatedAt: now, UpdatedAt: now,
	}
	if u.Email == "" && valid.Email(u.Login) {
		u.Email = u.Login
	}
	problems := valid.User(&u)
	if p := checkPassword(n.Password, u.Login); p != nil {
		problems = append(problems, *p)
	}
	if len(problems) > 0 {
		return gonets.User{}, &gonets.Error{Code: gonets.CodeInvalid, Problems: problems}
	}
	// Before the work of hashing: whoever asks again and again is told at once.
	needed, err := a.SetupNeeded(ctx)
	if err != nil {
		return gonets.User{}, err
	}
	if !needed {
		return gonets.User{}, setupDone()
	}
	phc, err := a.hash(ctx, n.Password)
	if err != nil {
		return gonets.User{}, err
	}
	if err := a.store.CreateOwner(ctx, gonets.Account{User: u, Password: phc}, actor); err != nil {
		return gonets.User{}, err
	}
	a.settled.Store(true)
	a.log.Info("the owner was created", "login", u.Login, "by", actor)
	return u, nil
}

func (a *Accounts) hash(ctx context.Context, password string) (string, error) {
	phc, err := a.hasher.hash(ctx, password)
	if errors.Is(err, errCrowded) {
		err = throttled(firstWait)
	}
	return phc, err
}

// LogIn checks a login and password and makes a session. Nothing in its answer
// or its time tells whether the login exists.
func (a *Accounts) LogIn(ctx context.Context, c Credentials) (Visit, error) {
	acc, err := a.prove(ctx, c)
	if err != nil {
		return Visit{}, err
	}
	if a.hasher.stale(acc.Password) {
		a.renew(ctx, acc, c.Password)
	}
	return a.enter(ctx, acc.User)
}

// prove checks a password under the throttle.
func (a *Accounts) prove(ctx context.Context, c Credentials) (gonets.Account, error) {
	key := gonets.LoginKey(c.Login)
	if len(key) > 4*gonets.MaxLogin || len(c.Password) > gonets.MaxPassword {
		return gonets.Account{}, loginFailed()
	}
	end, err := a.throttle.begin(key, c.From)
	if err != nil {
		return gonets.Account{}, err
	}
	right, wrong := false, false
	defer func() { end(right, wrong) }()
	acc, err := a.store.Account(ctx, key)
	if err != nil && gonets.CodeOf(err) != gonets.CodeNotFound {
		return gonets.Account{}, err
	}
	right, err = a.hasher.matches(ctx, c.Password, acc.Password)
	if errors.Is(err, errCrowded) {
		return gonets.Account{}, throttled(firstWait)
	}
	if err != nil {
		return gonets.Account{}, err
	}
	if !right {
		wrong = true
		a.log.Warn("a log-in was refused", "from", c.From)
		return gonets.Account{}, loginFailed()
	}
	return acc, nil
}

func loginFailed() error {
	return gonets.Errorf(gonets.CodeLoginFailed, "the login or the password is wrong")
}

// renew stores the password with today's costs. It is not the log-in's fault
// when that fails.
func (a *Accounts) renew(ctx context.Context, acc gonets.Account, password string) {
	phc, err := a.hasher.hash(ctx, password)
	if err == nil {
		_, err = a.store.ChangeAccount(ctx, gonets.AccountChange{
			UserID: acc.ID, Actor: acc.Login, At: a.clock.Now(), Password: &phc, KeepSessions: true,
		})
	}
	if err != nil {
		a.log.Warn("a password could not be hashed anew", "error", err)
	}
}

// enter makes a session, always with a new token.
func (a *Accounts) enter(ctx context.Context, u gonets.User) (Visit, error) {
	raw := make([]byte, tokenSize)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := a.clock.Now()
	s := gonets.Session{Hash: tokenHash(token), UserID: u.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(gonets.SessionAge)}
	if err := a.store.AddSession(ctx, s); err != nil {
		return Visit{}, err
	}
	return Visit{User: u, Session: s.Hash, ExpiresAt: s.ExpiresAt, Token: token}, nil
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Visit is the session of a token; it fails with unauthorized when there is
// none. A session that is used lives on.
func (a *Accounts) Visit(ctx context.Context, token string) (Visit, error) {
	none := gonets.Errorf(gonets.CodeUnauthorized, "you are logged out; log in again")
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenSize) {
		return Visit{}, none
	}
	s, u, err := a.store.Session(ctx, tokenHash(token))
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return Visit{}, none
	}
	if err != nil {
		return Visit{}, err
	}
	now := a.clock.Now()
	if !now.Before(s.ExpiresAt) {
		return Visit{}, none
	}
	v := Visit{User: u, Session: s.Hash, ExpiresAt: s.ExpiresAt}
	if now.Sub(s.SeenAt) < touchEvery {
		return v, nil
	}
	s.SeenAt, s.ExpiresAt = now, now.Add(gonets.SessionAge)
	if err := a.store.TouchSession(ctx, s); err != nil {
		a.log.Warn("a session's use could not be noted", "error", err)
		return v, nil
	}
	v.ExpiresAt, v.Renewed = s.ExpiresAt, true
	return v, nil
}

// LogOut ends the session of a token, if there is one.
func (a *Accounts) LogOut(ctx context.Context, token string) error {
	return a.store.DropSession(ctx, tokenHash(token))
}

// LogOutEverywhere ends all sessions of a user, or of everybody when userID is
// empty.
func (a *Accounts) LogOutEverywhere(ctx context.Context, userID, actor string) error {
	return a.store.DropSessions(ctx, userID, actor)
}

// Users lists who may log in.
func (a *Accounts) Users(ctx context.Context) ([]gonets.User, error) { return a.store.Users(ctx) }

// ChangeProfile changes what a user may change of himself. His other sessions
// end with his old password.
func (a *Accounts) ChangeProfile(ctx context.Context, p Profile) (gonets.User, error) {
	next := p.Visit.User
	c := gonets.AccountChange{
		UserID: next.ID, Actor: next.Login, At: a.clock.Now(), Login: trimmed(p.Login), Email: trimmed(p.Email),
		Language: p.Language, Theme: p.Theme, Keep: p.Visit.Session,
	}
	for _, m := range []struct {
		to   *string
		from *string
	}{{&next.Login, c.Login}, {&next.Email, c.Email}, {&next.Language, c.Language}, {&next.Theme, c.Theme}} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	problems := valid.User(&next)
	if p.Password != nil {
		if bad := checkPassword(*p.Password, next.Login); bad != nil {
			problems = append(problems, *bad)
		}
	}
	if len(problems) > 0 {
		return gonets.User{}, &gonets.Error{Code: gonets.CodeInvalid, Problems: problems}
	}
	if p.Password != nil || next.Login != p.Visit.User.Login {
		if _, err := a.prove(ctx, Credentials{Login: p.Visit.User.Login, Password: p.Current, From: p.From}); err != nil {
			return gonets.User{}, notCurrent(err)
		}
	}
	if p.Password != nil {
		phc, err := a.hash(ctx, *p.Password)
		if err != nil {
			return gonets.User{}, err
		}
		c.Password = &phc
	}
	return a.store.ChangeAccount(ctx, c)
}

func trimmed(s *string) *string {
	if s == nil {
		return nil
	}
	t := strings.TrimSpace(*s)
	return &t
}

// notCurrent says a wrong password where the caller is logged in: 401 would
// mean that he is not.
func notCurrent(err error) error {
	if gonets.CodeOf(err) != gonets.CodeLoginFailed {
		return err
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{
		gonets.Mistake("/current_password", codeNotYours, "this is not your password until now"),
	}}
}

// SetPassword gives a user a new password and ends all his sessions. It is for
// those who may do it without the old one.
func (a *Accounts) SetPassword(ctx context.Context, userID, password, actor string) error {
	users, err := a.store.Users(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(users, func(u gonets.User) bool { return u.ID == userID })
	if i < 0 {
		return gonets.Errorf(gonets.CodeNotFound, "there is no such user")
	}
	if bad := checkPassword(password, users[i].Login); bad != nil {
		return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{*bad}}
	}
	phc, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = a.store.ChangeAccount(ctx, gonets.AccountChange{UserID: userID, Actor: actor, At: a.clock.Now(), Password: &phc})
	return err
}
