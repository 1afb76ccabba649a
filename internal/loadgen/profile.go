package loadgen

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
)

// ProfileVariable is the environment variable by which a bench tells a program
// that it starts where to leave a profile of its CPU.
const ProfileVariable = "GONETS_BENCH_PROFILE"

// Profile takes a profile of this process until stop, and beside it one of what
// memory it asked for. An empty path wants neither, and then nothing is noted of
// memory, which costs time although nobody could read it.
func Profile(path string) (stop func() error, err error) {
	if path == "" {
		runtime.MemProfileRate = 0
		return func() error { return nil }, nil
	}
	f, err := os.Create(path) //nolint:gosec // whoever starts the process chooses the file
	if err != nil {
		return nil, fmt.Errorf("the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return errors.Join(f.Close(), allocations(path))
	}, nil
}

// allocations writes beside a profile which memory the process ever asked for.
func allocations(path string) error {
	f, err := os.Create(strings.TrimSuffix(path, profileEnd) + ".allocs" + profileEnd)
	if err != nil {
		return fmt.Errorf("the profile of memory: %w", err)
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

// profileEnd is how the names of profiles end.
const profileEnd = ".pprof"

// folder makes the folder of the profiles: children work in folders of their
// own, so they need the whole path.
func folder(name string) (path string, err error) {
	if name == "" {
		return "", nil
	}
	if path, err = filepath.Abs(name); err == nil {
		err = os.MkdirAll(path, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("the folder of the profiles: %w", err)
	}
	return path, nil
}

// profiled is what a program is told of its profile. Of several lives in one
// turn the last one's stays.
func (s *stage) profiled() []string {
	if s.o.Profiles == "" {
		return nil
	}
	return []string{ProfileVariable + "=" + filepath.Join(s.o.Profiles, s.name+profileEnd)}
}
