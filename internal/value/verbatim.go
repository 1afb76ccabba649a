package value

import "math/bits"

// verbatim is how many bytes at the beginning of s stand in a JSON string as
// they are: neither its end, nor an escape, nor a control character. It looks at
// eight of them at a time, because most texts are long and hold few others.
func verbatim(s string) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; n+8 <= len(s); n += 8 {
		t := s[n : n+8]
		v := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		quote, escape := v^each*'"', v^each*'\\'
		// A byte that is less than what is taken from it gets its highest bit; only
		// behind such a byte may another one get it as well.
		if found := ((v-each*' ')&^v | (quote-each)&^quote | (escape-each)&^escape) & high; found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for n < len(s) && s[n] >= ' ' && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}
