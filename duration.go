package gonets

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time that documents write as 30s, 5m, 2h, 7d or as a
// sum of such parts (1h30m). It reads what it writes.
type Duration time.Duration

// D is the standard library's form of d.
func (d Duration) D() time.Duration { return time.Duration(d) }

// ParseDuration reads a Duration: time.ParseDuration's syntax and whole days.
func ParseDuration(s string) (Duration, error) {
	rest, total := s, time.Duration(0)
	if days, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 64)
		if err != nil || n > uint64(math.MaxInt64/(24*time.Hour)) {
			return 0, fmt.Errorf("%q is not a time span; write 30s, 5m, 2h or 7d", s)
		}
		total, rest = time.Duration(n)*24*time.Hour, after
		if rest == "" {
			return Duration(total), nil
		}
	}
	v, err := time.ParseDuration(rest)
	if err != nil || v < 0 || total+v < 0 { // below zero: the sum did not fit
		return 0, fmt.Errorf("%q is not a time span; write 30s, 5m, 2h or 7d", s)
	}
	return Duration(total + v), nil
}

// String writes whole days as 7d and drops zero parts: 2h, 1h30m, 90s is 1m30s.
func (d Duration) String() string {
	t := time.Duration(d)
	if t == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range []struct {
		letter byte
		span   time.Duration
	}{{'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}} {
		if n := int64(t / unit.span); n > 0 {
			fmt.Fprintf(&b, "%d%c", n, unit.letter)
			t %= unit.span
		}
	}
	if t > 0 {
		b.WriteString(t.String())
	}
	return b.String()
}

// MarshalJSON writes the text form.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads the text form.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a time span is text such as 30s, 5m, 2h or 7d")
	}
	v, err := ParseDuration(s)
	*d = v
	return err
}
