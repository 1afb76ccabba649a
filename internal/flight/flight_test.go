package flight

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

const boot = "boot-1"

func open(t testing.TB, path, bootID string) (*Journal, []gonets.InFlight, bool) {
	t.Helper()
	j, left, known, err := Open(path, bootID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, left, known
}

// fresh is a journal whose rescue is done.
func fresh(t testing.TB) (*Journal, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "inflight")
	j, _, known := open(t, path, boot)
	if known {
		t.Fatal("a journal that did not exist claims to know what was in flight")
	}
	if err := j.Reset(1); err != nil {
		t.Fatal(err)
	}
	return j, path
}

// killed copies the file as it is: what a killed process leaves.
func killed(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(t.TempDir(), "inflight")
	if err := os.WriteFile(dead, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dead
}

func flightOf(run string, n int) gonets.InFlight {
	return gonets.InFlight{RunID: run, Attempt: n, Path: "only_new/tell"}
}

func TestAfterAKillExactlyTheUnfinishedRequestsAreLeft(t *testing.T) {
	t.Parallel()
	j, path := fresh(t)
	done := j.Begin(flightOf("a", 1))
	j.Begin(flightOf("b", 7))
	done()
	done() // a second call must not free somebody else's slot
	j.Begin(flightOf("c", 2))
	j.Begin(flightOf("d", 3))

	k, left, known := open(t, killed(t, path), boot)
	want := []gonets.InFlight{flightOf("b", 7), flightOf("c", 2), flightOf("d", 3)}
	if diff := cmp.Diff(want, left); diff != "" || !known {
		t.Fatalf("known %v, left (-want +got):\n%s", known, diff)
	}
	if k.Epoch() != 1 {
		t.Errorf("epoch %d, want the dead process's 1", k.Epoch())
	}
}

func TestLeftOversStayUntilReset(t *testing.T) {
	t.Parallel()
	j, path := fresh(t)
	j.Begin(flightOf("a", 1))

	dead := killed(t, path)
	k, _, _ := open(t, dead, boot)
	k.Begin(flightOf("b", 1))
	_, left, known := open(t, killed(t, dead), boot) // died during the rescue
	if diff := cmp.Diff([]gonets.InFlight{flightOf("a", 1), flightOf("b", 1)}, left); diff != "" || !known {
		t.Fatalf("known %v, left (-want +got):\n%s", known, diff)
	}
	if err := k.Reset(2); err != nil {
		t.Fatal(err)
	}
	l, left, known := open(t, killed(t, dead), boot)
	if diff := cmp.Diff([]gonets.InFlight{flightOf("b", 1)}, left); diff != "" || !known || l.Epoch() != 2 {
		t.Fatalf("known %v, epoch %d, left (-want +got):\n%s", known, l.Epoch(), diff)
	}
}

func TestItIsNotTrusted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		boot  string
		spoil func(t *testing.T, j *Journal, path string)
	}{
		"after another boot":             {boot: "boot-2"},
		"where the boot is not known":    {boot: ""},
		"with a damaged header":          {boot: boot, spoil: func(t *testing.T, _ *Journal, p string) { flip(t, p, 15) }},
		"of another kind":                {boot: boot, spoil: func(t *testing.T, _ *Journal, p string) { flip(t, p, 0) }},
		"when it is empty":               {boot: boot, spoil: func(t *testing.T, _ *Journal, p string) { truncate(t, p, 0) }},
		"when a request was not noted":   {boot: boot, spoil: func(_ *testing.T, j *Journal, _ string) { j.spoil() }},
		"when it is too large to be one": {boot: boot, spoil: func(t *testing.T, _ *Journal, p string) { truncate(t, p, maxFile+1) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, path := fresh(t)
			j.Begin(flightOf("a", 1))
			if c.spoil != nil {
				c.spoil(t, j, path)
			}
			k, left, known := open(t, path, c.boot)
			if known || left != nil {
				t.Fatalf("known %v, left %v; want nothing known", known, left)
			}
			// It works again from the reset on.
			if err := k.Reset(5); err != nil {
				t.Fatal(err)
			}
			k.Begin(flightOf("z", 9))
			_, left, known = open(t, killed(t, path), c.boot)
			if diff := cmp.Diff([]gonets.InFlight{flightOf("z", 9)}, left); known != (c.boot != "") || known && diff != "" {
				t.Fatalf("after reset: known %v, left (-want +got):\n%s", known, diff)
			}
		})
	}
}

