package drill

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gonets/internal/child"
)

// state is what a drill remembers between its parts. The facts are in the
// ledgers; this is only what is needed to go on.
type state struct {
	Seed       uint64 `json:"seed"`
	Store      string `json:"store"`
	Nodes      int    `json:"nodes"`
	Dir        string `json:"dir"`
	LedgerDir  string `json:"ledger_dir"`
	Temporary  bool   `json:"temporary"`
	ClockSpeed int    `json:"clock_speed"`
	// Kills is how many are done.
	Kills    int   `json:"kills"`
	SinkPort int   `json:"sink_port"`
	Next     int64 `json:"next"`
	// ReadyMs are the times to readiness after the kills.
	ReadyMs []float64 `json:"ready_ms"`
}

// loadState reads the state file; found is false when there is none.
func loadState(path string) (s state, found bool, err error) {
	data, err := os.ReadFile(path)
	if path == "" || errors.Is(err, os.ErrNotExist) {
		return s, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, false, child.Invalid("the state file %s cannot be read; name another one to begin anew: %w", path, err)
	}
	return s, true, nil
}

// save writes the state atomically; without a path it does nothing.
func (s *state) save(path string) error {
	if path == "" {
		return nil
	}
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("the state file: %w", err)
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the state file: %w", err), os.Remove(temp.Name()))
	}
	return nil
}

// resume takes what the earlier part decided. A different wish for it is an
// error rather than silently overruled.
func (o *Options) resume(s *state) error {
	switch {
	case o.Seed != 0 && o.Seed != s.Seed:
		return child.Invalid("the state file is of seed %d; leave the seed out or name another state file", s.Seed)
	case o.Nodes != max(1, s.Nodes):
		return child.Invalid("the state file is of a drill with %d servers", max(1, s.Nodes))
	case o.Store != s.Store:
		return child.Invalid("the state file is of store %s", s.Store)
	case o.Dir != "" && !sameDir(o.Dir, s.Dir):
		return child.Invalid("the state file is of the folder %s", s.Dir)
	}
	o.Seed, o.Dir, o.LedgerDir, o.ClockSpeed = s.Seed, s.Dir, s.LedgerDir, s.ClockSpeed
	if _, err := os.Stat(o.dataDir(0)); err != nil {
		return child.Invalid("the folder of the earlier part is gone; remove the state file to begin anew: %w", err)
	}
	return nil
}

func sameDir(a, b string) bool {
	abs, err := filepath.Abs(a)
	return err == nil && abs == b
}

func (s *state) ready() Ready {
	if len(s.ReadyMs) == 0 {
		return Ready{}
	}
	sorted := slices.Sorted(slices.Values(s.ReadyMs))
	return Ready{P50: sorted[(len(sorted)-1)/2], Max: sorted[len(sorted)-1]}
}
