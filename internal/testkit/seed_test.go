package testkit

import (
	"fmt"
	"strings"
	"testing"
)

// failed is a test that has failed, and what it told.
type failed struct {
	testing.TB
	ends []func()
	told string
}

func (f *failed) Failed() bool                    { return true }
func (f *failed) Cleanup(end func())              { f.ends = append(f.ends, end) }
func (f *failed) Logf(format string, args ...any) { f.told += fmt.Sprintf(format, args...) }

func TestAFailureTellsHowToRepeatIt(t *testing.T) {
	t.Parallel()
	f := &failed{TB: t}
	seed := Seed(f)
	for _, end := range f.ends {
		end()
	}
	if want := fmt.Sprintf("go test -run '^%s$' -seed %d", t.Name(), seed); !strings.Contains(f.told, want) {
		t.Errorf("told %q, want %q in it", f.told, want)
	}
	if *seeded != 0 && seed != *seeded || seed == 0 {
		t.Errorf("the seed is %d, the flag says %d", seed, *seeded)
	}
	if *seeded == 0 && Seed(t) == seed {
		t.Error("another run of a test has the same seed")
	}
	if Chance(seed, 1).Uint64() != Chance(seed, 1).Uint64() || Chance(seed, 1).Uint64() == Chance(seed, 2).Uint64() {
		t.Error("the seed does not decide the chances of each part")
	}
}
