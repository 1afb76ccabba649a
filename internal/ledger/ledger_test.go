package ledger

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type entry struct{ N int }

func write(t *testing.T, path string, from, to int) {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := from; n < to; n++ {
		if err := f.Append(entry{n}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []int {
	t.Helper()
	var got []int
	err := Read(path, func(line json.RawMessage) error {
		var e entry
		err := json.Unmarshal(line, &e)
		got = append(got, e.N)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTornTailIsDroppedAtEveryByte(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l")
	write(t, path, 0, 3)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := len(whole) / 3
	for cut := range whole {
		torn := filepath.Join(t.TempDir(), "l")
		if err := os.WriteFile(torn, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		var want []int
		for n := range cut / line {
			want = append(want, n)
		}
		if diff := cmp.Diff(want, read(t, torn)); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
		write(t, torn, 7, 8) // goes on behind the last whole record
		if diff := cmp.Diff(append(want, 7), read(t, torn)); diff != "" {
			t.Fatalf("cut at %d, then written: %s", cut, diff)
		}
	}
}

func TestDamageBeforeTheEndIsAnError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l")
	write(t, path, 0, 3)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[12] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Read(path, func(json.RawMessage) error { return nil }); err == nil {
		t.Error("Read took a damaged ledger")
	}
	if f, err := Open(path); err == nil {
		_ = f.Close()
		t.Error("Open took a damaged ledger")
	}
}

func TestSyncCoversWhatWasAppendedBefore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l")
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for n := range 20 {
				if err := f.Append(entry{w*20 + n}); err != nil {
					t.Error(err)
				}
				f.mu.Lock()
				mine := f.written
				f.mu.Unlock()
				if err := f.Sync(); err != nil {
					t.Error(err)
				}
				f.mu.Lock()
				if f.synced < mine {
					t.Errorf("synced %d of %d", f.synced, mine)
				}
				f.mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); len(got) != 320 {
		t.Errorf("%d records", len(got))
	}
}

func TestAFailedLedgerStaysFailed(t *testing.T) {
	t.Parallel()
	f, err := Open(filepath.Join(t.TempDir(), "l"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Append(entry{1}); err != nil {
		t.Fatal(err)
	}
	if err := f.file.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if f.Sync() == nil || f.Append(entry{2}) == nil {
			t.Fatal("a failed ledger goes on")
		}
	}
}

func FuzzRead(f *testing.F) {
	line, err := encode(entry{1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(fmt.Sprintf("%s%s", line, "00000000 {}\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "l")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		count := func() (n int, err error) {
			err = Read(path, func(json.RawMessage) error { n++; return nil })
			return n, err
		}
		before, err := count()
		file, openErr := Open(path)
		if (err == nil) != (openErr == nil) {
			t.Fatalf("Read %v, Open %v", err, openErr)
		}
		if err != nil {
			return
		}
		if err := file.Append(entry{1}); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if after, err := count(); err != nil || after != before+1 {
			t.Fatalf("%d records became %d: %v", before, after, err)
		}
	})
}
