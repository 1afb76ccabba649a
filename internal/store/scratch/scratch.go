// Package scratch makes empty databases on a PostgreSQL server, for tools that
// try a server of their own and must never meet anybody's data.
package scratch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gonets"
)

// Database is an empty database that its maker drops again.
type Database struct {
	conn    *pgx.Conn
	name    string
	address string
}

// connectLimit bounds the try to reach the server.
const connectLimit = 10 * time.Second

// New makes a database on the server of an address. The database that the
// address names is only used to ask from: nothing in it is read or changed.
// The error never holds the address, which may hold a password.
func New(ctx context.Context, address string) (*Database, error) {
	u, err := url.Parse(address)
	cfg, badAddress := pgx.ParseConfig(address)
	if err != nil || badAddress != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, gonets.Errorf(gonets.CodeInvalid,
			"the database's address is not understood; write postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectLimit
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeStoreFailed, "the database cannot be reached, look at the address and at the server: %s", reason(err))
	}
	d := &Database{conn: conn, name: fmt.Sprintf("gonets_bench_%016x", rand.Uint64())}
	u.Path = "/" + d.name
	d.address = u.String()
	// template1 may hold what others put there; template0 is empty.
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+d.name+" TEMPLATE template0"); err != nil {
		return nil, errors.Join(refused(err, cfg.User), conn.Close(ctx))
	}
	return d, nil
}

// stateNoPrivilege is PostgreSQL's insufficient_privilege.
const stateNoPrivilege = "42501"

func refused(err error, user string) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code == stateNoPrivilege {
		return gonets.Errorf(gonets.CodeInvalid, "the user %[1]s may not make databases: so that no data of others is touched, "+
			"each turn has one of its own. Name another user, or let this one: ALTER ROLE %[1]q CREATEDB", user)
	}
	return fmt.Errorf("a database for the turn cannot be made: %w", err)
}

// reason leaves out the user's and the database's names, which pgx writes in
// front, and the later ones of several tries.
func reason(err error) string {
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) && ce.Unwrap() != nil {
		err = ce.Unwrap()
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// Address is where the database is.
func (d *Database) Address() string { return d.address }

// Name is the database's name; no other one has it.
func (d *Database) Name() string { return d.name }

// Size is how many bytes the database takes on the disk, without the log of
// the server.
func (d *Database) Size(ctx context.Context) (bytes int64, err error) {
	err = d.conn.QueryRow(ctx, "SELECT pg_database_size($1::text::name)", d.name).Scan(&bytes)
	return bytes, err
}

// Drop ends every session of the database and removes it.
func (d *Database) Drop(ctx context.Context) error {
	_, err := d.conn.Exec(ctx, "DROP DATABASE "+d.name+" WITH (FORCE)")
	return errors.Join(err, d.conn.Close(ctx))
}
