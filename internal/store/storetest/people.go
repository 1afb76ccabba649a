package storetest

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/deed"
	"gonets/internal/id"
)

func (f fixture) account(login string) gonets.Account {
	now := f.Clock.Now()
	return gonets.Account{Password: "$argon2id$…", User: gonets.User{ //nolint:gosec // G101: no password has this hash
		ID: id.New(), Login: login, Email: "a@example.org", Language: "ru", Theme: "system", Role: gonets.RoleOwner, CreatedAt: now, UpdatedAt: now,
	}}
}

func (f fixture) session(userID, token string) gonets.Session {
	now := f.Clock.Now()
	return gonets.Session{Hash: []byte(token + "\x00\xff"), UserID: userID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(gonets.SessionAge)}
}

func oneOwner(f fixture) {
	if has, err := f.HasOwner(f.ctx()); has || err != nil {
		f.t.Fatalf("HasOwner = %v, %v", has, err)
	}
	var made atomic.Int32
	var wg sync.WaitGroup
	for _, login := range []string{"Anna", "boris", "anna", "clara"} {
		wg.Go(func() {
			switch err := f.CreateOwner(f.ctx(), f.account(login), "test"); gonets.CodeOf(err) {
			case "":
				made.Add(1)
			case gonets.CodeSetupDone:
			default:
				f.t.Error(err)
			}
		})
	}
	wg.Wait()
	users, err := f.Users(f.ctx())
	if made.Load() != 1 || len(users) != 1 || err != nil {
		f.t.Errorf("%d owners were made, %d are kept: %v", made.Load(), len(users), err)
	}
	if has, err := f.HasOwner(f.ctx()); !has || err != nil {
		f.t.Errorf("HasOwner = %v, %v", has, err)
	}
}

func usersComeBack(f fixture) {
	want := f.account("Anna")
	f.must(f.CreateOwner(f.ctx(), want, "test"))
	for key, found := range map[string]bool{"anna": true, "Anna": false, "": false, "an\x00na": false, "\xff": false} {
		got, err := f.Account(f.ctx(), key)
		switch {
		case !found:
			f.wantCode(err, gonets.CodeNotFound)
		case err != nil || !cmp.Equal(want, got):
			f.t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
	}
	f.Clock.Advance(time.Minute)
	text := func(s string) *string { return &s }
	got, err := f.ChangeAccount(f.ctx(), gonets.AccountChange{UserID: want.ID, Actor: "Anna", At: f.Clock.Now(), Login: text("Boris"), Theme: text("dark")})
	f.must(err)
	want.Login, want.Theme, want.UpdatedAt = "Boris", "dark", f.Clock.Now()
	if d := cmp.Diff(want.User, got); d != "" {
		f.t.Error(d)
	}
	got2, err := f.Account(f.ctx(), "boris")
	f.must(err)
	if d := cmp.Diff(want, got2); d != "" {
		f.t.Error(d)
	}
	_, err = f.ChangeAccount(f.ctx(), gonets.AccountChange{UserID: "nobody", At: f.Clock.Now()})
	f.wantCode(err, gonets.CodeNotFound)
}

func viewsAreKept(f fixture) {
	views := func(user, want string) {
		f.t.Helper()
		got, err := f.Views(f.ctx(), user)
		f.must(err)
		if string(got) != want {
			f.t.Errorf("%s keeps %q", user, got)
		}
	}
	views("anna", "")
	f.must(f.KeepViews(f.ctx(), "anna", []byte(`{"items":[]}`)))
	f.must(f.KeepViews(f.ctx(), "anna", []byte(`{"items":[{"name":"Ждут","q":"state:paused"}]}`)))
	f.must(f.KeepViews(f.ctx(), "boris", []byte(`{}`)))
	views("anna", `{"items":[{"name":"Ждут","q":"state:paused"}]}`)
	views("boris", `{}`)
}

func sessionsComeAndGo(f fixture) {
	u := f.account("anna")
	f.must(f.CreateOwner(f.ctx(), u, "test"))
	alive := func(tokens ...string) (out []string) {
		f.t.Helper()
		for _, token := range tokens {
			s, user, err := f.Session(f.ctx(), f.session(u.ID, token).Hash)
			if gonets.CodeOf(err) == gonets.CodeNotFound {
				continue
			}
			f.must(err)
			if user.ID != u.ID || s.UserID != u.ID {
				f.t.Errorf("session %s is of %+v", token, user)
			}
			out = append(out, token)
		}
		return out
	}
	want := func(what string, want, got []string) {
		f.t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			f.t.Errorf("%s: %s", what, d)
		}
	}
	for _, token := range []string{"a", "b", "c", "d"} {
		f.must(f.AddSession(f.ctx(), f.session(u.ID, token)))
	}
	f.must(f.DropSession(f.ctx(), f.session(u.ID, "a").Hash))
	f.must(f.DropSession(f.ctx(), []byte("nothing")))
	want("one is ended", []string{"b", "c", "d"}, alive("a", "b", "c", "d"))

	f.Clock.Advance(time.Hour)
	touched := f.session(u.ID, "b")
	f.must(f.TouchSession(f.ctx(), touched))
	f.must(f.TouchSession(f.ctx(), f.session(u.ID, "a"))) // it stays ended
	s, _, err := f.Session(f.ctx(), touched.Hash)
	f.must(err)
	touched.CreatedAt = touched.CreatedAt.Add(-time.Hour)
	if d := cmp.Diff(touched, s); d != "" {
		f.t.Error(d)
	}
	// A log-in after their time drops those that were not used.
	f.Clock.Advance(gonets.SessionAge - time.Minute)
	f.must(f.AddSession(f.ctx(), f.session(u.ID, "e")))
	want("expired ones are dropped", []string{"b", "e"}, alive("a", "b", "c", "d", "e"))

	text := "new"
	change := gonets.AccountChange{UserID: u.ID, At: f.Clock.Now(), Password: &text, KeepSessions: true}
	_, err = f.ChangeAccount(f.ctx(), change)
	f.must(err)
	want("a password hashed anew ends none", []string{"b", "e"}, alive("b", "e"))
	change.KeepSessions, change.Keep = false, f.session(u.ID, "e").Hash
	_, err = f.ChangeAccount(f.ctx(), change)
	f.must(err)
	want("a new password ends the others", []string{"e"}, alive("b", "e"))
	change.Keep = nil
	_, err = f.ChangeAccount(f.ctx(), change)
	f.must(err)
	want("a password that somebody else sets ends all", nil, alive("e"))

	for _, whose := range []string{u.ID, ""} {
		f.must(f.AddSession(f.ctx(), f.session(u.ID, "f")))
		f.must(f.DropSessions(f.ctx(), "another", "test"))
		want("another user's", []string{"f"}, alive("f"))
		f.must(f.DropSessions(f.ctx(), whose, "test"))
		want("everywhere", nil, alive("f"))
	}
}

