package config

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/secret"
)

var update = flag.Bool("update", false, "write the documentation page again")

// given builds an Input from plain maps; decode stands in for the YAML reader.
func given(flags, env map[string]string) Input {
	return Input{
		Flags:  flags,
		Getenv: func(name string) string { return env[name] },
		DecodeFile: func(data []byte) (map[string]string, error) {
			out := map[string]string{}
			for line := range strings.Lines(string(data)) {
				key, v, ok := strings.Cut(strings.TrimSpace(line), "=")
				if !ok {
					return nil, fmt.Errorf("not a setting: %s", line)
				}
				out[key] = v
			}
			return out, nil
		},
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shown is a Config as texts, by the fields' own Get.
func shown(c Config) map[string]string {
	out := map[string]string{}
	for _, f := range Fields() {
		if v := f.Get(&c); v != "" {
			out[f.Name] = v
		}
	}
	return out
}

func TestNothingIsNeededToStart(t *testing.T) {
	t.Parallel()
	c, err := Load(given(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"data": "gonets-data", "listen": "127.0.0.1:7070", "log_level": "info", "log_format": "text",
		"stop_deadline": "10s", "ballast": "64MiB", "clock_speed": "1"}
	if d := cmp.Diff(want, shown(c)); d != "" {
		t.Error(d)
	}
	if got := c.DatabasePath(); got != filepath.Join("gonets-data", "gonets.db") {
		t.Errorf("DatabasePath = %s", got)
	}
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	t.Parallel()
	file := write(t, "gonets.yaml", "listen=:1\npublic_url=https://file.test/\nlog_level=WARN\nallow_network=10.0.0.0/8,fd00::/8\nstop_deadline=")
	env := map[string]string{"GONETS_CONFIG": file, "GONETS_LISTEN": ":2", "GONETS_LOG_FORMAT": "json", "GONETS_DATABASE": "sqlite:/x/y.db"}
	c, err := Load(given(map[string]string{"listen": ":3", "database": ""}, env))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"data": "gonets-data", "listen": ":3", "public_url": "https://file.test", "log_level": "warn",
		"log_format": "json", "allow_network": "10.0.0.0/8,fd00::/8", "stop_deadline": "10s", "ballast": "64MiB", "clock_speed": "1", "config": file}
	if d := cmp.Diff(want, shown(c)); d != "" {
		t.Error(d)
	}
	c, err = Load(given(nil, env))
	if err != nil || c.Listen != ":2" || c.DatabasePath() != "/x/y.db" {
		t.Errorf("from the environment: %s, %s, %v", c.Listen, c.DatabasePath(), err)
	}
}

func TestSecretKeyComesFromTheEnvironmentOrAFileAndNeverShows(t *testing.T) {
	t.Parallel()
	key := secret.NewKey()
	for name, env := range map[string]map[string]string{
		"variable": {"GONETS_SECRET_KEY": key},
		"file":     {"GONETS_SECRET_KEY_FILE": write(t, "key", key+"\n")},
	} {
		c, err := Load(given(nil, env))
		if err != nil || c.SecretKey.Reveal() != key {
			t.Errorf("%s: %v", name, err)
		}
		if out := fmt.Sprintf("%+v %#v %v", c, c, shown(c)); strings.Contains(out, key) || !strings.Contains(out, secret.Mask) {
			t.Errorf("%s: shown as %s", name, out)
		}
	}
	for name, env := range map[string]map[string]string{
		"bad":     {"GONETS_SECRET_KEY": "hunter2hunter2"},
		"both":    {"GONETS_SECRET_KEY": key, "GONETS_SECRET_KEY_FILE": write(t, "key", key)},
		"no file": {"GONETS_SECRET_KEY_FILE": "/nowhere/key"},
	} {
		_, err := Load(given(nil, env))
		if err == nil || !strings.Contains(err.Error(), "GONETS_SECRET_KEY_FILE") || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOwnersPasswordNeverShows(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]map[string]string{
		"variable": {"GONETS_OWNER_LOGIN": " anna ", "GONETS_OWNER_PASSWORD": "hunter2hunter2"},
		"file":     {"GONETS_OWNER_LOGIN": "anna", "GONETS_OWNER_PASSWORD_FILE": write(t, "password", "hunter2hunter2\n")},
	} {
		c, err := Load(given(nil, env))
		if err != nil || c.OwnerLogin != "anna" || c.OwnerPassword.Reveal() != "hunter2hunter2" {
			t.Errorf("%s: %v", name, err)
		}
		if out := fmt.Sprintf("%+v %#v %v", c, c, shown(c)); strings.Contains(out, "hunter2") || !strings.Contains(out, secret.Mask) {
			t.Errorf("%s: shown as %s", name, out)
		}
	}
}

func TestMistakesNameTheSettingInAllItsSpellings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, value, want string }{
		{"data", " ", "the folder is missing"},
		{"listen", "7070", "write 127.0.0.1:7070"},
		{"listen", "x:http", "is not a port"},
		{"listen", "x:70000", "is not a port"},
		{"public_url", "gonets.example.org", "write https://gonets.example.org"},
		{"public_url", "https://u:hunter2@x.test", "more than scheme"},
		{"database", "mysql://u:hunter2@db/x", "neither sqlite:PATH nor postgres://"},
		{"database", "postgres://u:hunter2@db", "write postgres://USER:PASSWORD@HOST:PORT/NAME"},
		{"allow_network", "10.0.0.1", "write 10.0.0.1/32"},
		{"allow_network", "10.0.0.0/8,10.0.0.1/8", "write 10.0.0.0/8"},
		{"trusted_proxy", "127.0.0.1", "write 127.0.0.1/32"},
		{"log_level", "loud", "debug, info, warn, error"},
		{"log_format", "xml", "text, json"},
		{"stop_deadline", "10", "write 30s"},
		{"stop_deadline", "1h", "longer than 15m"},
		{"ballast", "64 MB", "no size"},
		{"ballast", "-1", "no size"},
		{"ballast", "MiB", "no size"},
		{"ballast", "2048TiB", "no size"},
		{"clock_speed", "0", "from 0.001"},
		{"clock_speed", "NaN", "from 0.001"},
	} {
		t.Run(tc.name+" "+tc.value, func(t *testing.T) {
			t.Parallel()
			f, _ := lookup(tc.name)
			_, err := Load(given(map[string]string{tc.name: tc.value}, nil))
			if gonets.CodeOf(err) != gonets.CodeInvalid {
				t.Fatalf("Load = %v", err)
			}
			for _, want := range []string{tc.want, "from --" + f.Flag, f.Env, "`" + f.Name + "` in the configuration file"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a password is shown: %v", err)
			}
		})
	}
}

func TestAllMistakesAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	file := write(t, "c.yaml", "listn=:1\nsecret_key=x\nconfig=y\nlog_level=loud")
	_, err := Load(given(map[string]string{"config": file}, map[string]string{"GONETS_LISTEN": "x"}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"unknown setting listn; did you mean listen?", "secret_key is a secret", "unknown setting config;",
		"log_level (from the file " + file, "listen (from GONETS_LISTEN)"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	_, err = Load(given(map[string]string{"config": "/nowhere.yaml"}, nil))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "--config or GONETS_CONFIG") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestDocumentationListsEverySetting(t *testing.T) {
	t.Parallel()
	const page, begin, end = "../../docs/configuration.md", "<!-- settings: generated -->\n", "<!-- end of settings -->"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(data), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks of the generated part", page)
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+Table()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(Table(), old); d != "" {
		t.Errorf("run: go test ./internal/config -update\n%s", d)
	}
	for _, f := range Fields() {
		if f.Hidden == strings.Contains(old, f.Env) || f.Help.En == "" || f.Help.Ru == "" {
			t.Errorf("%s: hidden in the page, or without help", f.Name)
		}
	}
}

func TestSizesAreReadAsTheyAreShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"64MiB": 64 << 20, "0": 0, "": 0, "1 GiB": 1 << 30, "1536KiB": 1536 << 10, "12345": 12345, "1024TiB": 1 << 50} {
		var got, again int64
		if err := setSize(&got, text); err != nil || got != want {
			t.Errorf("%q is %d, want %d: %v", text, got, want, err)
		}
		if err := setSize(&again, showSize(got)); err != nil || again != want {
			t.Errorf("%d is shown as %q: %v", got, showSize(got), err)
		}
	}
}
