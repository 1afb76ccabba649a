package main

import (
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTheServerLivesAsLongAsTheCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "address")
	err := run(t.Context(), []string{"--", "sh", "-c", `printf %s "$0" > "$1"; exit 3`, "{}", file})
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("PostgreSQL is not installed; make test installs it")
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != 3 {
		t.Fatalf("the command's own code is lost: %v", err)
	}
	address, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(string(address))
	if err != nil || u.Scheme != "postgres" {
		t.Fatalf("the address %q (%v)", address, err)
	}
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		conn.Close()
		t.Error("the server outlived the command")
	}
}

// TestALongCommandGoesOnWithItsData: what an interrupted one left is there for the next
// one, and gone after a good end.
func TestALongCommandGoesOnWithItsData(t *testing.T) {
	t.Parallel()
	above, err := os.MkdirTemp("", "gonets-keep")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(above) })
	// PostgreSQL's own user has to get there.
	if err := os.Chmod(above, 0o755); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(above, "kept")
	err = run(t.Context(), []string{"-keep", folder, "--", "sh", "-c", `psql -q -d "$0" -c "CREATE TABLE kept (n int)" && exit 3`, "{}"})
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("PostgreSQL is not installed; make test installs it")
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != 3 {
		t.Fatalf("the first command: %v", err)
	}
	if err := run(t.Context(), []string{"-keep", folder, "--", "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "{}", "-c", "INSERT INTO kept VALUES (1)"}); err != nil {
		t.Errorf("the data of the first command are gone: %v", err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder stays after a good end: %v", err)
	}
}

func TestACommandIsNeeded(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q passed", args)
		}
	}
}