func auditIsListed(f fixture) {
	f.Clock.Advance(time.Second)
	begun := f.Clock.Now()
	f.must(f.SetSecret(f.ctx(), "crm", "hidden-value", time.Time{}, "anna"))
	f.Clock.Advance(time.Hour)
	f.must(f.Note(f.ctx(), "boris", "echo.script", "Echo/x", "503"))
	f.must(f.SetSecret(f.ctx(), "crm", "hidden-value", time.Time{}, "boris"))
	list := func(q deed.Filter) (told []string) {
		for {
			page, err := f.Audit(f.ctx(), q)
			f.must(err)
			for _, d := range page.Items {
				told = append(told, d.Actor+" "+d.Action+" "+d.Object+" "+string(d.Detail))
			}
			if q.Page.Cursor = page.Next; page.Next == "" {
				return told
			}
		}
	}
	set, again, note := "anna secret.set Secret/crm ", "boris secret.set Secret/crm ", `boris echo.script Echo/x 503`
	for _, c := range []struct {
		filter deed.Filter
		want   []string
	}{
		{deed.Filter{Since: begun, Page: gonets.Page{Limit: 1}}, []string{again, note, set}},
		{deed.Filter{Object: "Secret/crm"}, []string{again, set}},
		{deed.Filter{Object: "Secret/crm", Page: gonets.Page{Limit: 1}}, []string{again, set}},
		{deed.Filter{Action: "echo.script"}, []string{note}},
		{deed.Filter{Actor: "anna"}, []string{set}},
		{deed.Filter{Actor: "nobody"}, nil},
		{deed.Filter{Since: begun.Add(time.Minute)}, []string{again, note}},
		{deed.Filter{Since: begun, Until: begun.Add(time.Minute)}, []string{set}},
	} {
		if got := list(c.filter); !slices.Equal(got, c.want) {
			f.t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
		}
	}
	// People are named by their logins, whoever they are in the database.
	olga := f.account("Olga")
	f.must(f.CreateOwner(f.ctx(), olga, "setup"))
	f.must(f.Note(f.ctx(), olga.ID, "session.end_all", "User/"+olga.ID, ""))
	if got := list(deed.Filter{Object: "User/Olga"}); !slices.Equal(got, []string{"Olga session.end_all User/Olga ", "setup user.create User/Olga "}) {
		f.t.Errorf("%q", got)
	}
}
