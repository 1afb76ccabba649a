package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"gonets"
)

const (
	// minPostgres is the oldest major version that is tested.
	minPostgres = 15
	// connectLimit bounds one try to reach the database, so that callers get
	// their refusal while it is away.
	connectLimit = 2 * time.Second
	// AnswerLimit is how long the database may be silent: one that hangs, or to which
	// the path is lost, is as good as away.
	AnswerLimit = 5 * time.Second
	// slowestLink is how many bytes a second get to the database at least.
	slowestLink = 4 << 20
	// batchLimit bounds a transaction.
	batchLimit = 10 * time.Second
	// idleLimit is after how long the database breaks off a transaction that goes
	// on no more: what it holds would keep all others waiting.
	idleLimit = 5 * time.Second
	// pingAfter is after how long an idle connection is asked whether it lives.
	pingAfter = time.Second
	// statementLimit ends a question whose asker is gone and could not say so.
	statementLimit = 30 * time.Second
	// schemaLock is the advisory lock of those who bring the schema forward.
	schemaLock = 7_067_301
)

// postgresNow is the time of the moment, not of the transaction's begin.
const postgresNow = `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`

// Postgres is the way of a PostgreSQL server that several nodes share.
func Postgres() Dialect {
	return Dialect{
		Shared:        true,
		Bind:          numbered,
		Args:          storable,
		DDL:           postgresDDL,
		OrderedBefore: "(o.id < c.id OR o.node IS NOT NULL AND o.id <> c.id)",
		PickOpen:      "= ANY(ARRAY(",
		PickClose:     " FOR UPDATE OF c SKIP LOCKED))",
		Lock:          " FOR UPDATE OF r",
		SkipLocked:    " FOR UPDATE OF r SKIP LOCKED",
		ReadLock:      " FOR SHARE",
		Now:           postgresNow,
		LockSchema:    fmt.Sprintf("SELECT pg_advisory_lock(%d)", schemaLock),
		FreeSchema:    fmt.Sprintf("SELECT pg_advisory_unlock(%d)", schemaLock),
		// Sooner than PostgreSQL looks for those who block each other, which is a second
		// by itself: it might end the other one.
		Soon:        `SET LOCAL lock_timeout = '700ms'`,
		UnusedBytes: `SELECT 0`,
		UsedBytes:   liveBytes,
		FileBytes:   `SELECT pg_database_size(current_database())`,
		EventsAbout: `SELECT COALESCE(NULLIF(pg_stat_get_live_tuples(c.oid), 0), CAST(GREATEST(c.reltuples, 0) AS BIGINT))
			FROM pg_class c WHERE c.oid = CAST('events' AS regclass)`,
		// Pages are read by chance, and of their events a few.
		SampleEvents: `SELECT id FROM events TABLESAMPLE SYSTEM (LEAST(100, 1000.0 * CAST(? AS BIGINT) / GREATEST(CAST(? AS BIGINT), 1)))
			ORDER BY right(id, 8) LIMIT ?`,
		FreePages: `SELECT pg_stat_force_next_flush()`,
		Limit:     batchLimit,
		Begin:     "BEGIN",
		Fly:       flyPostgres,
		Classify:  classifyPostgres,
	}
}

// numbered turns ? into $1, $2, … No text of ours has a ? of another meaning.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 16)
	n := 0
	for {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = after
	}
}

// storable replaces in texts what PostgreSQL cannot hold there, NUL and broken
// UTF-8: such a text finds nothing, and never fails a commit. What has to come
// back to the byte is stored as bytes.
func storable(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = storableText(s)
		}
	}
	return args
}

func storableText(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// postgresDDL: texts are compared by their bytes, as SQLite does, whatever
// language the database was made for.
func postgresDDL(text string) string {
	text = regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(text, "")
	text = strings.ReplaceAll(text, "WITHOUT ROWID", "")
	text = strings.ReplaceAll(text, " BLOB", " BYTEA")
	text = strings.ReplaceAll(text, " TEXT", ` TEXT COLLATE "C"`)
	for _, table := range wideTables {
		if strings.Contains(text, "CREATE TABLE "+table+" (") {
			text += "\nALTER TABLE " + table + " SET (toast_tuple_target = 8160);"
		}
	}
	return text
}

// wideTables hold rows with bodies. PostgreSQL would compress those above 2 KiB
// and keep them in a table and an index of their own; what is large is
// compressed already.
var wideTables = [...]string{"events", "attempts"}

// classifyPostgres: PostgreSQL itself stops when a write fails for good, so no
// error of it ends this process, unless the server breaks our promises by its
// settings; a connection that is lost is made again.
func classifyPostgres(err error) Fault {
	if gonets.CodeOf(err) == gonets.CodeStoreFailed {
		return FaultFatal
	}
	var ce *pgconn.ConnectError
	var pe *pgconn.PgError
	if !errors.As(err, &ce) && errors.As(err, &pe) {
		return classifyState(pe.Code)
	}
	var ne net.Error
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded), errors.Is(err, net.ErrClosed),
		ce != nil, errors.As(err, &ne), pgconn.SafeToRetry(err):
		return FaultAway
	}
	return FaultOperation
}

// classifyState knows the codes of PostgreSQL's appendix A.
func classifyState(code string) Fault {
	switch code {
	case "53100":
		return FaultFull
	case "40001", "40P01", "55P03", "57014":
		return FaultBusy
	case "25006", "25P03", "25P04", "26000":
		return FaultAway
	}
	switch code[:min(2, len(code))] {
	case "08", "53", "57", "58":
		return FaultAway
	}
	return FaultOperation
}

