package bulk

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/query"
)

// Wish is what a person wants done to many runs.
type Wish = api.BulkWish

const (
	// maxCounted is where the counting for a question stops.
	maxCounted = 10_000
	// planTime is how long a text is looked for before a person is answered.
	planTime = 2 * time.Second
)

// Plan says what would be done, and does nothing.
func (s *Service) Plan(ctx context.Context, w Wish) (api.Bulk, error) {
	j := s.job(&w)
	f := j.Filter
	f.Page.Limit = gonets.MaxPageSize
	// The first page tells what kinds of runs there are.
	first, err := s.stretch(ctx, f, planTime)
	if err != nil {
		return api.Bulk{}, err
	}
	groups, err := s.grouped(ctx, j.Action, first.Items)
	if err != nil {
		return api.Bulk{}, err
	}
	plan := &api.BulkPlan{Groups: []api.BulkGroup{}}
	if j.Total = len(first.Items) + first.Unread; first.Next != "" {
		if j.Total, plan.More, err = s.count(ctx, f, maxCounted); err != nil {
			return api.Bulk{}, err
		}
	}
	for g, n := range groups {
		g.Runs = n
		if err := s.describe(ctx, &g); err != nil {
			return api.Bulk{}, err
		}
		plan.Groups = append(plan.Groups, g)
	}
	slices.SortFunc(plan.Groups, func(a, b api.BulkGroup) int { return b.Runs - a.Runs })
	out := show(&j, s.o.Clock.Now())
	out.AtMost = f.Text != "" && first.Next != ""
	out.ID, out.State, out.By, out.CreatedAt, out.Plan = "", "", "", time.Time{}, plan
	return out, nil
}

// count counts the runs of a filter up to about so many, whatever they carried;
// more says that there are more.
func (s *Service) count(ctx context.Context, f gonets.RunFilter, most int) (n int, more bool, err error) {
	f.Text, f.Page = "", gonets.Page{Limit: gonets.MaxPageSize}
	for {
		l, err := s.o.History.Runs(ctx, f)
		if err != nil {
			return n, false, err
		}
		n += len(l.Items)
		if f.Page.Cursor = l.Next; l.Next == "" || n >= most {
			return n, l.Next != "", nil
		}
	}
}

// grouped counts runs that stand at the same step of the same version. What is skipped
// is where a run stands by what it has done; its row may be a step behind.
func (s *Service) grouped(ctx context.Context, action gonets.ActionKind, runs []gonets.RunSummary) (map[api.BulkGroup]int, error) {
	groups, skip := map[api.BulkGroup]int{}, action == gonets.ActionSkip
	var done map[string][]gonets.StepResult
	if skip {
		var err error
		if done, err = s.o.History.Walked(ctx, runs); err != nil {
			return nil, err
		}
	}
	type kind struct {
		scenario string
		version  int
	}
	versions := map[kind]*gonets.Version{}
	for i := range runs {
		r := &runs[i]
		g := api.BulkGroup{Scenario: r.Scenario, Version: r.Version, Step: r.Cursor}
		k := kind{r.Scenario, r.Version}
		if _, known := versions[k]; skip && !known {
			v, err := s.o.History.Version(ctx, r.Scenario, r.Version)
			if code := gonets.CodeOf(err); err != nil && code != gonets.CodeNotFound && code != gonets.CodeDamaged {
				return nil, err
			}
			versions[k] = v
		}
		if v := versions[k]; v != nil {
			g.Step = gonets.StandsAt(&v.Scenario, gonets.NewProgress(done[r.ID]))
		}
		if skip && (versions[k] == nil || g.Step == "") {
			continue // nothing is skipped there
		}
		groups[g]++
	}
	return groups, nil
}

// describe says how a group's step stands in the current version.
func (s *Service) describe(ctx context.Context, g *api.BulkGroup) error {
	info, err := s.o.History.Scenario(ctx, g.Scenario)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil // deleted since
	}
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return err
	}
	g.Title, g.CurrentVersion = info.Title, info.Version
	if g.Version == 0 || g.Step == "" {
		return nil
	}
	own, err := s.o.History.Version(ctx, g.Scenario, g.Version)
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		return nil // what the step was nobody knows
	}
	if err != nil {
		return err
	}
	if st := gonets.FindStep(own.Scenario.Steps, g.Step); st != nil {
		g.StepTitle = st.Title
	}
	if g.CurrentVersion == 0 || g.CurrentVersion == g.Version {
		return nil
	}
	now, err := s.o.History.Version(ctx, g.Scenario, g.CurrentVersion)
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		return nil
	}
	if err != nil {
		return err
	}
	g.StepChanged, g.StepLost = api.StepFate(document.FateOf(&own.Scenario, &now.Scenario, g.Step))
	return nil
}

