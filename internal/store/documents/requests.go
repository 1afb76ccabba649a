package documents

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/pack"
	"gonets/internal/value"
)

const requestColumns = `name, document, etag, created_at, updated_at`

func scanRequest(scan func(...any) error) (out gonets.RequestInfo, err error) {
	var name, text string
	var created, updated sql.NullInt64
	if err := scan(&name, &text, &out.ETag, &created, &updated); err != nil {
		return out, err
	}
	out.CreatedAt, out.UpdatedAt = pack.FromMS(created), pack.FromMS(updated)
	out.SavedRequest, err = pack.Document[gonets.SavedRequest](fmt.Sprintf("the saved request %q", name), text)
	out.Name, out.Damage = name, err
	return out, nil
}

// allRequests are the saved requests by name, those too whose document is damaged.
func allRequests(q pack.Reader) ([]gonets.RequestInfo, error) {
	return pack.Collect(q, `SELECT `+requestColumns+` FROM saved_requests ORDER BY name`, nil, scanRequest)
}

// liveRequests are what the saved requests say now.
func liveRequests(q pack.Reader) ([]gonets.SavedRequest, error) {
	infos, err := allRequests(q)
	return said(infos), err
}

func said(infos []gonets.RequestInfo) []gonets.SavedRequest {
	out := make([]gonets.SavedRequest, len(infos))
	for i := range infos {
		out[i] = infos[i].SavedRequest
	}
	return out
}

// SavedRequests are the saved requests as they are now, by name; one that is damaged
// says so.
func (d *Documents) SavedRequests(ctx context.Context) ([]gonets.SavedRequest, error) {
	out, err := liveRequests(d.base.Read(ctx))
	return out, d.base.Wrap(err)
}

// Requests lists saved requests by name with the scenarios that use them, those too
// whose document is damaged.
func (d *Documents) Requests(ctx context.Context) ([]gonets.RequestInfo, error) {
	q := d.base.Read(ctx)
	infos, err := allRequests(q)
	if err == nil {
		err = usersOf(q, infos)
	}
	return infos, d.base.Wrap(err)
}

// Request returns one saved request. Of one that is damaged all but its document
// comes along with the error.
func (d *Documents) Request(ctx context.Context, name string) (gonets.RequestInfo, error) {
	q := d.base.Read(ctx)
	info, err := request(q, name)
	if err == nil {
		one := []gonets.RequestInfo{info}
		err = usersOf(q, one)
		info = one[0]
	}
	if err == nil {
		err = info.Damage
	}
	return info, d.base.Wrap(err)
}

// request is a saved request that is there.
func request(q pack.Reader, name string) (gonets.RequestInfo, error) {
	items, err := pack.Collect(q, `SELECT `+requestColumns+` FROM saved_requests WHERE name = ?`, []any{name}, scanRequest)
	if err == nil && len(items) == 0 {
		err = gonets.Errorf(gonets.CodeNotFound, "there is no saved request %q", name)
	}
	if err != nil {
		return gonets.RequestInfo{}, err
	}
	return items[0], nil
}

// usersOf fills in which scenarios use saved requests, in their draft or published.
func usersOf(q pack.Reader, infos []gonets.RequestInfo) error {
	type row struct {
		name, state                string
		published, embedded, draft sql.NullString
	}
	rows, err := pack.Collect(q, `SELECT s.name, s.state, v.document, v.requests, s.draft FROM scenarios s
			LEFT JOIN versions v ON v.scenario = s.name AND v.n = s.published_version ORDER BY s.name`, nil,
		func(scan func(...any) error) (r row, err error) {
			err = scan(&r.name, &r.state, &r.published, &r.embedded, &r.draft)
			return r, err
		})
	if err != nil {
		return err
	}
	for _, r := range rows {
		// One that cannot be read names nothing: it is written anew before it runs.
		published, _ := pack.Document[gonets.Scenario](r.name, r.published.String)
		shown := published
		if r.draft.Valid {
			shown, _ = pack.Document[gonets.Scenario](r.name, r.draft.String)
		}
		embedded, _ := pack.Requests(r.embedded.String)
		for i := range infos {
			info := &infos[i]
			j := slices.IndexFunc(embedded, func(e gonets.SavedRequest) bool { return e.Name == info.Name })
			user := gonets.RequestUser{Scenario: r.name, Title: shown.Title, State: gonets.ScenarioState(r.state), Steps: stepsWith(&shown, info.Name)}
			if j >= 0 {
				user.Stale = info.Damage == nil && !embedded[j].Same(&info.SavedRequest)
			}
			if j >= 0 || len(user.Steps) > 0 {
				info.UsedBy = append(info.UsedBy, user)
			}
		}
	}
	return nil
}

