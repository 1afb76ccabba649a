package child

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"time"

	"gonets"
)

// The kinds of database that a child can run on.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Subject is what a parent chooses of the child that it tries.
type Subject struct {
	// Binary is the child's program; empty is the running one.
	Binary string
	// Store is the kind of database; the one that Database needs when empty.
	Store string
	// Database is the address of a PostgreSQL server; empty with SQLite.
	Database string
}

// Complete fills in what is empty and refuses what does not fit together.
func (s *Subject) Complete() error {
	if s.Binary == "" {
		exe, err := os.Executable()
		if err != nil {
			return fmt.Errorf("the running program cannot be found: %w", err)
		}
		s.Binary = exe
	}
	switch {
	case s.Store == "" && s.Database != "":
		s.Store = Postgres
	case s.Store == "":
		s.Store = SQLite
	}
	switch {
	case s.Store != SQLite && s.Store != Postgres:
		return Invalid("the store %q is not possible; choose sqlite or postgres", s.Store)
	case s.Store == Postgres && s.Database == "":
		return Invalid("on PostgreSQL the address of a server is needed too: add --database postgres://USER:PASSWORD@HOST/NAME; " +
			"the address alone will do, without --store")
	case s.Store == SQLite && s.Database != "":
		return Invalid("--database is the address of a PostgreSQL server, and --store sqlite works without one; leave one of them out")
	}
	return nil
}

// Env is the environment of a child on the database of an address. A command
// line would show the address to other users.
func Env(address string) []string {
	if address == "" {
		return nil
	}
	return []string{"GONETS_DATABASE=" + address}
}

// Invalid is the error of an option that cannot be.
func Invalid(format string, args ...any) error {
	return gonets.Errorf(gonets.CodeInvalid, format, args...)
}

// Work is a source and a scenario of one name, with one request for each event.
type Work struct {
	Name, URL string
	// Timeout is how long the request may take; the server's own limit when 0.
	Timeout time.Duration
	// Open keeps the queue to the destination from closing: it is to fail often.
	Open bool
	// Members are the request's JSON members in order, each with its expression.
	Members [][2]string
}

// Documents are the work as the server takes it.
func (w *Work) Documents() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `apiVersion: gonets/v1
kind: Source
name: %[1]s
preset: generic
---
apiVersion: gonets/v1
kind: Scenario
name: %[1]s
sources: [%[1]s]
steps:
  - id: send
    http:
      method: POST
      url: %[2]s
`, w.Name, w.URL)
	if w.Timeout > 0 {
		fmt.Fprintf(&b, "      timeout: %s\n", w.Timeout)
	}
	b.WriteString("      body:\n        json:\n")
	for _, m := range w.Members {
		fmt.Fprintf(&b, "          %s: \"{{ %s }}\"\n", m[0], m[1])
	}
	if u, err := url.Parse(w.URL); err == nil && w.Open {
		fmt.Fprintf(&b, "---\napiVersion: gonets/v1\nkind: Settings\nlanes:\n  %s://%s: {open: true}\n", u.Scheme, u.Host)
	}
	return b.Bytes()
}
