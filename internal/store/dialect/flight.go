package dialect

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// flyPostgres sends the parts as one pipelined batch: one journey, however many
// they are. After an error nothing that follows is done.
func flyPostgres(ctx context.Context, conn *sql.Conn, parts []*Part) error {
	return conn.Raw(func(dc any) error {
		c := dc.(*stdlib.Conn).Conn()
		var batch pgconn.Batch
		bytes := 0
		for _, p := range parts {
			n, err := p.add(ctx, c, &batch)
			if err != nil {
				return err
			}
			bytes += n
		}
		ctx, cancel := within(ctx, bytes)
		defer cancel()
		results := c.PgConn().ExecBatch(ctx, &batch)
		for _, p := range parts {
			if !results.NextResult() {
				return p.unexpected(results.Close())
			}
			if err := p.read(c.TypeMap(), results.ResultReader()); err != nil {
				_ = results.Close()
				return err
			}
		}
		return results.Close()
	})
}

// add prepares the statement, if this connection does not know it yet, and tells
// how many bytes its arguments have.
func (p *Part) add(ctx context.Context, c *pgx.Conn, batch *pgconn.Batch) (bytes int, err error) {
	ctx, cancel := within(ctx, 0)
	defer cancel()
	text := p.Text
	switch {
	case p.Expected:
		text = p.Sure
	case p.Many != nil:
		text = p.Set
	}
	text = numbered(text)
	st, err := c.Prepare(ctx, text, text)
	if err != nil {
		return 0, err
	}
	if p.Many == nil {
		batch.ExecStatement(st, nil, nil, nil)
		return 0, nil
	}
	arrays := make([][]byte, len(p.Kinds))
	formats := make([]int16, len(p.Kinds))
	for i, kind := range p.Kinds {
		if arrays[i], err = kind.array(p.Rows, i); err != nil {
			return 0, fmt.Errorf("argument %d of %s: %w", i+1, text, err)
		}
		formats[i] = pgx.BinaryFormatCode
		bytes += len(arrays[i])
	}
	batch.ExecStatement(st, arrays, formats, nil)
	return bytes, nil
}

// read takes what a part gave.
func (p *Part) read(types *pgtype.Map, r *pgconn.ResultReader) error {
	met := map[string]bool{}
	for r.NextRow() {
		values := r.Values()
		if p.Expected {
			continue
		}
		if p.Many != nil {
			met[string(values[0])] = true
			continue
		}
		for i, field := range r.FieldDescriptions() {
			if err := types.Scan(field.DataTypeOID, field.Format, values[i], p.Dest[i]); err != nil {
				return err
			}
		}
	}
	tag, err := r.Close()
	if err != nil {
		return p.unexpected(err)
	}
	if p.Text == commit {
		return committed(tag)
	}
	if p.Many != nil && p.Key >= 0 && !p.Expected {
		p.Hit = make([]bool, len(p.Rows))
		for i, row := range p.Rows {
			p.Hit[i] = met[row[p.Key].(string)]
		}
	}
	return nil
}

// unexpected is the error of a part, [ErrNotMet] when it is about what the part
// expected.
func (p *Part) unexpected(err error) error {
	var pe *pgconn.PgError
	if !p.Expected || !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case uniqueViolation, invalidText:
		return fmt.Errorf("%w: %w", ErrNotMet, err)
	}
	return err
}

// Codes of PostgreSQL's appendix A.
const (
	uniqueViolation = "23505"
	invalidText     = "22P02" // what is not a number in failUnless
)

// The object ids of the types of array elements, which never change.
func (k Kind) oid() uint32 {
	switch k {
	case text:
		return pgtype.TextOID
	case bigint:
		return pgtype.Int8OID
	}
	return pgtype.ByteaOID
}

// array is a column of all rows in PostgreSQL's binary format of arrays: the
// number of dimensions, whether there are NULLs, the elements' type, the length
// and the first index, then each element behind its length. It is what array_recv of the server reads.
func (k Kind) array(rows [][]any, column int) ([]byte, error) {
	b := make([]byte, 0, 20+len(rows)*(4+k.guess(rows[0][column])))
	for _, n := range []uint32{1, 1, k.oid(), uint32(len(rows)), 1} { //nolint:gosec // a batch is small
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for _, row := range rows {
		var err error
		if b, err = appendElement(b, row[column]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// guess is about how long an element is.
func (k Kind) guess(first any) int {
	switch v := first.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

func appendElement(b []byte, value any) ([]byte, error) {
	sized := func(n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) } //nolint:gosec // limits are far below
	switch v := value.(type) {
	case nil:
		return binary.BigEndian.AppendUint32(b, ^uint32(0)), nil
	case []byte:
		if v == nil {
			return appendElement(b, nil)
		}
		return append(sized(len(v)), v...), nil
	case string:
		v = storableText(v)
		return append(sized(len(v)), v...), nil
	case int64:
		return binary.BigEndian.AppendUint64(sized(8), uint64(v)), nil //nolint:gosec // the bits are what is sent
	case int:
		return appendElement(b, int64(v))
	}
	return nil, fmt.Errorf("a %s cannot be an element", strconv.Quote(fmt.Sprintf("%T", value)))
}