// stepsWith are the steps of a scenario that send a saved request.
func stepsWith(sc *gonets.Scenario, name string) []gonets.RequestUse {
	uses, n := []gonets.RequestUse{}, 0
	gonets.WalkSteps(sc.Steps, func(path string, st *gonets.Step) {
		n++
		if st.Request == name {
			uses = append(uses, gonets.RequestUse{ID: path, Title: st.Title, Number: n})
		}
	})
	return uses
}

// CreateRequest makes a saved request under the first free name.
func (d *Documents) CreateRequest(ctx context.Context, n gonets.NewDocument[gonets.SavedRequest]) (name string, err error) {
	err = d.change(ctx, func(t *txn) error {
		// What was checked of one that was deleted is not to be taken for the new one's.
		name, err = t.freeName(n.Name, `SELECT EXISTS (SELECT 1 FROM saved_requests WHERE name = ?)
			OR EXISTS (SELECT 1 FROM checks WHERE scenario = '`+gonets.CheckOfRequest+`' || ?) OR ? = ''`)
		if err != nil {
			return err
		}
		r := *n.Parsed
		r.Name = name
		if _, err := t.put(namedRequest(&r)); err != nil {
			return err
		}
		if err := t.Audit(n.Actor, actCreate, "Request/"+name, ""); err != nil {
			return err
		}
		return t.BumpConfig()
	})
	return name, err
}

// SaveRequest replaces a saved request's document. What is published keeps sending
// the one of before. It refuses with CodeDraftConflict who began from another one,
// unless the same is there already.
func (d *Documents) SaveRequest(ctx context.Context, c gonets.RequestChange) error {
	return d.change(ctx, func(t *txn) error { return t.replace(namedRequest(c.Request), c.IfMatch, c.Actor) })
}

// DeleteRequest deletes a saved request that no scenario uses. Older versions keep
// theirs.
func (d *Documents) DeleteRequest(ctx context.Context, name, actor string) error {
	return d.change(ctx, func(t *txn) error {
		info, err := request(t, name)
		if err != nil {
			return err
		}
		one := []gonets.RequestInfo{info}
		if err := usersOf(t, one); err != nil {
			return err
		}
		if users := one[0].UsedBy; len(users) > 0 {
			names := make([]string, len(users))
			for i := range users {
				names[i] = users[i].Scenario
			}
			return gonets.Errorf(gonets.CodeRequestUsed, "the saved request %q is sent by %s; take it out of the steps there first", name, strings.Join(names, ", "))
		}
		n := namedRequest(&info.SavedRequest)
		old, err := t.standing(&n)
		if err != nil {
			return err
		}
		if err := t.Exec(`DELETE FROM saved_requests WHERE name = ?`, name); err != nil {
			return err
		}
		if err := t.auditChange(actor, actDelete, &n, old.state); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}

// embed is what a version of a scenario embeds: the saved requests that it uses, as
// they are now. One that is not there, or not whole, is refused, and one that is
// another than that with which the scenario was checked.
func (t *txn) embed(sc *gonets.Scenario) (string, error) {
	infos, err := allRequests(t)
	if err != nil {
		return "", err
	}
	live, names := said(infos), make([]string, len(infos))
	for i := range infos {
		names[i] = infos[i].Name
	}
	gonets.WalkSteps(sc.Steps, func(path string, st *gonets.Step) {
		if st.Request == "" || err != nil {
			return
		}
		i := slices.Index(names, st.Request)
		switch {
		case i < 0:
			p := gonets.Mistake("", gonets.CodeNoRequest, "there is no saved request %q; choose another one", st.Request)
			p.Suggestion = value.Nearest(st.Request, names)
			err = &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{p},
				Message: fmt.Sprintf("the scenario %q sends a saved request that does not exist, in step %s", sc.Name, path)}
		case infos[i].Damage != nil:
			err = infos[i].Damage
		case st.Saved != nil && !st.Saved.Same(&live[i]):
			err = gonets.Errorf(gonets.CodeRequestChanged, "the saved request %q was changed at %s, after the scenario %q was checked with it; nothing was published. Look at it and publish again",
				st.Request, infos[i].UpdatedAt.Format(time.RFC3339), sc.Name)
		}
	})
	if err != nil {
		return "", err
	}
	used := sc.Uses(live)
	if len(used) == 0 {
		return "", nil
	}
	text, _, err := encode(used)
	return text, err
}
