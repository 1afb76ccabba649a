package prove

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"gonets"
	"gonets/internal/stage"
)

// Report is what came of all tests, in their order.
type Report []Result

// Failed counts the tests that did not pass.
func (r Report) Failed() int {
	n := 0
	for i := range r {
		if !r[i].Passed() {
			n++
		}
	}
	return n
}

// Table writes the report for people: a line a test, and below one that failed
// what differs and what happened.
func (r Report) Table(out io.Writer) error {
	var b strings.Builder
	for i := range r {
		t := &r[i]
		mark := "ok  "
		if !t.Passed() {
			mark = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %s: %s", mark, t.Scenario, t.Test)
		if t.Played >= time.Second {
			fmt.Fprintf(&b, "  (%s played in %s)", since(t.Played), t.Took.Round(100*time.Microsecond))
		}
		b.WriteByte('\n')
		if t.Passed() {
			continue
		}
		for _, d := range t.Differences {
			fmt.Fprintf(&b, "        %s\n", d)
		}
		b.WriteString("      what happened:\n")
		for _, line := range t.Happened {
			fmt.Fprintf(&b, "        %s\n", line)
		}
	}
	tests := "tests"
	if len(r) == 1 {
		tests = "test"
	}
	fmt.Fprintf(&b, "%d %s: %d passed, %d failed\n", len(r), tests, len(r)-r.Failed(), r.Failed())
	_, err := io.WriteString(out, b.String())
	return err
}

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Seconds string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the report for programs that read reports of tests.
func (r Report) JUnit(out io.Writer) error {
	var all junitSuites
	for i := range r {
		t := &r[i]
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != t.Scenario {
			all.Suites = append(all.Suites, junitSuite{Name: t.Scenario})
		}
		s := &all.Suites[len(all.Suites)-1]
		c := junitCase{Class: t.Scenario, Name: t.Test, Seconds: fmt.Sprintf("%.3f", t.Took.Seconds())}
		s.Tests++
		if !t.Passed() {
			s.Failures++
			lines := append(append([]string{}, t.Differences...), "what happened:")
			c.Failure = &junitFailure{Message: t.Differences[0], Text: strings.Join(append(lines, t.Happened...), "\n")}
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(out)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// since is a time since the beginning, to the second where it is long.
func since(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(time.Second)
	}
	return gonets.Duration(d).String()
}

// happened tells a story, a line each with the time since its beginning.
func happened(story *stage.Story) []string {
	out := make([]string, 0, len(story.Lines))
	for i := range story.Lines {
		l := &story.Lines[i]
		text := ""
		switch l.Kind {
		case stage.Attempt:
			text = attempted(l)
		case stage.Wait:
			text = "waits"
		case stage.Queue:
			text = "the queue to the service is closed"
		case stage.Letter:
			text = "a letter: " + string(l.Letter)
		case stage.End:
			text = "the end: " + ending(story)
		}
		if !l.Next.IsZero() {
			text += ", goes on at +" + since(l.Next.Sub(story.Began))
			if l.Why == stage.ByRetryAfter || l.Why == stage.ByQuiet {
				text += " (" + strings.ReplaceAll(string(l.Why), "_", " ") + ")"
			}
		}
		out = append(out, fmt.Sprintf("+%-8s %s", since(l.At.Sub(story.Began)), text))
	}
	return out
}

// attempted tells of a request.
func attempted(l *stage.Line) string {
	a := l.Attempt
	text := cmpText(l.Path, "a step")
	if l.Of > 1 {
		text += fmt.Sprintf(" (%d of %d)", l.N, l.Of)
	}
	if a.Purpose != "" {
		text += " [" + string(a.Purpose) + "]"
	}
	text += ": " + string(a.Outcome)
	if a.Status != 0 {
		text += fmt.Sprintf(" %d", a.Status)
	}
	if a.Code != "" {
		text += " " + string(a.Code)
	}
	return text
}