func flip(t *testing.T, path string, at int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0x40
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func TestLongPathsAreCutAndClosedJournalsAreHarmless(t *testing.T) {
	t.Parallel()
	j, path := fresh(t)
	long := gonets.InFlight{RunID: strings.Repeat("r", 36), Attempt: 1, Path: strings.Repeat("p", 5000)}
	done := j.Begin(long)
	_, left, _ := open(t, killed(t, path), boot)
	if len(left) != 1 || left[0].RunID != long.RunID || !strings.HasPrefix(long.Path, left[0].Path) || len(left[0].Path) < 1500 {
		t.Fatalf("left %+v", left)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	done()
	j.Begin(long)()
	if err := j.Reset(1); gonets.CodeOf(err) != gonets.CodeStopping {
		t.Errorf("Reset of a closed journal: %v", err)
	}
}

func TestManyAtOnceShareTheSlots(t *testing.T) {
	t.Parallel()
	j, path := fresh(t)
	const workers, each = 32, 50
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for n := range each {
				done := j.Begin(flightOf(fmt.Sprintf("run-%02d", w), n))
				if n < each-1 {
					done()
				}
			}
		})
	}
	wg.Wait()
	_, left, known := open(t, killed(t, path), boot)
	if !known || len(left) != workers {
		t.Fatalf("known %v, %d left, want %d", known, len(left), workers)
	}
	for w, f := range left {
		if f != flightOf(fmt.Sprintf("run-%02d", w), each-1) {
			t.Errorf("left %+v of worker %d", f, w)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(workers+1) * slotSize; info.Size() > most {
		t.Errorf("the file has %d bytes; slots were not used again (at most %d)", info.Size(), most)
	}
}

// A write that a death cut short leaves the beginning of the new bytes over
// the old ones: then the slot says the new, the old or nothing, never a mix.
func FuzzTornSlot(f *testing.F) {
	f.Add("run-a", "deal", uint16(3), "run-b", "other", uint16(20))
	f.Add("run-a", "deal", uint16(3), "", "", uint16(0))
	f.Fuzz(func(t *testing.T, oldRun, oldPath string, attempt uint16, newRun, newPath string, cut uint16) {
		var old, young [slotSize]byte
		before := gonets.InFlight{RunID: oldRun, Attempt: int(attempt), Path: oldPath}
		after := gonets.InFlight{RunID: newRun, Attempt: int(attempt) + 1, Path: newPath}
		encodeSlot(&old, before)
		n := encodeSlot(&young, after)
		wantOld, okOld := decodeSlot(old[:])
		wantNew, okNew := decodeSlot(young[:])
		if !okOld || !okNew {
			t.Fatal("a whole slot is not readable")
		}
		copy(old[:min(int(cut), n)], young[:])
		if got, ok := decodeSlot(old[:]); ok && got != wantOld && got != wantNew {
			t.Fatalf("a torn slot reads as %+v", got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	var slot [slotSize]byte
	encodeSlot(&slot, flightOf("a", 1))
	f.Add(append(make([]byte, slotSize), slot[:]...))
	f.Add((header{boot: boot, epoch: 4}).encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		decodeHeader(data)
		decodeSlots(data)
	})
}

func BenchmarkBeginDone(b *testing.B) {
	j, _ := fresh(b)
	f := gonets.InFlight{RunID: "0193a1b2-0000-7000-8000-000000000000", Attempt: 3, Path: "only_new/tell"}
	b.ReportAllocs()
	for b.Loop() {
		j.Begin(f)()
	}
}
