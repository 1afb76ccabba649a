package document

import (
	"fmt"
	"strings"
)

// diffContext is how many equal lines stand around a change.
const diffContext = 3

// maxDiffCells bounds the table of the comparison; texts that differ in more
// than this are shown as replaced.
const maxDiffCells = 4 << 20

type diffLine struct {
	mark byte
	text string
}

// Diff compares two texts line by line and writes the changes as a unified
// diff without file names; it is empty when the texts are equal.
func Diff(before, after []byte) string {
	lines := compare(splitLines(string(before)), splitLines(string(after)))
	var out strings.Builder
	oldLine, newLine := 1, 1
	for i := 0; i < len(lines); {
		start, end := nextHunk(lines, i)
		for ; i < start; i++ {
			oldLine, newLine = oldLine+1, newLine+1
		}
		if start == end {
			break
		}
		var body strings.Builder
		olds, news := 0, 0
		for ; i < end; i++ {
			l := lines[i]
			body.WriteByte(l.mark)
			body.WriteString(l.text + "\n")
			if l.mark != '+' {
				olds++
			}
			if l.mark != '-' {
				news++
			}
		}
		fmt.Fprintf(&out, "@@ -%s +%s @@\n%s", hunkRange(oldLine, olds), hunkRange(newLine, news), body.String())
		oldLine, newLine = oldLine+olds, newLine+news
	}
	return out.String()
}

// hunkRange writes a range as diff does: an empty one names the line before.
func hunkRange(line, count int) string {
	if count == 0 {
		line--
	}
	return fmt.Sprintf("%d,%d", line, count)
}

// nextHunk finds the next changes with their context; start == end: none left.
func nextHunk(lines []diffLine, from int) (start, end int) {
	start = from
	for start < len(lines) && lines[start].mark == ' ' {
		start++
	}
	if start == len(lines) {
		return start, start
	}
	last := start
	for i := start; i < len(lines) && i-last <= 2*diffContext; i++ {
		if lines[i].mark != ' ' {
			last = i
		}
	}
	return max(start-diffContext, from), min(last+diffContext+1, len(lines))
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// compare lines two texts up along their longest common subsequence.
func compare(a, b []string) []diffLine {
	var head, tail []diffLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, diffLine{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, diffLine{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, middle(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

func middle(a, b []string) []diffLine {
	var out []diffLine
	i, j := 0, 0
	if len(a)*len(b) <= maxDiffCells {
		// common[i][j] is the length of the longest common part of a[i:], b[j:].
		common := make([][]int32, len(a)+1)
		for i := range common {
			common[i] = make([]int32, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					common[i][j] = common[i+1][j+1] + 1
				} else {
					common[i][j] = max(common[i+1][j], common[i][j+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				out = append(out, diffLine{' ', a[i]})
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				out = append(out, diffLine{'-', a[i]})
				i++
			default:
				out = append(out, diffLine{'+', b[j]})
				j++
			}
		}
	}
	for ; i < len(a); i++ {
		out = append(out, diffLine{'-', a[i]})
	}
	for ; j < len(b); j++ {
		out = append(out, diffLine{'+', b[j]})
	}
	return out
}
