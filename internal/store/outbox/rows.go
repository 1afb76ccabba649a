package outbox

import (
	"database/sql"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/store/pack"
)

// causeColumns stand in three tables.
const causeColumns = `scenario, source, host, code, status`

// cause gives the places of causeColumns; fill completes it after the scan.
func cause(c *gonets.Cause) (dest []any, fill func()) {
	host := new([]byte)
	return []any{&c.Scenario, &c.Source, host, &c.Code, &c.Status}, func() { c.Host = string(*host) }
}

func scanSignal(scan func(...any) error) (s gonets.Signal, err error) {
	dest, fill := cause(&s.Cause)
	var at sql.NullInt64
	dest = append([]any{&s.Trouble, &s.Kind}, dest...)
	err = scan(append(dest, &s.RunID, &s.N, &s.Path, &s.Runs, &s.Ended, &at)...)
	fill()
	s.At = pack.FromMS(at)
	return s, err
}

const troubleColumns = `id, ` + causeColumns + `, opened_at, failed_at, ok_at, over_at, look_at, run, n, path, runs, ended, told_end, flaps`

// troubleSelect reads troubles; one was told when there is a notice of it that was
// not given up.
const troubleSelect = `SELECT ` + troubleColumns + `, CASE WHEN EXISTS (SELECT 1 FROM notices n
	WHERE n.trouble = troubles.id AND n.at >= troubles.opened_at AND n.kind <> 'recovered'
	AND (n.letter IS NULL OR n.letter <> '')) THEN 1 ELSE 0 END FROM troubles `

const troubleUpsert = `INSERT INTO troubles (` + troubleColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET opened_at = excluded.opened_at, failed_at = excluded.failed_at, ok_at = excluded.ok_at,
		over_at = excluded.over_at, look_at = excluded.look_at, run = excluded.run, n = excluded.n, path = excluded.path,
		runs = excluded.runs, ended = excluded.ended, told_end = excluded.told_end, flaps = excluded.flaps`

func troubleRow(t *news.Trouble) []any {
	return []any{t.ID, t.Scenario, t.Source, pack.Blob(t.Host), string(t.Code), t.Status, t.OpenedAt.UnixMilli(), t.FailedAt.UnixMilli(), pack.Stamp(t.OKAt),
		pack.MS(t.OverAt), pack.MS(t.LookAt), t.RunID, t.N, t.Path, t.Runs, t.Ended, flag(t.ToldEnd), t.Flaps}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func scanTrouble(scan func(...any) error) (t news.Trouble, err error) {
	dest, fill := cause(&t.Cause)
	var opened, failed, ok, over, look sql.NullInt64
	dest = append([]any{&t.ID}, dest...)
	err = scan(append(dest, &opened, &failed, &ok, &over, &look, &t.RunID, &t.N, &t.Path, &t.Runs, &t.Ended, &t.ToldEnd, &t.Flaps, &t.Told)...)
	fill()
	t.OpenedAt, t.FailedAt, t.OverAt, t.LookAt = pack.FromMS(opened), pack.FromMS(failed), pack.FromMS(over), pack.FromMS(look)
	if ok.Int64 > 0 {
		t.OKAt = pack.FromMS(ok)
	}
	return t, err
}

const noticeColumns = `n.id, n.trouble, n.kind, n.scenario, n.source, n.host, n.code, n.status, n.at, n.due_at, n.runs, n.ended, n.run, n.path,
	n.recovered_at, n.letter`

const noticeInsert = `INSERT INTO notices (id, trouble, kind, ` + causeColumns + `, at, due_at, runs, ended, run, path, recovered_at, letter)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func noticeRow(n *news.Notice) []any {
	return []any{n.ID, n.Trouble, string(n.Kind), n.Scenario, n.Source, pack.Blob(n.Host), string(n.Code), n.Status, n.At.UnixMilli(),
		n.DueAt.UnixMilli(), n.Runs, n.Ended, n.RunID, n.Path, pack.MS(n.RecoveredAt), letterOf(n)}
}

// letterOf is a notice's letter as it is kept: none yet is NULL, none ever empty.
func letterOf(n *news.Notice) any {
	if n.GivenUp {
		return ""
	}
	return pack.NullText(n.Letter)
}

// noticeDest gives the places of noticeColumns and more; fill completes the
// notice after the scan.
func noticeDest(n *news.Notice) (dest []any, fill func()) {
	mid, host := cause(&n.Cause)
	at, due, recovered, letter := new(sql.NullInt64), new(sql.NullInt64), new(sql.NullInt64), new(sql.NullString)
	dest = append([]any{&n.ID, &n.Trouble, &n.Kind}, mid...)
	dest = append(dest, at, due, &n.Runs, &n.Ended, &n.RunID, &n.Path, recovered, letter)
	return dest, func() {
		host()
		n.At, n.DueAt, n.RecoveredAt, n.Letter = pack.FromMS(*at), pack.FromMS(*due), pack.FromMS(*recovered), letter.String
		n.GivenUp = letter.Valid && letter.String == ""
	}
}

func scanNotice(scan func(...any) error) (*news.Notice, error) {
	n := &news.Notice{}
	dest, fill := noticeDest(n)
	err := scan(dest...)
	fill()
	return n, err
}
