package export_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/export"
	"gonets/internal/testkit"
	"gonets/internal/texts"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func run(name string) *api.Run {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return &api.Run{
		RunSummary: api.RunSummary{ID: "r1", EventID: "e1", Scenario: "crm", State: gonets.RunPaused, CreatedAt: at, LastStatus: 503,
			Data: []api.Datum{{Name: "name", Value: name}, {Name: "phone", Value: "+79990001122"}}},
		Steps: []api.Step{{Path: "deal", Attempts: []api.Attempt{
			{N: 1, StartedAt: at, DurationMS: 98, Outcome: gonets.OutcomeHTTP, HTTPVersion: "HTTP/2.0",
				Timings: &gonets.Timings{DNS: 1000, Connect: 3000, TLS: 6000, FirstByte: 90_000, Total: 98_000},
				Request: api.Request{Method: "POST", URL: "https://crm.example/?a=1%202&b", Headers: []gonets.Header{{Name: "Content-Type", Value: "application/json"}},
					Content: api.Content{Body: `{"a":"<1>"}`}},
				Response: &api.Response{Status: 503, StatusLine: "HTTP/2.0 503 Service Unavailable", Content: api.Content{Body: "/w==", Encoding: "base64"}, Size: 1}},
			{N: 2, Outcome: gonets.OutcomeTemplate},
			{N: 3, Outcome: gonets.OutcomeNetwork, Error: "no route", Request: api.Request{Method: "GET", URL: "https://crm.example/"}},
		}}},
	}
}

func written(t *testing.T, s export.Style, runs ...*api.Run) string {
	t.Helper()
	var b strings.Builder
	w := export.New(&b, s)
	for _, r := range runs {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTableIsTakenBySpreadsheetsOfBothLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		style       export.Style
		comma       rune
		head, state string
		time        string
	}{
		{export.Style{Format: export.CSV}, ',', "State", "Waiting for you", "2026-11-22 09:00:00"},
		{export.Style{Format: export.CSV, Russian: true, Zone: time.FixedZone("MSK", 3*60*60)}, ';', "Состояние", "Ждёт вас", "22.11.2026 12:00:00"},
	} {
		text := written(t, c.style, run("Анна; Петрова, \"Аня\""))
		plain, marked := strings.CutPrefix(text, "\uFEFF")
		r := csv.NewReader(strings.NewReader(plain))
		r.Comma = c.comma
		rows, err := r.ReadAll()
		if err != nil || !marked || len(rows) != 2 {
			t.Fatalf("%v, marked %v\n%s", err, marked, text)
		}
		if rows[0][2] != c.head || rows[1][2] != c.state || rows[1][1] != c.time || rows[1][7] != "Анна; Петрова, \"Аня\", +79990001122" {
			t.Errorf("%q", rows)
		}
	}
	if text := written(t, export.Style{Format: export.CSV}); !strings.HasPrefix(text, "\uFEFFRun,Time") {
		t.Errorf("an empty table: %q", text)
	}
}

func TestTableSaysInItsReadersLanguageWhatFailed(t *testing.T) {
	t.Parallel()
	failed := run("a")
	failed.Reason, failed.Attempts, failed.LastError = gonets.CodeTriesUsedUp, 3, "dial tcp: no route"
	failed.Steps[0].Attempts[2].Code = gonets.CodeNetwork
	failed.Steps[0].Attempts[2].Explain = &api.Explain{En: api.Message{What: "No way there."}, Ru: api.Message{What: "Туда нет пути."}}
	why, _ := texts.InBrowser(gonets.CodeTriesUsedUp)
	for _, c := range []struct {
		style                     export.Style
		comma                     rune
		reasonHead, errorHead     string
		reason, failure, codeHead string
	}{
		{export.Style{Format: export.CSV}, ',', "Reason", "Error", why.En.What, "No way there.", "Error code"},
		{export.Style{Format: export.CSV, Russian: true}, ';', "Причина", "Ошибка", why.Ru.What, "Туда нет пути.", "Код ошибки"},
	} {
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(written(t, c.style, failed), "\uFEFF")))
		r.Comma = c.comma
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		cells := map[string]string{}
		for i, head := range rows[0] {
			cells[head] = rows[1][i]
		}
		if cells[c.reasonHead] != c.reason || c.reason == "" || cells[c.errorHead] != c.failure || cells[c.codeHead] != string(gonets.CodeNetwork) {
			t.Errorf("%q", cells)
		}
		if strings.Contains(strings.Join(rows[1], " "), "dial tcp") {
			t.Errorf("the words of the network stand in a table: %q", rows[1])
		}
	}
}

