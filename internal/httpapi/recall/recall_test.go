package recall_test

import (
	"errors"
	"testing"

	"gonets/internal/httpapi/recall"
)

func TestWhatIsSureIsReadOnce(t *testing.T) {
	t.Parallel()
	var m recall.Memory[int, string]
	reads := 0
	get := func(key int, sure bool, failure error) (string, error) {
		return m.Get(key, func() (string, bool, error) {
			reads++
			return "value", sure, failure
		})
	}
	fault := errors.New("away")
	for i, c := range []struct {
		key   int
		sure  bool
		err   error
		reads int
	}{{1, true, fault, 1}, {1, false, nil, 2}, {1, true, nil, 3}, {1, true, nil, 3}, {2, true, nil, 4}, {1, true, fault, 4}} {
		value, err := get(c.key, c.sure, c.err)
		if value != "value" || reads != c.reads || (err != nil) != (c.reads == 1) {
			t.Errorf("%d: %q %v after %d reads, want %d", i, value, err, reads, c.reads)
		}
	}
	// It never grows without end.
	for key := range 5000 {
		if _, err := get(key, true, nil); err != nil {
			t.Fatal(err)
		}
	}
	before := reads
	if _, err := get(0, true, nil); err != nil || reads != before+1 {
		t.Errorf("5000 values are remembered: %v", err)
	}
}
