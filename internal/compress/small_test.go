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

// TestShortTextsGetATableOfTheirOwnWhenTheUsualOneDoesNotFit: what is not written
// in Latin letters is no less worth packing.
func TestShortTextsGetATableOfTheirOwnWhenTheUsualOneDoesNotFit(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(7, 8))
	for _, letters := range []string{"абвгдежзиклмнопрстуя ", "😀😁😂🤣😃😄😅😆😉😊 "} {
		var text strings.Builder
		for runes := []rune(letters); text.Len() < 900; {
			text.WriteRune(runes[chance.IntN(len(runes))])
		}
		s := smalls.New().(*small)
		if !s.pack([]byte(text.String())) || len(s.out)*3 > text.Len()*2 {
			t.Errorf("%s: %d bytes take %d", letters, text.Len(), len(s.out))
		}
	}
}

// TestNumbersThatTheDictionaryHasNoCodesForAreWritten: each kind of them alone and
// with the others.
func TestNumbersThatTheDictionaryHasNoCodesForAreWritten(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(9, 10))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[chance.IntN(36)]
		}
		return string(b)
	}
	words := make([]string, 50)
	for i := range words {
		words[i] = random(9)
	}
	known := func(n int) string {
		var b strings.Builder
		for b.Len() < n {
			b.WriteString(words[chance.IntN(len(words))])
		}
		return b.String()
	}
	for kinds := range mixtures {
		text := known(2000)
		if kinds&learnedLiterals == 0 {
			text += random(600) + known(100)
		}
		if kinds&learnedMatch == 0 {
			again := random(83)
			text += again + again
		}
		if kinds&learnedOffset == 0 {
			again := random(30)
			text += again + known(17_000) + again
		}
		s := smalls.New().(*small)
		if !s.pack([]byte(text)) {
			t.Fatalf("%d: %d bytes are not packed", kinds, len(text))
		}
		if got := mixture(s.sequences); got != kinds {
			t.Errorf("the tables are %b, not %b", got, kinds)
		}
		if back, err := Unzstd(s.out, int64(len(text))); err != nil || string(back) != text {
			t.Errorf("%b: %v", kinds, err)
		}
	}
}

// events are what a server packs of many events: bodies, and what requests and
// replies say. They differ from one another as far as real ones do, since a processor
// soon knows one text by heart.
func events() (bodies, exchanges [][]byte) {
	chance := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 500)
	for i := range words {
		word := make([]byte, 2+chance.IntN(9))
		for j := range word {
			word[j] = "abcdefghijklmnopqrstuvwxyz0123456789"[chance.IntN(36)]
		}
		words[i] = string(word) + " "
	}
	fill := func(head string) string {
		b := []byte(head)
		for len(b) < 1<<10-2 {
			b = append(b, words[chance.IntN(len(words))]...)
		}
		return string(b[:1<<10-2]) + `"}`
	}
	for i := range 256 {
		body := fill(fmt.Sprintf(`{"id":"gonets-bench-%012d","name":"Анна Петрова","amount":1990.50,"fill":"`, i))
		bodies = append(bodies, []byte(body))
		exchanges = append(exchanges, []byte(strings.Join([]string{"\x1bPOST http://127.0.0.1:41234/",
			"\xf0\x01\x0cContent-Type\x10application/json\x0aUser-Agent\x09Gonets/1.0\x0eContent-Length\x041024\x0fAccept-Encoding\x04gzip",
			fmt.Sprintf("\x0fIdempotency-Key)%032x:send", chance.Uint64()), fmt.Sprintf("\x0bTraceparent700-%016x%016x-%016x-01", chance.Uint64(), chance.Uint64(), chance.Uint64()),
			"\x33\x0cContent-Type\x10application/json\x0eContent-Length\x041024\x06200 OK",
			fmt.Sprintf(`{"http_version":"HTTP/1.1","remote":"127.0.0.1:41234","timings":{"first_byte":%d,"total":%d}}`, chance.IntN(1e6), chance.IntN(1e6)),
			"\x80\x08" + body, "\x80\x08" + fill(`{"ok":true,"fill":"`)}, "")))
	}
	return bodies, exchanges
}

func benchSmall(b *testing.B, texts [][]byte) {
	b.ReportAllocs()
	stored, n := 0, 0
	for b.Loop() {
		stored += len(packSmall(texts[n%len(texts)]))
		n++
	}
	b.ReportMetric(float64(stored)/float64(n), "stored-bytes")
}

func BenchmarkEvent(b *testing.B) {
	bodies, _ := events()
	benchSmall(b, bodies)
}

func BenchmarkExchange(b *testing.B) {
	_, exchanges := events()
	benchSmall(b, exchanges)
}
