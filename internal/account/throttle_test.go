package account

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"gonets"
)

func address(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, byte(n >> 16), byte(n >> 8), byte(n)})
}

func TestOwnerGetsInWhileStrangersGuess(t *testing.T) {
	t.Parallel()
	x := owned(t)
	looked := 0
	// 10 000 guesses from 500 addresses, as fast as they are answered.
	for i := range 10_000 {
		if _, err := x.enter(t, address(i%500), "wrong password"); code(err) == "login.failed" {
			looked++
		}
		if i%1000 == 999 {
			if _, err := x.enter(t, home, password); err != nil {
				t.Fatalf("the owner is locked out after %d guesses: %v", i, err)
			}
		}
	}
	if looked > 600 {
		t.Errorf("%d guesses were looked at", looked)
	}
}

func TestGuessesOfOneAddressWaitLongerAndLonger(t *testing.T) {
	t.Parallel()
	x := owned(t)
	var waits []time.Duration
	for len(waits) < 9 {
		_, err := x.enter(t, home, "wrong password")
		var e *gonets.Error
		if errors.As(err, &e) && e.Code == gonets.CodeLoginThrottled {
			// A right one is not looked at either: it could be a guess.
			if _, err := x.enter(t, home, password); code(err) != "login.throttled" {
				t.Fatalf("a right password within the wait: %v", err)
			}
			waits = append(waits, e.After)
			x.clock.Advance(e.After)
		}
	}
	for i, want := range []float64{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		if waits[i].Seconds() != want {
			t.Fatalf("waits %v", waits)
		}
	}
	if _, err := x.enter(t, home, password); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if _, err := x.enter(t, home, "wrong password"); code(err) != "login.failed" {
		t.Errorf("a right one did not end the counting: %v", err)
	}
}

func TestGuessesAtManyLoginsWaitToo(t *testing.T) {
	t.Parallel()
	x := owned(t)
	looked := 0
	for i := range 100 {
		_, err := x.LogIn(t.Context(), Credentials{Login: address(i).String(), Password: password, From: home})
		if code(err) == "login.failed" {
			looked++
		}
	}
	if looked != freeAddress {
		t.Errorf("%d logins were tried from one address", looked)
	}
	x.clock.Advance(forget + time.Minute)
	if _, err := x.LogIn(t.Context(), Credentials{Login: "boris", Password: password, From: home}); code(err) != "login.failed" {
		t.Errorf("an hour later: %v", err)
	}
}

func TestOneHouseholdIsOneAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
	} {
		if got := network(netip.MustParseAddr(tc.a)) == network(netip.MustParseAddr(tc.b)); got != tc.same {
			t.Errorf("%s and %s: same %v", tc.a, tc.b, got)
		}
	}
}

func TestTriesAtTheSameTimeAreBounded(t *testing.T) {
	t.Parallel()
	x := owned(t)
	var ends []func(right, wrong bool)
	for range atOnce {
		end, err := x.throttle.begin("a", home)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	if _, err := x.throttle.begin("b", home); code(err) != "login.throttled" {
		t.Errorf("one more: %v", err)
	}
	for _, end := range ends {
		end(false, false)
	}
	if _, err := x.throttle.begin("b", home); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestHashesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	var ends []func()
	for range hashesAtOnce {
		end, err := h.turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.hash(gone, password); !errors.Is(err, context.Canceled) {
		t.Errorf("a third hash did not wait: %v", err)
	}
	for range hashesWaiting {
		h.queue <- struct{}{}
	}
	if _, err := h.hash(t.Context(), password); !errors.Is(err, errCrowded) {
		t.Errorf("in a crowd: %v", err)
	}
	ends[0]()
	if _, err := h.hash(t.Context(), password); err != nil {
		t.Errorf("after one was done: %v", err)
	}
}

func TestCountsAreBounded(t *testing.T) {
	t.Parallel()
	x := owned(t)
	for i := range maxCounts {
		end, err := x.throttle.begin("a", address(i))
		if err != nil {
			t.Fatal(err)
		}
		x.clock.Advance(time.Millisecond)
		end(false, true)
	}
	if got := len(x.throttle.counts); got > maxCounts {
		t.Errorf("%d counts are kept", got)
	}
}

func TestHashesThatCostTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	h := newHasher(ours())
	good, err := h.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := h.matches(t.Context(), password, good); !ok || err != nil {
		t.Errorf("a hash of today's costs: %v, %v", ok, err)
	}
	for _, bad := range []string{
		"x", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=18$m=8,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4000000000,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=8,t=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=8,t=1,p=1$A!$AAAAAAAAAAAAAAAAAAAAAA",
	} {
		if _, err := h.matches(t.Context(), password, bad); !errors.Is(err, errHash) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