// committed: PostgreSQL answers COMMIT of a transaction that had an error with
// success and the word ROLLBACK.
func committed(tag pgconn.CommandTag) error {
	if tag.String() == commit {
		return nil
	}
	return &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: "the transaction was rolled back: " + tag.String()}
}

// OpenPostgres prepares a pool; connections are made when first used. The
// error never holds the address, which may hold a password. No connection is
// used again when the era in which it was made is over.
func OpenPostgres(address string, use Use, era func() context.Context) (*sql.DB, error) {
	cfg, err := postgresConfig(address)
	if err != nil {
		return nil, err
	}
	// Everything goes by an index. A plan that was made while the tables were empty
	// would read them whole for ever.
	off := []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin"}
	if use == UseWrite {
		cfg.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(idleLimit.Milliseconds(), 10)
	} else {
		// The first of many is walked to along an index that has its order, whatever
		// is known or not known yet of the values.
		off = append(off, "enable_bitmapscan", "enable_sort", "enable_incremental_sort", "enable_material")
	}
	if use == UseAsk {
		cfg.RuntimeParams["statement_timeout"] = strconv.FormatInt(statementLimit.Milliseconds(), 10)
	}
	for _, name := range off {
		cfg.RuntimeParams[name] = "off"
	}
	cfg.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	trusted := func(conn *pgx.Conn) bool { return conn.PgConn().CustomData()[madeIn].(context.Context).Err() == nil }
	db := stdlib.OpenDB(*cfg,
		stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			conn.PgConn().CustomData()[madeIn] = era()
			if use != UseWrite {
				return nil
			}
			return admitted(ctx, conn)
		}),
		stdlib.OptionShouldPing(func(_ context.Context, p stdlib.ShouldPingParams) bool {
			return p.IdleDuration > pingAfter && trusted(p.Conn)
		}),
		stdlib.OptionResetSession(func(_ context.Context, conn *pgx.Conn) error {
			if !trusted(conn) {
				return driver.ErrBadConn
			}
			return nil
		}))
	db.SetMaxOpenConns(connections[use])
	db.SetMaxIdleConns(connections[use])
	return db, nil
}

// within bounds a journey to the database that carries so many bytes.
func within(ctx context.Context, bytes int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, AnswerLimit+time.Duration(bytes)*time.Second/slowestLink)
}

// madeIn names the era among what is known of a connection.
const madeIn = "era"

// Said tells whether an error is the database's own word: then it answers.
func Said(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe)
}

// Unconnected tells whether an error is of a connection that did not come about.
func Unconnected(err error) bool {
	var ce *pgconn.ConnectError
	return errors.As(err, &ce)
}

// postgresConfig is how connections to an address are made.
func postgresConfig(address string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeInvalid,
			"the database's address is not understood; write postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	if cfg.ConnectTimeout == 0 || cfg.ConnectTimeout > connectLimit {
		cfg.ConnectTimeout = connectLimit
	}
	set := func(name, value string) {
		if _, given := cfg.RuntimeParams[name]; !given {
			cfg.RuntimeParams[name] = value
		}
	}
	set("application_name", "gonets")
	set("jit", "off")
	// Where the path was lost the database would keep its end of a connection for
	// hours, and one day has no more to give.
	set("tcp_keepalives_idle", "30")
	set("tcp_keepalives_interval", "10")
	set("tcp_keepalives_count", "3")
	set("tcp_user_timeout", "30000")
	// Nothing of ours reads so much that starting workers for it would pay.
	set("max_parallel_workers_per_gather", "0")
	cfg.RuntimeParams["default_transaction_isolation"] = "read committed"
	return cfg, nil
}

// admitted makes a connection one that may write. It has its own limit: a connection
// that the pool makes for whoever waits has none, and would keep its place for ever
// where no answer comes.
func admitted(ctx context.Context, conn *pgx.Conn) (err error) {
	ctx, cancel := within(ctx, 0)
	defer cancel()
	defer func() {
		if err != nil {
			_ = conn.Close(ctx) // nobody else does
		}
	}()
	if err := checkPostgres(ctx, conn); err != nil {
		return err
	}
	conn.PgConn().CustomData()[sessionIs], err = askSession(ctx, conn)
	return err
}

// checkPostgres refuses a server on which the promises do not hold. It may come
// back with other settings than it went away with, so each connection asks.
func checkPostgres(ctx context.Context, conn *pgx.Conn) error {
	safety := [...]string{"fsync", "synchronous_commit", "full_page_writes"}
	var version string
	var is [len(safety)]string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num'), current_setting($1), current_setting($2), current_setting($3)`,
		safety[0], safety[1], safety[2]).Scan(&version, &is[0], &is[1], &is[2])
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(version); err != nil || n/10_000 < minPostgres {
		return gonets.Errorf(gonets.CodeStoreFailed, "PostgreSQL %s is too old: %d or newer is needed", version, minPostgres)
	}
	for i, name := range safety {
		if is[i] == "off" {
			return gonets.Errorf(gonets.CodeStoreFailed, "PostgreSQL runs with %s = off, which loses accepted events when the "+
				"machine goes down; set %s = on in its configuration, then start again", name, name)
		}
	}
	return nil
}
