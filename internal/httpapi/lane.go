package httpapi

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
)

// Lanes are the queues to services.
type Lanes interface {
	Lanes(ctx context.Context) ([]api.Lane, error)
	Lane(ctx context.Context, address string) (api.Lane, error)
	LimitLane(ctx context.Context, set api.LaneSet, actor string) error
	ActOnLane(ctx context.Context, a api.LaneAction, actor string) error
	// LaneWait is why a queued run of the lane waits.
	LaneWait(lane string) *api.LaneWait
}

func (s *server) listLanes(ctx context.Context, _ *none) (*list[api.Lane], error) {
	items, err := s.Lanes.Lanes(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(gonets.List[api.Lane]{Items: items}, func(l api.Lane) api.Lane { return l }), nil
}

type laneInput struct {
	Address string `query:"address" required:"true" doc:"An address of the service, such as https://crm.example.ru"`
}

func (s *server) getLane(ctx context.Context, in *laneInput) (*output[api.Lane], error) {
	return s.lane(ctx, in.Address)
}

type laneSetInput struct{ Body api.LaneSet }

func (s *server) limitLane(ctx context.Context, in *laneSetInput) (*output[api.Lane], error) {
	if err := s.Lanes.LimitLane(ctx, in.Body, actorOf(ctx)); err != nil {
		return nil, document.WithoutLines(err)
	}
	s.configChanged()
	return s.lane(ctx, in.Body.Lane)
}

type laneActionInput struct{ Body api.LaneAction }

func (s *server) actOnLane(ctx context.Context, in *laneActionInput) (*output[api.Lane], error) {
	b := &in.Body
	if _, ok := b.Rate.Every(); !ok && (b.Rate != "" || b.Action == "drain") {
		return nil, invalid("/rate", gonets.CodeBadRate, "%q is no pace; write it as 10/s, 30/m or 100/h, at most %d", string(b.Rate), gonets.MaxLaneRate)
	}
	if b.Rate != "" && b.Action != "drain" {
		return nil, invalid("/rate", gonets.CodeInvalid, "only drain takes a pace")
	}
	if err := s.Lanes.ActOnLane(ctx, *b, actorOf(ctx)); err != nil {
		return nil, err
	}
	return s.lane(ctx, b.Lane)
}

func (s *server) lane(ctx context.Context, address string) (*output[api.Lane], error) {
	l, err := s.Lanes.Lane(ctx, address)
	return &output[api.Lane]{Body: l}, err
}
