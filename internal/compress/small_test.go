package compress

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What is stored can be read with this very dictionary alone.
func TestDictionaryStaysTheSame(t *testing.T) {
	t.Parallel()
	const stored = "d5599083fa7561eb82916577b7f0bc3077286e357c1a4a185af6212cf611f2e0"
	if sum := fmt.Sprintf("%x", sha256.Sum256(dictionary)); sum != stored {
		t.Errorf("the dictionary changed to %s: what was packed with it cannot be read any more", sum)
	}
	if k := learned(); k.id == 0 || len(k.content) >= 1<<16 {
		t.Errorf("id %d, %d bytes", k.id, len(k.content))
	}
}

// texts are of many lengths and more or less alike within themselves.
func texts() [][]byte {
	chance := rand.New(rand.NewPCG(3, 4))
	words := func(n int) string {
		letters := []rune("abcdefghijklmnopqrstuvwxyzабвгдежзиклмнопрст0123456789{}\":,")
		var b strings.Builder
		for b.Len() < n {
			for range 1 + chance.IntN(9) {
				b.WriteRune(letters[chance.IntN(len(letters))])
			}
			if chance.IntN(3) == 0 && b.Len() > 100 { // what was there before, near or far
				s := b.String()
				at := chance.IntN(len(s) - 50)
				b.WriteString(s[at : at+chance.IntN(50)])
			}
		}
		return b.String()[:n]
	}
	var out [][]byte
	for n := smallFrom; n <= smallTo; n += 1 + n/40 {
		out = append(out, []byte(words(n)))
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return append(out, all, bytes.Repeat([]byte("a"), smallTo), bytes.Repeat([]byte("ab"), 40),
		append(bytes.Repeat([]byte("{\"success\":true}"), 9), all...), learned().content)
}

func TestSmallTextsComeBack(t *testing.T) {
	t.Parallel()
	packed := 0
	for range 3 { // a packer is used again
		for _, text := range texts() {
			p := packSmall(text)
			if p == nil {
				continue
			}
			packed++
			back, err := Unzstd(p, int64(len(text)))
			if err != nil || !bytes.Equal(back, text) {
				t.Fatalf("%d bytes: %v\n%q\n%q", len(text), err, text, back)
			}
			p[len(p)-1]++ // the checksum
			if _, err := Unzstd(p, int64(len(text))); err == nil {
				t.Fatal("a damaged text was read")
			}
		}
	}
	if packed < 100 {
		t.Errorf("only %d texts were packed", packed)
	}
}

func FuzzSmall(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if p := packSmall(text); p != nil {
			if back, err := Unzstd(p, int64(len(text))); err != nil || !bytes.Equal(back, text) {
				t.Fatalf("%v: %q", err, back)
			}
		}
	})
}

// TestLettersThatAreNotTheUsualOnesGetATableOfTheirOwn: a text of digits is as
// good as any other, and the next text is packed as if there had been none.
func TestLettersThatAreNotTheUsualOnesGetATableOfTheirOwn(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(5, 6))
	digits := make([]byte, 4<<10)
	for i := range digits {
		digits[i] = byte('0' + chance.IntN(10))
	}
	usual := []byte(strings.Repeat(`{"name":"Jenny Rosen","currency":"usd","amount_due":1999} `, 2))
	s := smalls.New().(*small)
	if !s.pack(usual) {
		t.Fatal("a usual text is not packed")
	}
	before := bytes.Clone(s.out)
	// A digit takes 3.3 bits; with the usual table it is more than 5.
	if !s.pack(digits) || len(s.out) > len(digits)/2 {
		t.Errorf("%d digits take %d bytes", len(digits), len(s.out))
	}
	if !s.pack(usual) || !bytes.Equal(s.out, before) {
		t.Errorf("a usual text takes %d bytes after the digits, before them %d", len(s.out), len(before))
	}
}
