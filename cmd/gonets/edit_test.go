package main

import (
	"context"
	"testing"

	"gonets/internal/document"
	"gonets/internal/hint"
	"gonets/internal/outbound"
	"gonets/internal/testkit"
	"gonets/setting"
)

// TestAChangeIsInForceWhoeverLeaves: a browser that is closed right after "Save" must
// not leave a server that goes on with the settings of before.
func TestAChangeIsInForceWhoeverLeaves(t *testing.T) {
	t.Parallel()
	client := outbound.New(outbound.Options{})
	t.Cleanup(client.Close)
	st := testkit.Store(t, testkit.NewClock(), nil)
	config := &live{store: st, client: client, listenURL: "http://127.0.0.1:1"}
	if err := config.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	docs := documents{Store: st, live: config, tell: func(hint.Hint) { leave() }} // behind the commit
	if _, err := docs.Apply(ctx, document.Apply{Settings: &setting.Settings{Title: "Warehouse"}}); err != nil {
		t.Error(err)
	}
	if got := config.Settings().Title; got != "Warehouse" {
		t.Errorf("in force is %q", got)
	}
}
