package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"

	"gonets"
	"gonets/internal/cli/tools"
	"gonets/internal/document"
	"gonets/internal/engine"
	"gonets/internal/flight"
	"gonets/internal/ingest"
	"gonets/internal/listen"
	"gonets/internal/notify"
	"gonets/internal/outbound"
	"gonets/internal/service"
	"gonets/internal/source"
	"gonets/internal/step"
	"gonets/internal/telemetry"
)

// ceiling serves one source and one scenario with every part of the server but
// the store: what is left of the time when storing costs nothing. It keeps
// nothing and is there to be compared with.
func ceiling(ctx context.Context, o tools.CeilingOptions) error {
	s, err := buildCeiling(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(s.run(ctx), s.close())
}

// bare is the server without its store.
type bare struct{ parts }

func buildCeiling(ctx context.Context, o tools.CeilingOptions) (s *bare, err error) {
	s = &bare{newParts()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.http, err = listen.New(ctx, o.Listen); err != nil {
		return s, err
	}
	text, err := os.ReadFile(o.Documents)
	if err != nil {
		return s, err
	}
	catalog, err := source.Presets()
	if err != nil {
		return s, err
	}
	set, err := document.Parse(text, checks(catalog))
	if err != nil {
		return s, err
	}
	if len(set.Sources) != 1 || len(set.Scenarios) != 1 {
		return s, gonets.Errorf(gonets.CodeInvalid, "the ceiling takes one source and one scenario")
	}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return s, err
	}
	clock, bus, metrics := gonets.NewSystemClock(1), &notify.Bus{}, telemetry.NewMetrics()
	log := slog.New(slog.DiscardHandler)
	s.client = outbound.New(outbound.Options{Clock: clock, Version: version})
	places := engine.NewPlaces(engine.PlaceRules{Own: s.client.IsOwn, Clock: clock})
	mem := newMemory(set.Sources[0], set.Scenarios[0], places)
	addr := s.http.Addr()
	config := &live{store: mem, client: s.client, catalog: catalog, allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		listenURL: "http://" + addr.String(), listen: addr}
	if err := config.Refresh(ctx); err != nil {
		return s, err
	}
	if s.journal, _, _, err = flight.Open(filepath.Join(o.Data, fileInFlight), flight.BootID()); err != nil {
		return s, err
	}
	s.engine = engine.New(engine.Options{
		Places: places, Store: mem, Node: memoryNode, Epoch: 1, Sender: s.client, Clock: clock, Bus: bus, Journal: s.journal,
		Metrics: metrics, Log: log, Death: gonets.Death{Known: true}, SoftDeadline: gonets.StopSoftDeadline,
		Env: &step.Env{Reader: config.Reader, Settings: config.Settings, PublicURL: config.PublicURL, Version: version},
	})
	s.ingest = ingest.New(ingest.Options{
		Store: mem, Engine: s.engine, Control: mem, Bus: bus, Catalog: catalog, Clock: clock, Log: log,
		Stopping: s.stopping.Done(), PublicURL: config.PublicURL, Version: version, Metrics: metrics,
	})
	// It is ready as soon as it listens: there is nothing to open or to rescue.
	ready := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ready\n") })
	s.http.Handle(routes{ingest: s.ingest, echo: http.NotFoundHandler(), api: ready, metrics: http.NotFoundHandler()})
	return s, nil
}

func (s *bare) run(ctx context.Context) error {
	context.AfterFunc(ctx, s.stop)
	return service.NewGroup("gonets", s.engine, s.http).Run(ctx, gonets.StopSoftDeadline+stopGrace)
}
