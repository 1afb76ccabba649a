package migrations

import (
	"context"
	"database/sql"

	"gonets/internal/store/dialect"
)

// RunTexts brings a schema of a test's own forward.
func RunTexts(ctx context.Context, conn *sql.Conn, d *dialect.Dialect, texts []string) error {
	steps := make([]migration, len(texts))
	for i, text := range texts {
		steps[i] = migration{i + 1, text}
	}
	return run(ctx, conn, d, steps)
}
