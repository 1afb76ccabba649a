package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is the type of a column; every column may hold NULL.
type Kind string

const (
	text   Kind = "text"
	bigint Kind = "bigint"
	bytea  Kind = "bytea"
)

// Text is a column of our own words: what strangers can choose is [Bytes],
// because it may be no valid text.
func Text(name string) Column { return Column{Name: name, Kind: text} }

// Int is a column of whole numbers.
func Int(name string) Column { return Column{Name: name, Kind: bigint} }

// Bytes is a column of any bytes.
func Bytes(name string) Column { return Column{Name: name, Kind: bytea} }

// Many is one statement over many rows of arguments. Where a statement costs a
// journey to a server, all rows go at once, as one array for each column. Where
// it costs little it goes row by row, but for rows that are added: then the way
// into a table and its indexes is gone once for several of them.
type Many struct {
	// Each is the statement for one row. Order is which argument each of its ?
	// takes; nil takes them one after another.
	Each  string
	Order []int
	// Groups are statements for several rows, the largest first and Each last;
	// they end when a row cannot be, with those before it added.
	Groups []Group
	// New is true when hardly ever a row of them is there already.
	New bool
	// Set is the statement for all rows. It ends with RETURNING and the key of
	// every row that it met, when Each may meet none.
	Set string
	// Sure is Set for those who know what it will meet: it returns nothing and
	// fails with [ErrNotMet] when one row of arguments met none. Empty where
	// nobody can know.
	Sure string
	// Kinds are the kinds of the arguments.
	Kinds []Kind
	// Key is the argument that a returned key is compared with; it is a text
	// that no two rows share. It is -1 when nothing is returned.
	Key int

	columns Columns
	// usual is the same with what is usual in its text; nil when no column has such.
	usual *Many
}

// Fitting is m, or, when all that is usual is so in each of the rows, the same with
// fewer arguments: SQLite's driver takes as long over one as over some steps of a
// statement.
func (m *Many) Fitting(rows [][]any) *Many {
	if m.usual == nil {
		return m
	}
	for _, row := range rows {
		for i := range m.columns {
			if c := &m.columns[i]; c.literal != "" && !c.usually(row[i]) {
				return m
			}
		}
	}
	return m.usual
}

// Group is a statement for a number of rows.
type Group struct {
	Rows int
	Text string
}

// groupSizes are how many rows are added at once: few texts, so that all stay
// prepared.
var groupSizes = [...]int{32, 8}

// Columns are the columns of a table in the order of the arguments.
type Columns []Column

// Column is a column's name and kind.
type Column struct {
	Name string
	Kind Kind
	// literal is what nearly every row has there, as SQL; empty when nobody knows.
	// usual is the same as an argument.
	literal string
	usual   any
}

// Usually says what nearly every row has in the column: nil, the empty text or a
// number.
func (c Column) Usually(value any) Column {
	switch c.usual = value; value {
	case nil:
		c.literal = "NULL"
	case "":
		c.literal = "''"
	default:
		c.literal = fmt.Sprint(value)
	}
	return c
}

func (c *Column) usually(value any) bool {
	if b, ok := value.([]byte); ok {
		return b == nil && c.usual == nil
	}
	return value == c.usual
}

// unusual are the columns whose values still have to be told; nil when that are all.
func (c Columns) unusual() (order []int) {
	for i := range c {
		if c[i].literal == "" {
			order = append(order, i)
		}
	}
	if len(order) == len(c) {
		return nil
	}
	return order
}

func (c Columns) names() string {
	names := make([]string, len(c))
	for i := range c {
		names[i] = c[i].Name
	}
	return strings.Join(names, ", ")
}

func (c Columns) kinds() []Kind {
	kinds := make([]Kind, len(c))
	for i := range c {
		kinds[i] = c[i].Kind
	}
	return kinds
}

// values is n rows of arguments, or of what is usual.
func (c Columns) values(n int, usual bool) string {
	marks := make([]string, len(c))
	for i := range c {
		marks[i] = c[i].mark(usual)
	}
	row := "(" + strings.Join(marks, ", ") + ")"
	return "VALUES " + strings.Repeat(row+", ", n-1) + row
}

// mark stands for the column's value in a statement.
func (c *Column) mark(usual bool) string {
	if usual && c.literal != "" {
		return c.literal
	}
	return "?"
}