// job is the job that a wish asks for.
func (s *Service) job(w *Wish) Job {
	now := s.o.Clock.Now()
	j := Job{ID: id.New(), Action: gonets.ActionKind(w.Action), Asked: w.Q, Filter: w.Filter, Version: w.Version.Number(), Retry: w.Retry, Rate: w.Rate,
		OneFirst: w.OneFirst, By: w.Actor, CreatedAt: now}
	// What comes from now on is not meant.
	if j.Filter.Until.IsZero() || j.Filter.Until.After(now) {
		j.Filter.Until = now
	}
	j.Filter.Page, j.Filter.Ascending = gonets.Page{}, false
	return j
}

// Begin keeps a job, which begins at once.
func (s *Service) Begin(ctx context.Context, w Wish) (api.Bulk, error) {
	j := s.job(&w)
	var err error
	if j.Total, _, err = s.count(ctx, j.Filter, math.MaxInt); err != nil {
		return api.Bulk{}, err
	}
	if run, ok := id.Carried(j.Filter.Value); ok && j.Total == 1 {
		// An older server, which may work on the job, does not look for it among values.
		l, err := s.o.History.Runs(ctx, j.Filter)
		if err != nil {
			return api.Bulk{}, err
		}
		if len(l.Items) == 1 && l.Items[0].ID == run {
			j.Filter.ID, j.Filter.Value = run, ""
		}
	}
	j, err = s.o.Store.CreateBulk(ctx, j, w.Key)
	if err != nil {
		return api.Bulk{}, err
	}
	s.changed(&j)
	return show(&j, s.o.Clock.Now()), nil
}

// changed lets everybody know of a job that a person changed.
func (s *Service) changed(j *Job) {
	s.o.Bus.Publish(gonets.Change{Kind: "bulk", ID: j.ID})
	s.Wake()
}

// List lists jobs, newest first.
func (s *Service) List(ctx context.Context, p gonets.Page) (gonets.List[api.Bulk], error) {
	l, err := s.o.Store.Bulks(ctx, p)
	out := gonets.List[api.Bulk]{Next: l.Next}
	for i := range l.Items {
		out.Items = append(out.Items, show(&l.Items[i], s.o.Clock.Now()))
	}
	return out, err
}

// Get reads a job.
func (s *Service) Get(ctx context.Context, id string) (api.Bulk, error) {
	j, err := s.o.Store.Bulk(ctx, id)
	if err != nil {
		return api.Bulk{}, err
	}
	return show(&j, s.o.Clock.Now()), nil
}

// Steer holds a job, lets it go on, or ends it.
func (s *Service) Steer(ctx context.Context, id, verb, actor string) (api.Bulk, error) {
	j, err := s.o.Store.SteerBulk(ctx, id, Verb(verb), actor)
	if err != nil {
		return api.Bulk{}, err
	}
	s.changed(&j)
	return show(&j, s.o.Clock.Now()), nil
}

// show is a job as the API says it.
func show(j *Job, now time.Time) api.Bulk {
	out := api.Bulk{
		ID: j.ID, Action: string(j.Action), Q: query.Of(&j.Filter), Version: which(j.Version), Rate: j.Rate, OneFirst: j.OneFirst,
		State: string(j.State), Total: j.Total, AtMost: j.AtMost() && !j.State.Final(), Done: j.Acted + j.Refused, Refused: j.Refused, Succeeded: j.Succeeded, Retrying: j.Retrying,
		Paused: j.Tally.Paused, Failed: j.Failed, FirstRun: j.First, By: j.By, CreatedAt: j.CreatedAt, ETA: eta(j, now),
	}
	if j.Retry != nil {
		out.Retry = api.RetryPlanOf(j.Retry)
	}
	if Followed(j.Action) {
		out.Working = j.Working()
	}
	for code, n := range j.Refusals {
		out.Refusals = append(out.Refusals, api.BulkLeft{Code: string(code), Runs: n})
	}
	slices.SortFunc(out.Refusals, func(a, b api.BulkLeft) int {
		return cmp.Or(b.Runs-a.Runs, strings.Compare(a.Code, b.Code))
	})
	if !j.FinishedAt.IsZero() {
		out.FinishedAt = &j.FinishedAt
	}
	return out
}

// eta is in how many seconds the last run's turn will have come; nil when one
// cannot say.
func eta(j *Job, now time.Time) *int {
	done := j.Acted + j.Refused
	left := max(j.Total-done, 0)
	seconds := 0
	switch {
	case j.State != Running && j.State != "", j.AtMost():
		return nil
	case j.Rate > 0:
		seconds = (left + j.Rate - 1) / j.Rate
	case done == 0:
		return nil
	default:
		seconds = int(float64(left) * now.Sub(j.CreatedAt).Seconds() / float64(done))
	}
	return &seconds
}

func which(version int) api.WhichVersion {
	switch version {
	case gonets.VersionFit:
		return ""
	case gonets.VersionSame:
		return api.VersionSame
	case gonets.VersionCurrent:
		return api.VersionCurrent
	}
	return api.WhichVersion(strconv.Itoa(version))
}
