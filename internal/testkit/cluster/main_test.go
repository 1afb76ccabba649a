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

func TestACommandIsNeeded(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q passed", args)
		}
	}
}
