package dialect

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestStatementsOverManyRows(t *testing.T) {
	t.Parallel()
	columns := Columns{Text("id"), Int("n")}
	for name, c := range map[string]struct{ got, want *Many }{
		"insert": {
			Insert("t", columns, "ON CONFLICT (id) DO NOTHING", "id"),
			&Many{
				Each: "INSERT INTO t (id, n) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
				Groups: []Group{
					{32, "INSERT OR FAIL INTO t (id, n) VALUES " + strings.Repeat("(?, ?), ", 31) + "(?, ?) ON CONFLICT (id) DO NOTHING"},
					{8, "INSERT OR FAIL INTO t (id, n) VALUES " + strings.Repeat("(?, ?), ", 7) + "(?, ?) ON CONFLICT (id) DO NOTHING"},
					{1, "INSERT INTO t (id, n) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"},
				},
				Set:   "INSERT INTO t (id, n) SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS bigint[])) ON CONFLICT (id) DO NOTHING RETURNING t.id",
				Kinds: []Kind{text, bigint},
			},
		},
		"update": {
			Update(Change{Table: "t", Columns: columns, Set: "n = v.n", Where: "t.id = v.id AND t.n < v.n"}),
			&Many{
				Each: "UPDATE t SET n = ? WHERE t.id = ? AND t.n < ?", Order: []int{1, 0, 1},
				Groups: []Group{{1, "UPDATE t SET n = ? WHERE t.id = ? AND t.n < ?"}},
				Set: "WITH v (id, n) AS (SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS bigint[]))) " +
					"UPDATE t SET n = v.n FROM v WHERE t.id = v.id AND t.n < v.n",
				Kinds: []Kind{text, bigint}, Key: -1,
			},
		},
		"delete": {
			Delete("t", columns[:1], "t.id = v.id"),
			&Many{
				Each: "DELETE FROM t WHERE t.id = ?", Order: []int{0}, Groups: []Group{{1, "DELETE FROM t WHERE t.id = ?"}},
				Set:   "WITH v (id) AS (SELECT * FROM unnest(CAST(? AS text[]))) DELETE FROM t USING v WHERE t.id = v.id",
				Kinds: []Kind{text}, Key: -1,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.got, cmpopts.IgnoreUnexported(Many{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsUsualInAllRowsIsNoArgument(t *testing.T) {
	t.Parallel()
	columns := Columns{Text("id"), Int("n").Usually(0), Bytes("b").Usually(nil), Text("mark").Usually("")}
	insert := Insert("t", columns, "", "")
	update := Update(Change{Table: "t", Columns: columns, Set: "n = v.n, b = v.b, mark = v.mark", Where: "t.id = v.id"})
	usual, bytesToo := []any{"1", 0, nil, ""}, []any{"2", 0, []byte(nil), ""}
	for name, c := range map[string]struct {
		of   *Many
		rows [][]any
		text string
	}{
		"one row":                {insert, [][]any{usual}, "INSERT INTO t (id, n, b, mark) VALUES (?, 0, NULL, '') "},
		"no bytes are NULL":      {insert, [][]any{usual, bytesToo}, "INSERT INTO t (id, n, b, mark) VALUES (?, 0, NULL, '') "},
		"empty bytes are not":    {insert, [][]any{usual, {"3", 0, []byte{}, ""}}, "INSERT INTO t (id, n, b, mark) VALUES (?, ?, ?, ?) "},
		"another number":         {insert, [][]any{{"4", 1, nil, ""}, usual}, "INSERT INTO t (id, n, b, mark) VALUES (?, ?, ?, ?) "},
		"NULL is no empty text":  {insert, [][]any{{"5", 0, nil, nil}}, "INSERT INTO t (id, n, b, mark) VALUES (?, ?, ?, ?) "},
		"a change":               {update, [][]any{bytesToo}, "UPDATE t SET n = 0, b = NULL, mark = '' WHERE t.id = ?"},
		"a change of much":       {update, [][]any{{"6", 0, nil, "m"}}, "UPDATE t SET n = ?, b = ?, mark = ? WHERE t.id = ?"},
		"nothing usual is known": {Insert("t", columns[:1], "", ""), [][]any{usual[:1]}, "INSERT INTO t (id) VALUES (?) "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := c.of.Fitting(c.rows)
			if m.Each != c.text || m.Groups[len(m.Groups)-1].Text != c.text {
				t.Errorf("%q, in groups %q", m.Each, m.Groups[len(m.Groups)-1].Text)
			}
			var s Statements
			for _, row := range c.rows {
				if err := s.take(m, row); err != nil {
					t.Fatal(err)
				}
			}
			if want := strings.Count(c.text, "?") * len(c.rows); len(s.values) != want {
				t.Errorf("%d arguments for %d", len(s.values), want)
			}
		})
	}
}

func TestColumnsBecomeBinaryArrays(t *testing.T) {
	t.Parallel()
	head := func(oid, length string) string { return "00000001" + "00000001" + oid + length + "00000001" }
	for name, c := range map[string]struct {
		kind   Kind
		values []any
		want   string
	}{
		"texts":                     {text, []any{"ab", "", nil}, head("00000019", "00000003") + "000000026162" + "00000000" + "ffffffff"},
		"a NUL is no text":          {text, []any{"a\x00"}, head("00000019", "00000001") + "0000000461efbfbd"},
		"numbers of either width":   {bigint, []any{1, int64(-1)}, head("00000014", "00000002") + "000000080000000000000001" + "00000008ffffffffffffffff"},
		"bytes, none of them, NULL": {bytea, []any{[]byte{0}, []byte{}, []byte(nil)}, head("00000011", "00000003") + "0000000100" + "00000000" + "ffffffff"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := make([][]any, len(c.values))
			for i, v := range c.values {
				rows[i] = []any{v}
			}
			got, err := c.kind.array(rows, 0)
			if err != nil || hex.EncodeToString(got) != c.want {
				t.Errorf("%x, want %s: %v", got, c.want, err)
			}
		})
	}
	if _, err := text.array([][]any{{1.5}}, 0); err == nil {
		t.Error("a type that no column has was taken")
	}
}
