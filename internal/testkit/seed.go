package testkit

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
)

// seeded names the chances of randomized tests.
var seeded = flag.Uint64("seed", 0, "the seed of randomized tests, as a failure tells it; 0 draws another one each time")

// Seed decides all chances of a randomized test. It is another one each time, unless
// the flag -seed names it; a test that fails tells how to repeat itself.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := *seeded
	if seed == 0 {
		seed = rand.Uint64() | 1
	}
	name, _, _ := strings.Cut(t.Name(), "/")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d; the same again: go test -run '^%s$' -seed %d", seed, name, seed)
		}
	})
	return seed
}

// Chance draws what a seed decides; each part of a test has a number of its own, so
// that one that draws more or less changes nothing for the others.
func Chance(seed, part uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, part)) }
