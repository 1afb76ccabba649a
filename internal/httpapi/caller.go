package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/internal/account"
	"gonets/internal/peer"
)

// CookieName is the cookie that proves a browser's session. It is read by the
// operations of this package and by nothing else: [WithoutSession].
const CookieName = "gonets_session"

// actorToken is who acts when the owner's token is used.
const actorToken = "owner"

// caller is who asks for an operation.
type caller struct {
	peer peer.Peer
	// actor is the user's login, or actorToken; empty for a stranger.
	actor string
	role  gonets.Role
	// visit is the session; nil for a program and for a stranger.
	visit *account.Visit
	// token is the session's, as the browser sent it.
	token string
	// err is why a session could not be looked at.
	err error
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// actorOf is who makes the change, for the records.
func actorOf(ctx context.Context) string { return callerOf(ctx).actor }

const (
	metaRight = "right"
	// schemeToken and schemeSession are the ways to prove oneself.
	schemeToken   = "token"
	schemeSession = "session"
)

// authorize lets a request through that has the right which its operation
// needs. The owner's token has all rights, a session those of its user.
func (s *server) authorize(ctx huma.Context, next func(huma.Context)) {
	right, _ := ctx.Operation().Metadata[metaRight].(Right)
	r, w := humago.Unwrap(ctx)
	c := s.identify(r)
	if c.visit != nil && c.visit.Renewed {
		http.SetCookie(w, sessionCookie(c.peer, c.token))
	}
	switch {
	case right == RightNone || c.role.May(right):
		next(huma.WithValue(ctx, callerKey{}, c))
	case c.err != nil && gonets.CodeOf(c.err) != gonets.CodeUnauthorized:
		writeProblem(w, newProblem(c.err))
	case c.actor != "":
		writeProblem(w, newProblem(gonets.Errorf(gonets.CodeForbidden, "this needs the right %q, which you do not have", right)))
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="gonets"`)
		writeProblem(w, newProblem(gonets.Errorf(gonets.CodeUnauthorized,
			"log in, or send the owner's token as \"Authorization: Bearer TOKEN\"; it is in the file owner.token of the server's data folder")))
	}
}

// identify finds out who asks. Whoever sends a token is judged by it alone.
func (s *server) identify(r *http.Request) caller {
	c := caller{peer: peer.Of(r)}
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		if s.isOwner(authorization) {
			c.actor, c.role = actorToken, gonets.RoleOwner
		}
		return c
	}
	cookie, err := r.Cookie(CookieName)
	if err != nil {
		return c
	}
	visit, err := s.People.Visit(r.Context(), cookie.Value)
	if err != nil {
		c.err = err
		return c
	}
	c.actor, c.role, c.visit, c.token = visit.User.Login, visit.User.Role, &visit, cookie.Value
	return c
}

// isOwner compares hashes, so that neither length nor content of the token
// shows in the time that it takes.
func (s *server) isOwner(authorization string) bool {
	scheme, token, _ := strings.Cut(authorization, " ")
	if s.Token == "" || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(hash[:], s.tokenHash[:]) == 1
}

// sessionCookie carries a session's token; an empty one takes it away. Over
// plain http, which works in a local network, it cannot be Secure.
func sessionCookie(p peer.Peer, token string) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // G124: see above; every other attribute is set
		Name: CookieName, Value: token, Path: "/", MaxAge: int(gonets.SessionAge.Seconds()),
		HttpOnly: true, Secure: p.TLS, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// WithoutSession hides the session's cookie from next. What strangers write to
// is kept and shown, and must not hold a proof of who the owner is.
func WithoutSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(strings.Join(r.Header["Cookie"], ";"), CookieName) {
			clone := *r
			clone.Header = r.Header.Clone()
			dropCookie(clone.Header)
			r = &clone
		}
		next.ServeHTTP(w, r)
	})
}

func dropCookie(h http.Header) {
	lines := h["Cookie"]
	h.Del("Cookie")
	for _, line := range lines {
		var kept []string
		for pair := range strings.SplitSeq(line, ";") {
			if name, _, _ := strings.Cut(pair, "="); strings.TrimSpace(name) != CookieName {
				kept = append(kept, strings.TrimSpace(pair))
			}
		}
		if len(kept) > 0 {
			h.Add("Cookie", strings.Join(kept, "; "))
		}
	}
}
