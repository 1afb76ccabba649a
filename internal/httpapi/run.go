package httpapi

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
	"gonets/internal/query"
)

// FilterInput chooses runs, by a question or by parameters of their own.
type FilterInput struct {
	Q        string    `query:"q" maxLength:"4096" doc:"A question such as state:paused status:5xx after:-24h; see docs/history.md"`
	State    []string  `query:"state" enum:"held,queued,running,waiting,paused,succeeded,failed,skipped,cancelled" doc:"Only runs in one of these states, separated by commas"`
	Scenario string    `query:"scenario"`
	Source   string    `query:"source"`
	Event    string    `query:"event" doc:"Only runs of this event"`
	Value    string    `query:"value" doc:"Only runs whose event holds this value in a place that the scenario's search names"`
	Since    time.Time `query:"since" doc:"Only runs made at or after this time"`
	Until    time.Time `query:"until" doc:"Only runs made before this time"`
	Mark     string    `query:"mark" enum:"check,template.missing" doc:"Only runs with this mark; checks are listed only when they are asked for"`
}

// filter is what the input asks for.
func (s *server) filter(in *FilterInput) (gonets.RunFilter, error) {
	f := gonets.RunFilter{
		Scenario: in.Scenario, Source: in.Source, EventID: in.Event, Value: in.Value,
		Mark: gonets.Mark(in.Mark), Since: in.Since, Until: in.Until,
	}
	for _, state := range in.State {
		f.States = append(f.States, gonets.RunState(state))
	}
	if in.Q == "" {
		return f, nil
	}
	asked, err := s.question(in.Q)
	if err != nil {
		return f, err
	}
	return shape.Filter(asked, f)
}

// question is what a question asks for, its times read where the reader lives.
func (s *server) question(q string) (gonets.RunFilter, error) {
	reader := s.reader()
	return query.Parse(q, query.Reader{Now: reader.Now, Zone: reader.Zone})
}

type runsInput struct {
	FilterInput
	Order string `query:"order" enum:"asc,desc" default:"desc" doc:"By the time of making"`
	PageInput
}

func (s *server) listRuns(ctx context.Context, in *runsInput) (*output[api.RunPage], error) {
	f, err := s.filter(&in.FilterInput)
	if err != nil {
		return nil, err
	}
	f.Ascending, f.Page = in.Order == "asc", in.page()
	l, err := s.Runs.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	shown, err := s.listed(ctx, l.Items)
	if err != nil {
		return nil, err
	}
	out := &output[api.RunPage]{Body: api.RunPage{List: api.List[api.RunSummary]{Items: shown, Next: l.Next}, Unread: l.Unread}}
	if !l.Reached.IsZero() {
		out.Body.Reached = &l.Reached
	}
	return out, s.tell(ctx, shown)
}

// mostRead are the versions that are read for one page at most.
const mostRead = 50

// listed shows runs as lists do: with what the steps say at which those stand that
// are tried again or doubted.
func (s *server) listed(ctx context.Context, runs []gonets.RunSummary) ([]api.RunSummary, error) {
	reader, read, shown := s.reader(), 0, make([]api.RunSummary, len(runs))
	for i := range runs {
		r, tries, err := &runs[i].Run, shape.Tries{}, error(nil)
		if (r.Tries > 0 || r.Doubts != "") && r.Version > 0 && r.Cursor != "" {
			tries, err = s.policies.Get(shape.PlaceOf(r), func() (shape.Tries, bool, error) {
				if read++; read > mostRead {
					return shape.Tries{Unread: true}, false, nil
				}
				v, err := s.Scenarios.Version(ctx, r.Scenario, r.Version)
				if code := gonets.CodeOf(err); code == gonets.CodeNotFound || code == gonets.CodeDamaged {
					err = nil
				}
				return shape.TriesOf(v, r.Cursor), v != nil, err
			})
		}
		if err != nil {
			return nil, err
		}
		shown[i] = shape.Listed(runs[i], tries, reader)
	}
	return shown, nil
}

// tell adds the values by which people recognise the runs.
func (s *server) tell(ctx context.Context, runs []api.RunSummary) error {
	if s.Data == nil || len(runs) == 0 {
		return nil
	}
	return s.Data(ctx, runs)
}

func (s *server) getRun(ctx context.Context, in *idInput) (*output[api.Run], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	reader := s.reader()
	now, err := s.published(ctx, &d)
	if err != nil {
		return nil, err
	}
	d = s.Masks.Run(d)
	reader.Published = now
	return &output[api.Run]{Body: shape.Run(&d, reader)}, nil
}

// reader is when and where the caller reads, whom he may write to, and how queues
// hold runs up.
func (s *server) reader() shape.Reader {
	settings := s.Settings()
	r := shape.NewReader(&settings, s.Clock.Now())
	if s.Lanes != nil {
		r.Wait = s.Lanes.LaneWait
	}
	return r
}

// published is the published version of a run's scenario when that is another
// one than the run's own; without a document it is the same.
func (s *server) published(ctx context.Context, d *gonets.RunDetail) (*gonets.Version, error) {
	info, err := s.Scenarios.Scenario(ctx, d.Run.Scenario)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return nil, nil // deleted since
	}
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		return &gonets.Version{N: info.Version}, nil
	}
	if err != nil || info.Version == 0 || info.Version == d.Run.Version || d.Run.State.Final() {
		return &gonets.Version{N: info.Version}, err
	}
	return s.Scenarios.Version(ctx, d.Run.Scenario, info.Version)
}
