package httpapi

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

type runsInput struct {
	State    []string  `query:"state" enum:"held,queued,running,waiting,paused,succeeded,failed,skipped,cancelled" doc:"Only runs in one of these states, separated by commas"`
	Scenario string    `query:"scenario"`
	Source   string    `query:"source"`
	Event    string    `query:"event" doc:"Only runs of this event"`
	Value    string    `query:"value" doc:"Only runs whose event holds this value in a place that the scenario's search names"`
	Since    time.Time `query:"since" doc:"Only runs made at or after this time"`
	Until    time.Time `query:"until" doc:"Only runs made before this time"`
	Mark     string    `query:"mark" enum:"check,template.missing" doc:"Only runs with this mark; checks are listed only when they are asked for"`
	Order    string    `query:"order" enum:"asc,desc" default:"desc" doc:"By the time of making"`
	PageInput
}

func (in *runsInput) filter() gonets.RunFilter {
	f := gonets.RunFilter{
		Scenario: in.Scenario, Source: in.Source, EventID: in.Event, Value: in.Value,
		Mark: gonets.Mark(in.Mark), Since: in.Since, Until: in.Until, Ascending: in.Order == "asc", Page: in.page(),
	}
	for _, state := range in.State {
		f.States = append(f.States, gonets.RunState(state))
	}
	return f
}

func (s *server) listRuns(ctx context.Context, in *runsInput) (*list[api.RunSummary], error) {
	l, err := s.Runs.Runs(ctx, in.filter())
	if err != nil {
		return nil, err
	}
	out := listOf(l, shape.RunSummary)
	for i := range out.Body.Items {
		s.explainWait(&out.Body.Items[i])
	}
	if s.Data == nil || len(l.Items) == 0 {
		return out, nil
	}
	events := make([]string, 0, len(l.Items))
	for i := range l.Items {
		events = append(events, l.Items[i].EventID)
	}
	data, err := s.Data(ctx, events)
	if err != nil {
		return nil, err
	}
	for i := range out.Body.Items {
		out.Body.Items[i].Data = data[out.Body.Items[i].EventID]
	}
	return out, nil
}

func (s *server) getRun(ctx context.Context, in *idInput) (*output[api.Run], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return nil, err
	}
	d.Event = s.Mask(d.Event)
	run := shape.Run(&d, shape.Reader{Zone: zone, Now: s.Clock.Now()})
	s.explainWait(&run.RunSummary)
	return &output[api.Run]{Body: run}, nil
}

// zone is the time zone in which texts name times.
func (s *server) zone(ctx context.Context) (*time.Location, error) {
	settings, err := s.Documents.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if zone, err := time.LoadLocation(settings.TimeZone); err == nil {
		return zone, nil
	}
	return time.UTC, nil
}
