package checking

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/hint"
	"gonets/internal/service"
)

type (
	// ID is a check by the run that it is kept as.
	ID struct {
		ID string `path:"id"`
	}
	// List are the checks on their way.
	List struct{ Body api.List[api.GoingCheck] }
)

// List lists the checks of all servers that need no reader, the oldest first.
func (r *Room) List(ctx context.Context, _ *struct{}) (*List, error) {
	kept, err := r.o.Book.OpenChecks(ctx)
	if err != nil {
		return nil, err
	}
	out := &List{Body: api.List[api.GoingCheck]{Items: []api.GoingCheck{}}}
	for _, one := range kept {
		noted := one.Reason == gonets.CodeCheckLost && one.Ending
		if one.Going != nil && !noted {
			out.Body.Items = append(out.Body.Items, r.show(one))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.alone() {
		// One that has sent nothing yet is known here alone.
		if !slices.ContainsFunc(kept, func(one gonets.OpenCheck) bool { return one.ID == g.about.ID }) {
			out.Body.Items = append(out.Body.Items, r.show(gonets.OpenCheck{RunSummary: g.about}))
		}
	}
	slices.SortFunc(out.Body.Items, func(a, b api.GoingCheck) int { return cmp.Compare(a.RunID, b.RunID) })
	return out, nil
}

// show is a check as people see it.
func (r *Room) show(one gonets.OpenCheck) api.GoingCheck {
	about := one.Going
	out := api.GoingCheck{RunID: one.ID, Title: about.Title, Step: about.Step, StartedAt: one.CreatedAt, By: about.By, Was: about.Was,
		State: api.CheckGoing, At: about.At, Requests: one.Attempts}
	if name, ok := strings.CutPrefix(one.Scenario, gonets.CheckOfRequest); ok {
		// Behind the name may stand that it was a draft.
		out.Request, _, _ = strings.Cut(name, "/")
	} else {
		out.Scenario = one.Scenario
	}
	switch {
	case one.Reason == gonets.CodeCheckLost:
		out.State = api.CheckLost
	case one.Ending:
		out.State = api.CheckEnding
	}
	out.Elsewhere = out.State != api.CheckLost && one.Lease.Node != "" && one.Lease.Node != r.o.Node
	return out
}

// Cancel ends a check, at whichever server it is. Of one that was lost it notes that this
// was seen. Nothing but a check is ended by it.
func (r *Room) Cancel(ctx context.Context, in *ID) (*struct{}, error) {
	if g := r.find(in.ID); g != nil {
		g.cancel(nil)
		return nil, nil
	}
	if err := r.o.Book.EndCheck(ctx, in.ID); err != nil {
		return nil, err
	}
	r.o.Tell(hint.Hint{Checks: []string{in.ID}})
	r.Look(ctx)
	return nil, nil
}

// Looks looks again and again what became of checks: a hint may be lost, a server die.
func (r *Room) Looks() service.Service {
	return service.NewLoop(service.LoopOptions{Title: "checks", Clock: r.o.Clock, Idle: gonets.NodeBeat,
		Turn: func(ctx context.Context) (busy bool) {
			r.Look(ctx)
			return false
		}})
}

// Look ends the checks here whose end was wished for at another server, and notes those
// that no server has any more. One that was taken for lost may be here all the same.
func (r *Room) Look(ctx context.Context) {
	if err := r.look(ctx); err != nil && ctx.Err() == nil {
		r.o.Log.Warn("what became of the checks of other servers, or of an earlier life, is not all known; it is looked at again later", "error", err)
	}
}

func (r *Room) look(ctx context.Context) error {
	open, err := r.o.Book.OpenChecks(ctx)
	if err != nil {
		return err
	}
	for _, one := range open {
		g, own := r.find(one.ID), one.Lease.Node == r.o.Node
		switch {
		case g != nil && one.Ending:
			g.cancel(nil)
		case one.Reason == gonets.CodeCheckLost:
		case own && g == nil, !own && one.Left && r.o.Judges():
			err = errors.Join(err, r.o.Book.LoseCheck(ctx, one.ID, r.o.Clock.Now().UTC()))
		}
	}
	return err
}
