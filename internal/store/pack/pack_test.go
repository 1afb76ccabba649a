package pack

import (
	"strings"
	"testing"

	"gonets"
)

func TestIDsGrowWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	q, last := Sequence{}, ""
	at := gonets.SystemClock{}.Now()
	for i := range 20_000 {
		switch i {
		case 9_000:
			at = at.Add(-gonets.RetentionAge)
		case 15_000:
			q = Sequence{}
			q.StartAfter(last)
		}
		id, made := q.Next(at)
		if ms, _ := Time(id); made.UnixMilli() != ms {
			t.Fatalf("the id %s was made at %d", id, made.UnixMilli())
		}
		if id <= last || len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("id %d: %s after %s", i, id, last)
		}
		last = id
	}
	if ms, ok := Time(last); !ok || ms < at.UnixMilli() || last < From(at) {
		t.Errorf("the time of %s is %d", last, ms)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add([]byte{}, "a", "b\x00\xff")
	f.Add([]byte{1, 'a', 2, 'b', 'c'}, "", "")
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, "x", "y")
	f.Fuzz(func(t *testing.T, stored []byte, name, value string) {
		if hs, err := Unpack(stored); err == nil {
			back, err := Unpack(Headers(hs))
			if err != nil || len(back) != len(hs) {
				t.Errorf("%q: %v", hs, err)
			}
		}
		want := gonets.Header{Name: name, Value: value}
		got, err := Unpack(Headers([]gonets.Header{want, want}))
		if err != nil || len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%q came back as %q, %v", want, got, err)
		}
	})
}
