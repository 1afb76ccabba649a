package export

import (
	"encoding/csv"
	"io"
	"slices"
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

// need is what a column takes of a run, each more than the one before.
type need int

const (
	summary need = iota
	failure      // what the last attempt met, when that did not go well
	attempt      // the last attempt, however it went
	bodies       // what it carried: what is hidden there may come from anywhere in the run
)

// column is a column of a table.
type column struct {
	name string
	head word
	cell func(r *api.Run, s *Style) string
	need need
	// extra is a column that only those see who ask for it.
	extra bool
}

func columns() []column {
	return []column{
		{name: "run", head: word{"Run", "Операция"}, cell: func(r *api.Run, _ *Style) string { return r.ID }},
		{name: "time", head: word{"Time", "Время"}, cell: func(r *api.Run, s *Style) string { return s.time(&r.CreatedAt) }},
		{name: "state", head: word{"State", "Состояние"}, cell: func(r *api.Run, s *Style) string { return s.state(r.State) }},
		{name: "reason", head: word{"Reason", "Причина"}, cell: reason},
		{name: "scenario", head: word{"Scenario", "Обработка"}, cell: func(r *api.Run, _ *Style) string { return r.Scenario }},
		{name: "version", head: word{"Version", "Версия"}, cell: func(r *api.Run, _ *Style) string { return number(r.Version) }},
		{name: "source", head: word{"Data source", "Источник данных"}, cell: func(r *api.Run, _ *Style) string { return r.Source }},
		{name: "data", head: word{"Data", "Данные"}, cell: data},
		{name: "attempts", head: word{"Attempts", "Попытки"}, cell: func(r *api.Run, _ *Style) string { return strconv.Itoa(r.Attempts) }},
		{name: "status", head: word{"Response status", "Статус ответа"}, cell: func(r *api.Run, _ *Style) string { return number(r.LastStatus) }},
		{name: "error", head: word{"Error", "Ошибка"}, cell: explained, need: failure},
		{name: "next_try", head: word{"Next try", "Следующая попытка"}, cell: func(r *api.Run, s *Style) string { return s.time(r.NextTryAt) }},
		{name: "ended", head: word{"Ended", "Закончена"}, cell: func(r *api.Run, s *Style) string { return s.time(r.FinishedAt) }},
		{name: "lane", head: word{"Service queue", "Очередь к сервису"}, cell: func(r *api.Run, _ *Style) string { return r.Lane }},
		{name: "event", head: word{"Event", "Событие"}, cell: func(r *api.Run, _ *Style) string { return r.EventID }},
		{name: "reason_code", head: word{"Reason code", "Код причины"}, cell: func(r *api.Run, _ *Style) string { return string(r.Reason) }},
		{name: "error_code", head: word{"Error code", "Код ошибки"}, cell: func(r *api.Run, _ *Style) string { return string(last(r).Code) }, need: failure},
		{name: "address", head: word{"Address", "Адрес"}, cell: func(r *api.Run, _ *Style) string { return last(r).Request.URL }, need: attempt, extra: true},
		{name: "request", head: word{"Request body", "Тело запроса"}, cell: request, need: bodies, extra: true},
		{name: "reply", head: word{"Reply body", "Тело ответа"}, cell: reply, need: bodies, extra: true},
	}
}

// Columns are the names of all columns that a table may have.
func Columns() (names []string) {
	for _, c := range columns() {
		names = append(names, c.name)
	}
	return names
}

// columns are those of the style's table. Names that there are not are left out.
func (s *Style) columns() (chosen []column) {
	all := columns()
	if len(s.Columns) == 0 {
		return slices.DeleteFunc(all, func(c column) bool { return c.extra })
	}
	for _, name := range s.Columns {
		if i := slices.IndexFunc(all, func(c column) bool { return c.name == name }); i >= 0 {
			chosen = append(chosen, all[i])
		}
	}
	return chosen
}

// takes is the most that one of the columns needs.
func (s *Style) takes() (most need) {
	for _, c := range s.columns() {
		most = max(most, c.need)
	}
	return most
}

// reason is why the run rests or ended, in words.
func reason(r *api.Run, s *Style) string {
	e, _ := texts.InBrowser(r.Reason)
	return word{e.En.What, e.Ru.What}.in(s.Russian)
}

// explained is what the run's page says of its last attempt.
func explained(r *api.Run, s *Style) string {
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
	t := &table{w: csv.NewWriter(w), style: s, cols: s.columns(), below: w}
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
		row[i] = inert(t.style.fit(c.cell(run, &t.style)))
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

// inert is a cell that no spreadsheet takes for a formula: what people send in
// their forms must not calculate on the machine of whoever reads it.
func inert(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, s)
	// Some of them drop spaces before they look for a formula, and know the wide
	// forms of the signs.
	if first := strings.TrimLeft(s, " \n\t\u00a0"); first != "" && strings.ContainsRune("=+-@|%\uFF1D\uFF0B\uFF0D\uFF20", []rune(first)[0]) || strings.HasPrefix(s, "\t") {
		return "'" + s
	}
	return s
}
