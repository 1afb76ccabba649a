package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/texts"
)

// word is a word in both languages.
type word struct{ en, ru string }

func (w word) in(russian bool) string {
	if russian {
		return w.ru
	}
	return w.en
}

// column is a column of a table.
type column struct {
	head word
	cell func(r *api.Run, s *Style) string
}

func columns() []column {
	return []column{
		{word{"Run", "Операция"}, func(r *api.Run, _ *Style) string { return r.ID }},
		{word{"Time", "Время"}, func(r *api.Run, s *Style) string { return s.time(&r.CreatedAt) }},
		{word{"State", "Состояние"}, func(r *api.Run, s *Style) string { return s.state(r.State) }},
		{word{"Reason", "Причина"}, reason},
		{word{"Scenario", "Обработка"}, func(r *api.Run, _ *Style) string { return r.Scenario }},
		{word{"Version", "Версия"}, func(r *api.Run, _ *Style) string { return number(r.Version) }},
		{word{"Data source", "Источник данных"}, func(r *api.Run, _ *Style) string { return r.Source }},
		{word{"Data", "Данные"}, data},
		{word{"Attempts", "Попытки"}, func(r *api.Run, _ *Style) string { return strconv.Itoa(r.Attempts) }},
		{word{"Response status", "Статус ответа"}, func(r *api.Run, _ *Style) string { return number(r.LastStatus) }},
		{word{"Error", "Ошибка"}, failure},
		{word{"Next try", "Следующая попытка"}, func(r *api.Run, s *Style) string { return s.time(r.NextTryAt) }},
		{word{"Ended", "Закончена"}, func(r *api.Run, s *Style) string { return s.time(r.FinishedAt) }},
		{word{"Service queue", "Очередь к сервису"}, func(r *api.Run, _ *Style) string { return r.Lane }},
		{word{"Event", "Событие"}, func(r *api.Run, _ *Style) string { return r.EventID }},
		{word{"Reason code", "Код причины"}, func(r *api.Run, _ *Style) string { return string(r.Reason) }},
		{word{"Error code", "Код ошибки"}, func(r *api.Run, _ *Style) string { return string(last(r).Code) }},
	}
}

// reason is why the run rests or ended, in words.
func reason(r *api.Run, s *Style) string {
	e, _ := texts.InBrowser(r.Reason)
	return word{e.En.What, e.Ru.What}.in(s.Russian)
}

// failure is what the run's page says of its last attempt.
func failure(r *api.Run, s *Style) string {
	e := last(r).Explain
	if e == nil {
		return ""
	}
	return word{e.En.What, e.Ru.What}.in(s.Russian)
}

// last is the run's last attempt; an empty one where only its summary is there.
func last(r *api.Run) *api.Attempt {
	for i := range r.Steps {
		for j := range r.Steps[i].Attempts {
			if a := &r.Steps[i].Attempts[j]; a.N == r.Attempts {
				return a
			}
		}
	}
	return &api.Attempt{}
}

func data(r *api.Run, _ *Style) string {
	values := make([]string, len(r.Data))
	for i, d := range r.Data {
		values[i] = d.Value
	}
	return strings.Join(values, ", ")
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Style) time(at *time.Time) string {
	if at == nil || at.IsZero() {
		return ""
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	if s.Russian {
		return at.In(zone).Format("02.01.2006 15:04:05")
	}
	return at.In(zone).Format("2006-01-02 15:04:05")
}

func (s *Style) state(st gonets.RunState) string {
	words := map[gonets.RunState]word{
		gonets.RunHeld: {"Held until start", "Ждёт запуска"}, gonets.RunQueued: {"Queued", "В очереди"}, gonets.RunRunning: {"Running", "Выполняется"},
		gonets.RunWaiting: {"Waiting", "Ждёт"}, gonets.RunPaused: {"Waiting for you", "Ждёт вас"}, gonets.RunSucceeded: {"Done", "Выполнена"},
		gonets.RunFailed: {"Failed", "Ошибка"}, gonets.RunSkipped: {"Skipped", "Пропущена"}, gonets.RunCancelled: {"Cancelled", "Отменена"},
	}
	if w, ok := words[st]; ok {
		return w.in(s.Russian)
	}
	return string(st)
}

// table is CSV (RFC 4180) as spreadsheets take it: with a byte order mark, else
// they take UTF-8 for another encoding, and in Russian with semicolons, because
// the comma stands in numbers there.
type table struct {
	w     *csv.Writer
	style Style
	cols  []column
	begun bool
	below io.Writer
}

func newTable(w io.Writer, s Style) *table {
	t := &table{w: csv.NewWriter(w), style: s, cols: columns(), below: w}
	t.w.UseCRLF = true
	if s.Russian {
		t.w.Comma = ';'
	}
	return t
}

func (t *table) begin() error {
	if t.begun {
		return nil
	}
	t.begun = true
	if _, err := io.WriteString(t.below, "\uFEFF"); err != nil {
		return err
	}
	row := make([]string, len(t.cols))
	for i, c := range t.cols {
		row[i] = c.head.in(t.style.Russian)
	}
	return t.w.Write(row)
}

func (t *table) Write(run *api.Run) error {
	if err := t.begin(); err != nil {
		return err
	}
	row := make([]string, len(t.cols))
	for i, c := range t.cols {
		row[i] = inert(c.cell(run, &t.style))
	}
	return t.w.Write(row)
}

func (t *table) Close() error {
	if err := t.begin(); err != nil {
		return err
	}
	t.w.Flush()
	return t.w.Error()
}

// maxCell is what a cell of a spreadsheet holds, in characters.
const maxCell = 32_000

// inert is a cell that no spreadsheet takes for a formula: what people send in
// their forms must not calculate on the machine of whoever reads it.
func inert(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxCell {
		s = string(runes[:maxCell])
	}
	// Some of them drop spaces before they look for a formula, and know the wide
	// forms of the signs.
	if first := strings.TrimLeft(s, " \n\t\u00a0"); first != "" && strings.ContainsRune("=+-@|%\uFF1D\uFF0B\uFF0D\uFF20", []rune(first)[0]) || strings.HasPrefix(s, "\t") {
		return "'" + s
	}
	return s
}
