package dialect

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Error(diff)
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
