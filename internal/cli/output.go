package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gonets"
	"gonets/internal/cli/moment"
	"gonets/internal/cli/yaml"
)

// The forms of an answer.
const (
	outputTable = "table"
	outputJSON  = "json"
	outputYAML  = "yaml"
)

func (a *app) checkOutput() error {
	switch a.output {
	case "", outputTable, outputJSON, outputYAML:
		return nil
	}
	return usagef("-o %s is not known; use table, json or yaml", a.output)
}

// print writes v for programs when -o says so, else calls table.
func (a *app) print(v any, table func()) error {
	switch a.output {
	case outputJSON:
		return a.printJSON(v, "  ")
	case outputYAML:
		text, err := yaml.Of(v)
		if err != nil {
			return err
		}
		_, err = a.Stdout.Write(text)
		return err
	}
	table()
	return nil
}

func (a *app) printJSON(v any, indent string) error {
	e := json.NewEncoder(a.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}

func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.Stdout, format, args...) }

// colour is an ANSI colour.
type colour string

const (
	plain  colour = ""
	bold   colour = "1"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	cyan   colour = "36"
	grey   colour = "90"
)

// paint colours text on a screen; NO_COLOR (no-color.org) switches it off.
func (a *app) paint(c colour, text string) string {
	if c == plain || text == "" || !a.Terminal || a.Getenv("NO_COLOR") != "" || a.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// cell is a field of a table.
type cell struct {
	text   string
	colour colour
}

func text(s string) cell { return cell{text: safeLine(s)} }

// table writes rows under a heading, columns aligned. The last column is not
// padded, so it may be long.
func (a *app) table(heading string, rows [][]cell) {
	var head []cell
	for _, h := range strings.Fields(heading) {
		head = append(head, cell{strings.ReplaceAll(h, "_", " "), grey})
	}
	if len(head) > 0 {
		rows = append([][]cell{head}, rows...)
	}
	var width []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(c.text))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, c := range row {
			b.WriteString(a.paint(c.colour, c.text))
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(c.text)+2))
			}
		}
		a.printf("%s\n", strings.TrimRight(b.String(), " "))
	}
}

// safe makes text from elsewhere harmless to a terminal: control characters
// and those that turn the direction of writing are shown, not obeyed.
func safe(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' })
}

// safeLine is safe for text that must stay in one line.
func safeLine(s string) string { return escape(s, func(rune) bool { return false }) }

func escape(s string, allowed func(rune) bool) string {
	dangerous := func(r rune) bool {
		turns := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		return (unicode.IsControl(r) || turns || r == utf8.RuneError) && !allowed(r)
	}
	if strings.IndexFunc(s, dangerous) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !dangerous(r) {
			b.WriteRune(r)
			continue
		}
		q := fmt.Sprintf("%+q", string(r))
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}

// stateColour paints what needs a person in the warn colour.
func stateColour(s string) colour {
	switch gonets.RunState(s) {
	case gonets.RunSucceeded, gonets.RunRunning:
		return green
	case gonets.RunPaused:
		return yellow
	case gonets.RunFailed:
		return red
	case gonets.RunWaiting:
		return cyan
	case gonets.RunHeld, gonets.RunSkipped, gonets.RunCancelled:
		return grey
	}
	return plain
}

// outcomeColour tells at a glance how an attempt ended.
func outcomeColour(o gonets.Outcome) colour {
	switch o {
	case gonets.OutcomeOK:
		return green
	case gonets.OutcomeUnknown, gonets.OutcomeCancelled:
		return yellow
	}
	return red
}

// ago says when something was or will be, from now.
func (a *app) ago(t time.Time) string {
	d := a.Clock.Now().Sub(t)
	if d < 0 {
		return "in " + moment.Span(-d)
	}
	if d < time.Second {
		return "now"
	}
	return moment.Span(d) + " ago"
}

// at is a time on the clock and from now.
func (a *app) at(t time.Time) string {
	return t.In(a.Zone).Format("2006-01-02 15:04:05 MST") + " (" + a.ago(t) + ")"
}

// pretty indents a body that is JSON and leaves any other as it is.
func pretty(body string) string {
	var b bytes.Buffer
	if t := strings.TrimSpace(body); t != "" && (t[0] == '{' || t[0] == '[') && json.Indent(&b, []byte(t), "", "  ") == nil {
		return b.String()
	}
	return body
}

// indented writes every line of text behind a prefix.
func indented(w io.Writer, prefix, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintln(w, strings.TrimRight(prefix+line, " "))
	}
}

// size is a number of bytes in words.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
