// Package export writes runs into files for other programs: tables (CSV), lines
// of JSON, and the archive of HTTP exchanges that browsers read (HAR 1.2). What
// it is given is masked already.
package export

import (
	"bufio"
	"io"
	"time"

	"gonets"
	"gonets/api"
)

// The formats.
const (
	CSV   = "csv"
	JSONL = "jsonl"
	HAR   = "har"
)

// Formats are all formats.
func Formats() []string { return []string{CSV, JSONL, HAR} }

// MediaType is that of a format.
func MediaType(format string) string {
	switch format {
	case CSV:
		return "text/csv; charset=utf-8"
	case JSONL:
		return "application/x-ndjson"
	}
	return "application/json"
}

// Writer writes one file. Close ends it and does not close what is below.
type Writer interface {
	// Write takes a run, as much of it as the style's Whole and Tells say.
	Write(run *api.Run) error
	Close() error
}

// Style is how a file is written.
type Style struct {
	Format string
	// Columns are those of a table, in their order; the usual ones when empty.
	Columns []string
	// Russian writes a table with Russian words, as a spreadsheet in Russian
	// takes it.
	Russian bool
	// Zone is that of a table's times; nil is UTC.
	Zone *time.Location
	// Version is the server's.
	Version string
}

// Limit is how many runs a file holds at most: most tables need only the list,
// other files everything that is kept about each run.
func (s *Style) Limit() int {
	switch {
	case !s.Whole():
		return 100_000
	case s.Format == HAR:
		return 1_000
	}
	return 10_000
}

// Whole tells whether a file takes runs with all that they did. A table without
// bodies takes their summaries, and the last attempt of those that [Style.Tells].
func (s *Style) Whole() bool { return s.Format != CSV || s.takes() == bodies }

// Tells tells whether a table takes the run's last attempt.
func (s *Style) Tells(r *gonets.RunSummary) bool {
	switch s.takes() {
	case failure:
		return r.LastOutcome != "" && r.LastOutcome != gonets.OutcomeOK
	case attempt:
		return r.Attempts > 0
	}
	return false
}

// New begins a file.
func New(w io.Writer, s Style) Writer {
	switch s.Format {
	case CSV:
		return newTable(w, s)
	case JSONL:
		return lines{bufio.NewWriter(w)}
	}
	return newArchive(w, s)
}

type lines struct{ w *bufio.Writer }

func (l lines) Write(run *api.Run) error {
	b, err := gonets.PlainJSON(run)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(b); err != nil {
		return err
	}
	return l.w.WriteByte('\n')
}

func (l lines) Close() error { return l.w.Flush() }