// unnest is the rows as a table.
func (c Columns) unnest() string {
	arrays := make([]string, len(c))
	for i := range c {
		arrays[i] = fmt.Sprintf("CAST(? AS %s[])", c[i].Kind)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// Insert adds rows. conflict is what follows the values and may make the
// statement pass over a row; key names the column that then tells which, and is
// empty when nobody asks.
func Insert(table string, columns Columns, conflict, key string) *Many {
	into := " INTO " + table + " (" + columns.names() + ") "
	texts := func(usual bool) (each string, groups []Group) {
		for _, n := range groupSizes {
			// To go back behind a row that failed SQLite would keep a copy of every page
			// that it changes. Whoever meets an error here goes back further anyway.
			groups = append(groups, Group{n, "INSERT OR FAIL" + into + columns.values(n, usual) + " " + conflict})
		}
		each = "INSERT" + into + columns.values(1, usual) + " " + conflict
		return each, append(groups, Group{1, each})
	}
	m := &Many{Kinds: columns.kinds(), Key: -1, columns: columns,
		Set: "INSERT" + into + "SELECT * FROM " + columns.unnest() + " " + conflict}
	m.Each, m.Groups = texts(false)
	if order := columns.unusual(); order != nil {
		m.usual = &Many{Order: order}
		m.usual.Each, m.usual.Groups = texts(true)
	}
	return m.returning(columns, table, key)
}

// Change says what an update does. Set and Where speak of the table by its name
// and of the row of arguments as v.
type Change struct {
	Table string
	// Key is the table's column that tells which rows were met; empty when
	// nobody asks.
	Key        string
	Columns    Columns
	Set, Where string
}

// Update changes rows.
func Update(c Change) *Many {
	return c.many(func(from string) string { return "UPDATE " + c.Table + " SET " + c.Set + from + " WHERE " + c.Where }, " FROM v")
}

// Delete removes the rows of which where, which speaks of the table by its name
// and of the row of arguments as v, is true.
func Delete(table string, columns Columns, where string) *Many {
	return Change{Table: table, Columns: columns}.many(func(using string) string {
		return "DELETE FROM " + table + using + " WHERE " + where
	}, " USING v")
}

// DeleteKnown is Delete that tells by a column which rows it met.
func DeleteKnown(table, key string, columns Columns, where string) *Many {
	return Change{Table: table, Key: key, Columns: columns}.many(func(using string) string {
		return "DELETE FROM " + table + using + " WHERE " + where
	}, " USING v")
}

func (c Change) many(statement func(join string) string, join string) *Many {
	// An argument for each mention: SQLite takes far longer over a table of one
	// row, and its driver over arguments with numbers.
	texts := func(usual bool) *Many {
		var order []int
		each := regexp.MustCompile(`\bv\.\w+`).ReplaceAllStringFunc(statement(""), func(mention string) string {
			at := slices.IndexFunc(c.Columns, func(col Column) bool { return "v."+col.Name == mention })
			mark := c.Columns[at].mark(usual)
			if mark == "?" {
				order = append(order, at)
			}
			return mark
		})
		return &Many{Each: each, Order: order, Groups: []Group{{1, each}}}
	}
	full := texts(false)
	m := &Many{Kinds: c.Columns.kinds(), Key: -1, columns: c.Columns,
		Each: full.Each, Order: full.Order, Groups: full.Groups,
		Set: "WITH v (" + c.Columns.names() + ") AS (SELECT * FROM " + c.Columns.unnest() + ") " + statement(join),
	}
	if c.Columns.unusual() != nil {
		m.usual = texts(true)
	}
	return m.returning(c.Columns, c.Table, c.Key)
}

func (m *Many) returning(columns Columns, table, key string) *Many {
	if key == "" {
		return m
	}
	m.Set += " RETURNING " + table + "." + key
	for i := range columns {
		if columns[i].Name == key {
			m.Key = i
		}
	}
	return m
}

// MostlyNew says of added rows that hardly ever one of them is there already.
func (m *Many) MostlyNew() *Many {
	m.New = true
	m.Sure, _, _ = strings.Cut(m.Set, " ON CONFLICT")
	return m
}

// MostlyMet says of changes that hardly ever one of them meets no row.
func (m *Many) MostlyMet() *Many {
	with, change, _ := strings.Cut(m.Set, ") UPDATE ")
	change, _, _ = strings.Cut(change, " RETURNING ")
	m.Sure = with + "), met AS (UPDATE " + change + " RETURNING 1) " + failUnless("(SELECT count(*) FROM met) = (SELECT count(*) FROM v)")
	return m
}

// Epoch is a part that fails with [ErrNotMet] when the configuration's number
// is not the one of its only row. Elsewhere than in a flight it cannot be used.
var Epoch = &Many{Key: -1, Kinds: []Kind{bigint},
	Sure: "WITH v (n) AS (SELECT * FROM unnest(CAST(? AS bigint[]))) " + failUnless("CAST(m.value AS BIGINT) = v.n") +
		" FROM meta m, v WHERE m.name = 'config_epoch' FOR SHARE OF m"}

// failUnless selects 0, or fails with an error that tells those who read the
// database's log that nothing is wrong.
func failUnless(condition string) string {
	return "SELECT CAST(CASE WHEN " + condition + " THEN '0' ELSE 'gonets: changed meanwhile, done again more carefully' END AS BIGINT)"
}

// ErrNotMet says that a row of arguments did not meet what it was sure to.
var ErrNotMet = errors.New("a statement did not meet what it was sure to")

// Arguments are a row's as [Many.Each] takes them.
func (m *Many) Arguments(row []any) []any {
	if m == nil || m.Order == nil {
		return row
	}
	out := make([]any, len(m.Order))
	for i, at := range m.Order {
		out[i] = row[at]
	}
	return out
}

// Part is what a flight holds: a statement over many rows, or any other one.
type Part struct {
	*Many
	Rows [][]any
	// Hit tells for each row whether the statement met it; it is filled when the
	// statement has a key.
	Hit []bool
	// Expected is true for a part of a flight that fails unless all its rows meet
	// something: it takes [Many.Sure].
	Expected bool

	// Text is a statement without arguments, and Dest the places of its one
	// row, if it gives one. Many is nil then.
	Text string
	Dest []any
}

// Flight sends statements together and reads what comes back together.
type Flight func(ctx context.Context, conn *sql.Conn, parts []*Part) error
