package config

import (
	"fmt"
	"strconv"
	"strings"
)

// units are those in which a size can be written.
func units() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
}

// setSize reads a size: 64MiB, or a number of bytes. Nothing is 0.
func setSize(to *int64, text string) error {
	number, unit := strings.TrimSpace(text), int64(1)
	for _, u := range units() {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	if number == "" && unit == 1 {
		*to = 0
		return nil
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > 1<<50/unit {
		return fmt.Errorf("%q is no size; write it like 64MiB, or 0", text)
	}
	*to = n * unit
	return nil
}

// showSize is what setSize reads.
func showSize(n int64) string {
	for _, u := range units() {
		if n > 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
