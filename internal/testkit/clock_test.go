package testkit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestMain(m *testing.M) { Main(m) }

var _ gonets.Clock = (*Clock)(nil)

func TestAdvanceFiresTimersInOrder(t *testing.T) {
	t.Parallel()
	c := NewClock()
	second, first, twin := c.NewTimer(2*time.Second), c.NewTimer(time.Second), c.NewTimer(2*time.Second)
	never := c.NewTimer(time.Minute)
	c.Advance(2 * time.Second)
	got := []time.Duration{
		(<-first.C()).Sub(Start()), (<-second.C()).Sub(Start()), (<-twin.C()).Sub(Start()), c.Now().Sub(Start()),
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 2 * time.Second, 2 * time.Second}, got); diff != "" {
		t.Error(diff)
	}
	select {
	case <-never.C():
		t.Error("a timer fired before its time")
	default:
	}
	if due, ok := c.Next(); !ok || due != Start().Add(time.Minute) {
		t.Errorf("next timer at %v, %v", due, ok)
	}
}

func TestTimerStopKeepsItFromFiring(t *testing.T) {
	t.Parallel()
	c := NewClock()
	timer := c.NewTimer(time.Second)
	if !timer.Stop() {
		t.Error("stopping a waiting timer reported false")
	}
	c.Advance(time.Hour)
	select {
	case <-timer.C():
		t.Error("a stopped timer fired")
	default:
	}
	if timer.Stop() {
		t.Error("stopping it again reported true")
	}
}

func TestTimerOfNoTimeFiresAtOnce(t *testing.T) {
	t.Parallel()
	c := NewClock()
	if at := <-c.NewTimer(0).C(); at != Start() {
		t.Errorf("fired at %v", at)
	}
}

func TestAwaitTimersWaitsForTheSleeper(t *testing.T) {
	t.Parallel()
	c := NewClock()
	woke := make(chan time.Time)
	go func() { woke <- <-c.NewTimer(time.Hour).C() }()
	c.AwaitTimers(1)
	c.Advance(time.Hour)
	if at := <-woke; at != Start().Add(time.Hour) {
		t.Errorf("woke at %v", at)
	}
}
