package main

import (
	"context"
	"errors"

	"gonets/internal/engine"
	"gonets/internal/flight"
	"gonets/internal/ingest"
	"gonets/internal/listen"
	"gonets/internal/outbound"
)

// parts are what a server is made of, with a store or without one. A part is
// nil until it is made.
type parts struct {
	http    *listen.Server
	client  *outbound.Client
	journal *flight.Journal
	engine  *engine.Engine
	ingest  *ingest.Handler
	// shut closes what keeps the runs.
	shut func() error
	// stopping ends when the server begins to stop: what waits then answers.
	stopping context.Context
	stop     context.CancelFunc
}

func newParts() parts {
	p := parts{shut: func() error { return nil }}
	p.stopping, p.stop = context.WithCancel(context.Background())
	return p
}

// close closes what there is, in the order in which it depends on each other.
func (p *parts) close() error {
	var errs []error
	p.stop()
	if p.ingest != nil {
		p.ingest.Close()
	}
	if p.http != nil {
		errs = append(errs, p.http.Close())
	}
	if p.client != nil {
		p.client.Close()
	}
	errs = append(errs, p.shut())
	if p.journal != nil {
		errs = append(errs, p.journal.Close())
	}
	return errors.Join(errs...)
}