func TestATableTakesTheLastAttemptOfWhatFailed(t *testing.T) {
	t.Parallel()
	for outcome, tells := range map[gonets.Outcome]bool{"": false, gonets.OutcomeOK: false, gonets.OutcomeHTTP: true, gonets.OutcomeUnknown: true} {
		if got := export.Tells(&gonets.RunSummary{LastOutcome: outcome}); got != tells {
			t.Errorf("%q: %v", outcome, got)
		}
	}
	if export.Whole(export.CSV) || !export.Whole(export.JSONL) || !export.Whole(export.HAR) {
		t.Error("lines and archives hold whole runs, a table does not")
	}
}

func TestCellsNeverCalculate(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=cmd|'/c calc'!A0", "\uFF1D1", "|x", "\u00a0=1"} {
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(written(t, export.Style{Format: export.CSV}, run(evil)), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if cell := rows[1][7]; !strings.HasPrefix(cell, "'") {
			t.Errorf("%q became %q", evil, cell)
		}
	}
}

func TestArchiveHoldsEveryRequest(t *testing.T) {
	t.Parallel()
	for _, runs := range [][]*api.Run{nil, {run("a")}, {run("a"), run("b")}} {
		var har struct {
			Log struct {
				Version string
				Entries []struct {
					Time    float64
					Request struct {
						QueryString []struct{ Name, Value string }
						PostData    *struct{ Text string }
					}
					Response struct {
						Status     int
						StatusText string
						Error      string `json:"_error"`
						Content    struct{ Text, Encoding string }
					}
					Timings struct{ DNS, Connect, SSL, Wait, Receive float64 }
				}
			}
		}
		text := written(t, export.Style{Format: export.HAR}, runs...)
		if err := json.Unmarshal([]byte(text), &har); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(har.Log.Entries) != 2*len(runs) || har.Log.Version != "1.2" {
			t.Fatalf("%d entries of version %q", len(har.Log.Entries), har.Log.Version)
		}
		if len(runs) == 0 {
			continue
		}
		e := har.Log.Entries[0]
		if e.Time != 98 || e.Timings.DNS != 1 || e.Timings.Connect != 5 || e.Timings.SSL != 3 || e.Timings.Wait != 84 || e.Timings.Receive != 8 {
			t.Errorf("timings: %+v of %v", e.Timings, e.Time)
		}
		if len(e.Request.QueryString) != 2 || e.Request.QueryString[0].Value != "1 2" || e.Request.PostData.Text != `{"a":"<1>"}` {
			t.Errorf("%+v", e.Request)
		}
		if e.Response.StatusText != "Service Unavailable" || e.Response.Content.Encoding != "base64" {
			t.Errorf("%+v", e.Response)
		}
		if last := har.Log.Entries[1].Response; last.Status != 0 || last.Error != "no route" {
			t.Errorf("%+v", last)
		}
	}
}

func TestLinesAreOneRunEach(t *testing.T) {
	t.Parallel()
	text := written(t, export.Style{Format: export.JSONL}, run("a"), run("b\nc"))
	if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 2 || !json.Valid([]byte(lines[0])) || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q", text)
	}
}
