package dialect

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Hint is the statement that sends a text to all who listen. Its commit waits
// for no disk: the database orders those who notify one after another, and a
// hint that is lost does no harm.
const Hint = `SELECT set_config('synchronous_commit', 'off', true), pg_notify('` + hintChannel + `', ?)`

const (
	hintChannel = "gonets"
	// listenCheck is after how long a quiet connection is asked whether it lives.
	listenCheck = 15 * time.Second
)

// ListenPostgres hands over what others notify, on a connection of its own,
// until that is lost or ctx ends. It calls ready when it hears, and heard with an empty
// text when it was quiet for a while and still hears.
func ListenPostgres(ctx context.Context, address string, ready func(), heard func(text string)) error {
	cfg, err := postgresConfig(address)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectLimit)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if err := listen(ctx, conn); err != nil {
		return err
	}
	ready()
	for {
		n, err := next(ctx, conn)
		if err != nil {
			return err
		}
		heard(n)
	}
}

func listen(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := within(ctx, 0)
	defer cancel()
	_, err := conn.Exec(ctx, "LISTEN "+hintChannel)
	return err
}

// next waits for a notification; it is empty when there was none for long, and
// the connection lives.
func next(ctx context.Context, conn *pgx.Conn) (text string, err error) {
	quiet, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil {
		return n.Payload, nil
	}
	if ctx.Err() != nil || !errors.Is(quiet.Err(), context.DeadlineExceeded) {
		return "", err
	}
	ask, cancel := within(ctx, 0)
	defer cancel()
	return "", conn.Ping(ask)
}
