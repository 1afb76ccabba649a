package value

import (
	"strings"
	"testing"
)

func TestVerbatimStopsWhereAStringDoesMoreThanStandThere(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		special := c < ' ' || c == '"' || c == '\\'
		for _, around := range []string{"x", "\xff", " ", "!", "\x80"} {
			for at := range 20 {
				for _, behind := range []string{"", `"`, strings.Repeat(around, 9)} {
					text := strings.Repeat(around, at) + string([]byte{byte(c)}) + behind
					want := len(text)
					switch {
					case special:
						want = at
					case behind == `"`:
						want--
					}
					if got := verbatim(text); got != want {
						t.Fatalf("%q: %d, want %d", text, got, want)
					}
				}
			}
		}
	}
}

func TestBytesThatMeanNothingAreWrittenOneByOne(t *testing.T) {
	t.Parallel()
	const text, want = "я\xff\xfe\"\xd1 12345678\x80", "я\uFFFD\uFFFD\\\"\uFFFD 12345678\uFFFD"
	if got := string(AppendJSONText(nil, text)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
