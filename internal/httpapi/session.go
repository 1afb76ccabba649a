package httpapi

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/account"
)

// People knows who may log in.
type People interface {
	SetupNeeded(ctx context.Context) (bool, error)
	Setup(ctx context.Context, s account.Setup) (account.Visit, error)
	LogIn(ctx context.Context, c account.Credentials) (account.Visit, error)
	// Visit fails with unauthorized when the token proves no session.
	Visit(ctx context.Context, token string) (account.Visit, error)
	LogOut(ctx context.Context, token string) error
	// LogOutEverywhere ends everybody's sessions when userID is empty.
	LogOutEverywhere(ctx context.Context, userID, actor string) error
	ChangeProfile(ctx context.Context, p account.Profile) (gonets.User, error)
	Users
}

// Users is what the owner does to those who may log in.
type Users interface {
	Users(ctx context.Context) ([]gonets.User, error)
	CreateOwner(ctx context.Context, u account.NewUser, actor string) (gonets.User, error)
	SetPassword(ctx context.Context, userID, password, actor string) error
}

type sessionOutput struct {
	SetCookie string `header:"Set-Cookie"`
	Body      api.Session
}

func (s *server) session(ctx context.Context, u *gonets.User) (*sessionOutput, error) {
	needed, err := s.People.SetupNeeded(ctx)
	if err != nil {
		return nil, err
	}
	p := callerOf(ctx).peer
	out := &sessionOutput{Body: api.Session{
		SetupNeeded: needed, Version: s.Version, PlainHTTP: !p.TLS && !p.Addr.IsLoopback(),
		Notices: api.Notices{Mail: s.MailWorks != nil && s.MailWorks(ctx)},
	}}
	if s.PublicURL != nil {
		out.Body.PublicURL, out.Body.Reach = s.PublicURL()
	}
	if p.Untrusted.IsValid() {
		out.Body.UntrustedProxy = p.Untrusted.String()
	}
	if u != nil {
		shape := userShape(*u)
		out.Body.User, out.Body.TimeZone = &shape, s.Settings().TimeZone
	}
	return out, nil
}

func userShape(u gonets.User) api.User {
	return api.User{Login: u.Login, Email: u.Email, Language: u.Language, Theme: u.Theme}
}

func (s *server) getSession(ctx context.Context, _ *none) (*sessionOutput, error) {
	c := callerOf(ctx)
	if c.err != nil && gonets.CodeOf(c.err) != gonets.CodeUnauthorized {
		// To say that nobody is logged in would be a lie.
		return nil, c.err
	}
	if c.visit == nil {
		return s.session(ctx, nil)
	}
	return s.session(ctx, &c.visit.User)
}

// entered answers with the cookie of a session that began.
func (s *server) entered(ctx context.Context, v account.Visit, err error) (*sessionOutput, error) {
	if err != nil {
		return nil, err
	}
	out, err := s.session(ctx, &v.User)
	if err == nil {
		out.SetCookie = sessionCookie(callerOf(ctx).peer, v.Token).String()
	}
	return out, err
}

type setupInput struct{ Body api.Setup }

func (s *server) setup(ctx context.Context, in *setupInput) (*sessionOutput, error) {
	b := in.Body
	v, err := s.People.Setup(ctx, account.Setup{
		NewUser: account.NewUser{Login: b.Login, Password: b.Password, Language: b.Language},
		Code:    b.Code, From: callerOf(ctx).peer.Addr,
	})
	return s.entered(ctx, v, err)
}

type logInInput struct{ Body api.LogIn }

func (s *server) logIn(ctx context.Context, in *logInInput) (*sessionOutput, error) {
	c := callerOf(ctx)
	v, err := s.People.LogIn(ctx, account.Credentials{Login: in.Body.Login, Password: in.Body.Password, From: c.peer.Addr})
	if err == nil && c.visit != nil {
		// The browser forgets its old token, so nobody should have it.
		err = s.People.LogOut(ctx, c.token)
	}
	return s.entered(ctx, v, err)
}

type leftOutput struct {
	SetCookie string `header:"Set-Cookie"`
}

func left(ctx context.Context) *leftOutput {
	return &leftOutput{SetCookie: sessionCookie(callerOf(ctx).peer, "").String()}
}

func (s *server) logOut(ctx context.Context, _ *none) (*leftOutput, error) {
	if c := callerOf(ctx); c.visit != nil {
		if err := s.People.LogOut(ctx, c.token); err != nil {
			return nil, err
		}
	}
	return left(ctx), nil
}

// logOutEverywhere ends the sessions of whoever asks; the token belongs to no
// user and ends everybody's.
func (s *server) logOutEverywhere(ctx context.Context, _ *none) (*leftOutput, error) {
	c := callerOf(ctx)
	userID := ""
	if c.visit != nil {
		userID = c.visit.User.ID
	}
	if err := s.People.LogOutEverywhere(ctx, userID, c.actor); err != nil {
		return nil, err
	}
	return left(ctx), nil
}

type profileInput struct{ Body api.Profile }

func (s *server) changeMe(ctx context.Context, in *profileInput) (*output[api.User], error) {
	c := callerOf(ctx)
	if c.visit == nil {
		return nil, gonets.Errorf(gonets.CodeForbidden, "the owner's token is no user and has no profile; log in to change yours")
	}
	b := in.Body
	u, err := s.People.ChangeProfile(ctx, account.Profile{
		Visit: *c.visit, From: c.peer.Addr, Login: b.Login, Email: b.Email, Language: b.Language, Theme: b.Theme,
		Password: b.Password, Current: b.CurrentPassword,
	})
	if err != nil {
		return nil, err
	}
	return &output[api.User]{Body: userShape(u)}, nil
}

func userInfo(u gonets.User) api.UserInfo {
	return api.UserInfo{ID: u.ID, User: userShape(u), Role: u.Role, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt}
}

func (s *server) listUsers(ctx context.Context, _ *none) (*list[api.UserInfo], error) {
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(gonets.List[gonets.User]{Items: users}, userInfo), nil
}

type newUserInput struct{ Body api.NewUser }

func (s *server) createUser(ctx context.Context, in *newUserInput) (*output[api.UserInfo], error) {
	b := in.Body
	u, err := s.People.CreateOwner(ctx, account.NewUser{Login: b.Login, Email: b.Email, Language: b.Language, Password: b.Password}, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return &output[api.UserInfo]{Body: userInfo(u)}, nil
}

type passwordInput struct {
	ID   string `path:"id"`
	Body api.NewPassword
}

// putPassword replaces a password without the old one. A browser may be
// borrowed, so that it takes the token.
func (s *server) putPassword(ctx context.Context, in *passwordInput) (*none, error) {
	c := callerOf(ctx)
	if c.visit != nil {
		return nil, gonets.Errorf(gonets.CodeForbidden,
			"a browser changes its user's own password, with the old one; without it this takes the owner's token: gonets user password")
	}
	return nil, s.People.SetPassword(ctx, in.ID, in.Body.Password, c.actor)
}

// maxLogInBody bounds what strangers may send to the operations that are open
// to them, in bytes.
const maxLogInBody = 16 << 10
