package service_test

import (
	"context"
	"testing"

	"gonets/internal/service"
	"gonets/internal/testkit"
)

func TestALoopTakesTurnsWhenItIsTimeOrWokenAndEndsWhenStopped(t *testing.T) {
	t.Parallel()
	clock, turns := testkit.NewClock(), make(chan bool)
	l := service.NewLoop(service.LoopOptions{Title: "work", Tick: 1, Idle: 1000, Clock: clock, Turn: func(context.Context) bool { return <-turns }})
	if err := l.Start(t.Context()); err != nil || l.Name() != "work" {
		t.Fatal(err)
	}
	turns <- true
	clock.AwaitTimers(1)
	clock.Advance(1)
	turns <- false
	clock.AwaitTimers(1)
	l.Wake()
	turns <- false
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case turns <- true:
		t.Error("it goes on behind its end")
	default:
	}
}
