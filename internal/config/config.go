// Package config holds the server's own settings: one list that is flags,
// environment variables, keys of a YAML file and a page of the documentation
// at the same time. A flag beats the environment, the environment beats the
// file, the file beats the default. Nothing needs to be set.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/secret"
	"gonets/internal/value"
)

// Config is how a server was told to run.
type Config struct {
	// File is the configuration file; empty for none.
	File string
	// Data is the folder of everything that the server keeps.
	Data string
	// Listen is host:port; an empty host listens everywhere, port 0 takes any
	// free one.
	Listen string
	// PublicURL is the address under which the outside reaches the server,
	// without a slash at its end; empty leaves it to the settings document.
	PublicURL string
	// Database is empty, sqlite:PATH or the address of a PostgreSQL database,
	// which may hold a password.
	Database string
	// AllowNetworks are private networks that requests may reach.
	AllowNetworks []netip.Prefix
	// TrustedProxies are networks whose forwarded headers are believed.
	TrustedProxies []netip.Prefix
	// OwnerLogin and OwnerPassword make the owner at the start when there is
	// none; empty leaves it to a person.
	OwnerLogin    string
	OwnerPassword secret.Value
	// LogLevel is debug, info, warn or error, LogFormat text or json.
	LogLevel  string
	LogFormat string
	// StopDeadline is how long a stopping server waits for requests in flight.
	StopDeadline gonets.Duration
	// Ballast is how large the ballast is at most, in bytes; 0 is none.
	Ballast int64
	// LowDisk is how little free room is low, in bytes; 0 is the usual.
	LowDisk int64
	// SecretKey replaces the key file; empty means the file.
	SecretKey secret.Value
	// ClockSpeed runs all waits this many times faster; 1 is real time.
	ClockSpeed float64
}

// DatabasePath is the database's file; empty with PostgreSQL.
func (c *Config) DatabasePath() string {
	if isPostgres(c.Database) {
		return ""
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		return path
	}
	return filepath.Join(c.Data, "gonets.db")
}

// PostgresURL is the address of the PostgreSQL database; empty with SQLite.
func (c *Config) PostgresURL() string {
	if isPostgres(c.Database) {
		return c.Database
	}
	return ""
}

func isPostgres(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// Input is where settings come from. Getenv and DecodeFile are required.
type Input struct {
	// Flags holds the flags that were given, by [Field.Name].
	Flags map[string]string
	// Getenv reads the environment; an empty variable is as good as none.
	Getenv func(name string) string
	// DecodeFile reads a configuration file into plain texts, lists with
	// commas between the elements.
	DecodeFile func(data []byte) (map[string]string, error)
}

// Environment reads a variable of the process. The rest of the program takes a
// function of this form, so that tests need not change the process.
func Environment(name string) string { return os.Getenv(name) }

// Load puts the settings together. Its error is a *gonets.Error of code
// invalid that says everything that is wrong.
func Load(in Input) (Config, error) {
	l := loader{in: in, file: map[string]string{}}
	file, _ := lookup("config")
	l.load(file)
	if l.config.File != "" {
		l.readFile()
	}
	for _, f := range Fields() {
		if f.Name != file.Name {
			l.load(f)
		}
	}
	if len(l.mistakes) > 0 {
		return Config{}, &gonets.Error{Code: gonets.CodeInvalid, Message: strings.Join(l.mistakes, "\n"), Err: errors.Join(l.causes...)}
	}
	return l.config, nil
}

type loader struct {
	in       Input
	file     map[string]string
	config   Config
	mistakes []string
	causes   []error
}

func (l *loader) fail(cause error, format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, args...))
	if cause != nil {
		l.causes = append(l.causes, cause)
	}
}

// load finds the setting's value and takes it.
func (l *loader) load(f Field) {
	text, from := f.Default, "the default"
	if v := l.file[f.Name]; v != "" {
		text, from = v, "the file "+l.config.File
	}
	if v := l.in.Getenv(f.Env); v != "" {
		text, from = v, f.Env
	}
	if f.Secret {
		if path := l.in.Getenv(f.Env + "_FILE"); path != "" {
			if text != "" {
				l.fail(nil, "%s and %s_FILE are both set; keep one of them", f.Env, f.Env)
				return
			}
			data, err := os.ReadFile(path)
			if err != nil {
				l.fail(err, "%s_FILE names a file that cannot be read: %v", f.Env, err)
				return
			}
			text, from = strings.TrimSpace(string(data)), f.Env+"_FILE"
		}
	}
	if v, given := l.in.Flags[f.Name]; given {
		text, from = v, "--"+f.Flag
	}
	if err := f.Set(&l.config, text); err != nil {
		l.fail(nil, "%s (from %s): %v. Set it with %s", f.Name, from, err, f.Spellings())
	}
}

func (l *loader) readFile() {
	path := l.config.File
	data, err := os.ReadFile(path)
	if err != nil {
		file, _ := lookup("config")
		l.fail(err, "the configuration file cannot be read: %v. It is named by %s", err, file.Spellings())
		return
	}
	values, err := l.in.DecodeFile(data)
	if err != nil {
		l.fail(err, "the configuration file %s: %v", path, err)
		return
	}
	var known []string
	for _, f := range Fields() {
		if f.InFile() {
			known = append(known, f.Name)
		}
	}
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		f, ok := lookup(key)
		switch {
		case ok && f.Secret:
			l.fail(nil, "the configuration file %s: %s is a secret and does not belong in this file; set it with %s", path, key, f.Spellings())
		case !ok || !f.InFile():
			hint := "it knows " + strings.Join(known, ", ")
			if near := value.Nearest(key, known); near != "" {
				hint = "did you mean " + near + "?"
			}
			l.fail(nil, "the configuration file %s: unknown setting %s; %s", path, key, hint)
		default:
			l.file[key] = values[key]
		}
	}
}
