package export_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"gonets"
	"gonets/api"
	"gonets/internal/content"
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
			{N: 1, StartedAt: at, DurationMS: 98, Remote: "127.0.0.1:443", Outcome: gonets.OutcomeHTTP, HTTPVersion: "HTTP/2.0",
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

func TestATableTakesOfARunWhatItsColumnsNeed(t *testing.T) {
	t.Parallel()
	well := &gonets.RunSummary{Run: gonets.Run{Attempts: 1}, LastOutcome: gonets.OutcomeOK}
	badly := &gonets.RunSummary{Run: gonets.Run{Attempts: 1}, LastOutcome: gonets.OutcomeUnknown}
	for _, c := range []struct {
		columns     string
		well, badly bool
		whole       bool
		limit       int
	}{
		{"", false, true, false, 100_000},
		{"run,state,data", false, false, false, 100_000},
		{"time,error_code", false, true, false, 100_000},
		{"error,address", true, true, false, 100_000},
		{"address,request", false, false, true, 10_000},
		{"reply", false, false, true, 10_000},
	} {
		s := export.Style{Format: export.CSV, Columns: strings.FieldsFunc(c.columns, func(r rune) bool { return r == ',' })}
		if s.Tells(well) != c.well || s.Tells(badly) != c.badly || s.Tells(&gonets.RunSummary{}) || s.Whole() != c.whole || s.Limit() != c.limit {
			t.Errorf("%q: %v, %v, whole %v, at most %d", c.columns, s.Tells(well), s.Tells(badly), s.Whole(), s.Limit())
		}
	}
	for format, limit := range map[string]int{export.JSONL: 10_000, export.HAR: 1_000} {
		if s := (export.Style{Format: format}); !s.Whole() || s.Limit() != limit {
			t.Errorf("%s: whole %v, at most %d", format, s.Whole(), s.Limit())
		}
	}
}

// cells are a run's cells of a table in English.
func cells(t *testing.T, columns string, r *api.Run) []string {
	t.Helper()
	text := written(t, export.Style{Format: export.CSV, Columns: strings.Split(columns, ",")}, r)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
		t.Fatalf("%v in %q", err, text)
	}
	return rows[1]
}

func TestColumnsStandAsTheyWereChosen(t *testing.T) {
	t.Parallel()
	r := run("a")
	r.Attempts = 1
	text := written(t, export.Style{Format: export.CSV, Columns: []string{"reply", "address", "request", "state"}}, r)
	want := "\uFEFFReply body,Address,Request body,State\r\n" +
		`"[1 bytes, not a text]",https://crm.example/?a=1%202&b,"{""a"":""<1>""}",Waiting for you` + "\r\n"
	if text != want {
		t.Errorf("%q\nwant %q", text, want)
	}
	if all := cells(t, strings.Join(export.Columns(), ","), r); len(all) != 20 || all[0] != "r1" || all[17] != "https://crm.example/?a=1%202&b" {
		t.Errorf("%q", all)
	}
}

func TestBodiesStandInTablesAsText(t *testing.T) {
	t.Parallel()
	old := []gonets.Header{{Name: "Content-Type", Value: "text/plain; charset=windows-1251"}}
	for want, change := range map[string]func(a *api.Attempt){
		"":                                      func(a *api.Attempt) { a.Response = nil },
		"да":                                    func(a *api.Attempt) { a.Response.Content = content.Of(old, []byte("\xe4\xe0")) },
		"[2 bytes, not a text]":                 func(a *api.Attempt) { a.Response.Body = "5OA=" },
		"ok\n[the rest was not kept]":           func(a *api.Attempt) { a.Response.Content, a.Response.Cut = api.Content{Body: "ok"}, true },
		"[not kept, the disk was low]":          func(a *api.Attempt) { a.NotKept = true },
		"[erased on request]":                   func(a *api.Attempt) { a.Erased, a.Response.Content = true, api.Content{Body: "стёрто"} },
		"'=HYPERLINK(\"https://evil.example\")": func(a *api.Attempt) { a.Response.Content = api.Content{Body: `=HYPERLINK("https://evil.example")`} },
	} {
		r := run("a")
		r.Attempts = 1
		change(&r.Steps[0].Attempts[0])
		if got := cells(t, "run,reply", r)[1]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	r := run("a")
	r.Attempts = 1
	r.Steps[0].Attempts[0].Request.Parts = []api.Part{{Name: "who", Text: "Anna"}, {Name: "scan", FileName: "a.png", Size: 120}}
	if got := cells(t, "request", r)[0]; got != "who: Anna\nscan: a.png [120 bytes]" {
		t.Errorf("%q", got)
	}
}

// A cell of a spreadsheet holds 32,767 units of UTF-16; what is cut says so.
func TestACellSaysWhereItWasCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		cut  string
	}{
		{strings.Repeat("a", 32_766), ""},
		{strings.Repeat("я", 32_766), ""},
		{strings.Repeat("😀", 16_383), ""},
		{"=" + strings.Repeat("a", 32_766), "32767"},
		{strings.Repeat("я", 100_000), "100000"},
		{strings.Repeat("😀", 20_000), "20000"},
	} {
		r := run("a")
		r.Attempts = 1
		r.Steps[0].Attempts[0].Response.Content = api.Content{Body: c.body}
		got := strings.TrimPrefix(cells(t, "reply", r)[0], "'")
		kept, note, cut := strings.Cut(got, "\n[cut here, ")
		if cut != (c.cut != "") || !strings.HasPrefix(c.body, kept) || cut && note != c.cut+" characters in all]" || !cut && kept != c.body {
			t.Errorf("%d bytes: %d are kept, %q", len(c.body), len(kept), note)
		}
		if n := len(utf16.Encode([]rune(cells(t, "reply", r)[0]))); n > 32_767 || cut && n < 32_600 {
			t.Errorf("%d bytes: a cell of %d", len(c.body), n)
		}
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
					Server  string `json:"serverIPAddress"`
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
		if e.Server != "127.0.0.1" {
			t.Errorf("the server's address is %q, the format wants it without a port", e.Server)
		}
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

func TestAnArchiveHoldsNothingOfWhatWasErased(t *testing.T) {
	t.Parallel()
	const note = "стёрто"
	r := run("a")
	for i := range r.Steps[0].Attempts {
		at := &r.Steps[0].Attempts[i]
		at.Erased, at.Error, at.Request.Body = true, note, note
		if at.Response != nil {
			at.Response.Content = api.Content{Body: note}
		}
	}
	text := written(t, export.Style{Format: export.HAR}, r)
	if strings.Contains(text, note) || strings.Contains(text, "postData") || !strings.Contains(text, "erased on request") || !strings.Contains(text, `"status":503`) {
		t.Errorf("%s", text)
	}
}

func TestLinesAreOneRunEach(t *testing.T) {
	t.Parallel()
	text := written(t, export.Style{Format: export.JSONL}, run("a"), run("b\nc"))
	if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 2 || !json.Valid([]byte(lines[0])) || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q", text)
	}
}
