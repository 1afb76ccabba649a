package export

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"gonets/api"
)

// Reconciliation is the table of what came in and what became of it, a row for
// each day and source.
func Reconciliation(r *api.Reconciliation, s Style) ([]byte, error) {
	columns := []struct {
		head word
		cell func(d *api.DayCounts) int64
	}{
		{word{"Received", "Получено"}, func(d *api.DayCounts) int64 { return d.Received }},
		{word{"Done", "Выполнено"}, func(d *api.DayCounts) int64 { return d.Done }},
		{word{"Skipped", "Пропущено"}, func(d *api.DayCounts) int64 { return d.Skipped }},
		{word{"Waiting", "Ждёт"}, func(d *api.DayCounts) int64 { return d.Waiting }},
		{word{"Held until start", "Ждёт запуска"}, func(d *api.DayCounts) int64 { return d.Held }},
		{word{"Waiting for you", "Ждёт вас"}, func(d *api.DayCounts) int64 { return d.Paused }},
		{word{"Failed", "Ошибка"}, func(d *api.DayCounts) int64 { return d.Failed }},
		{word{"Cancelled", "Отменено"}, func(d *api.DayCounts) int64 { return d.Cancelled }},
		{word{"No scenario", "Без обработки"}, func(d *api.DayCounts) int64 { return d.Unused }},
		{word{"Removed before start", "Удалено до запуска"}, func(d *api.DayCounts) int64 { return d.Expired }},
		{word{"Missing", "Не хватает"}, func(d *api.DayCounts) int64 { return d.Missing }},
		{word{"Repeats", "Повторы отправителя"}, func(d *api.DayCounts) int64 { return d.Repeats }},
		{word{"Rejected", "Отвергнуто"}, func(d *api.DayCounts) int64 { return d.Rejected }},
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if s.Russian {
		w.Comma = ';'
	}
	head := []string{word{"Day", "День"}.in(s.Russian), word{"Data source", "Источник данных"}.in(s.Russian)}
	for _, c := range columns {
		head = append(head, c.head.in(s.Russian))
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for i := range r.Items {
		d := &r.Items[i]
		row := []string{d.Day, inert(d.Source)}
		for _, c := range columns {
			row = append(row, strconv.FormatInt(c.cell(d), 10))
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
