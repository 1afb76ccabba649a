package loadgen

import "math/rand/v2"

// filler fills bodies up to their size with text that differs from one event
// to the next and packs about as well as real ones do, so that a store that
// packs cannot shine with it.
type filler []byte

const (
	fillerSize = 64 << 10
	// fillName begins the member that is filled, bodyEnd ends it and the body.
	fillName = `"fill":"`
	bodyEnd  = `"}`
)

// newFiller makes the same text each time.
func newFiller() filler {
	chance := rand.New(rand.NewPCG(1, 2))
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	words := make([]string, 500)
	for i := range words {
		word := make([]byte, 2+chance.IntN(9))
		for j := range word {
			word[j] = letters[chance.IntN(len(letters))]
		}
		words[i] = string(word) + " "
	}
	f := make(filler, 0, fillerSize+bodySize)
	for len(f) < fillerSize {
		f = append(f, words[chance.IntN(len(words))]...)
	}
	return append(f[:fillerSize], f[:bodySize]...)
}

// of is the text of an event, as long as a whole body.
func (f filler) of(n int64) []byte {
	// A prime step, so that neighbours do not overlap.
	at := n * 1_009 % fillerSize
	return f[at : at+bodySize]
}
