package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/address"
	"gonets/internal/secret"
)

// Field is one setting in all its spellings.
type Field struct {
	// Name is the key of the configuration file and of [Input].Flags.
	Name string
	// Flag is the flag without its dashes; empty for a secret, which would be
	// seen in the list of processes.
	Flag string
	// Env is the environment variable. A secret is also read from the file that
	// Env_FILE names.
	Env     string
	Default string
	// Help says what the setting does, in both languages.
	Help Text
	// Secret values are never shown.
	Secret bool
	// List settings take several values: the flag repeats, or commas separate.
	List bool
	// Hidden settings are for rehearsals and are left out of help.
	Hidden bool
	// Get is the value as text; a secret's is masked.
	Get func(*Config) string
	// Set checks and takes a value.
	Set func(c *Config, text string) error
}

// Text is a sentence in both languages.
type Text struct{ En, Ru string }

// InFile tells whether the setting may stand in the configuration file.
func (f Field) InFile() bool { return !f.Secret && f.Name != "config" }

// Spellings names all places where the setting can be made.
func (f Field) Spellings() string {
	var s []string
	if f.Flag != "" {
		s = append(s, "--"+f.Flag)
	}
	s = append(s, f.Env)
	if f.Secret {
		s = append(s, f.Env+"_FILE")
	}
	if f.InFile() {
		s = append(s, "`"+f.Name+"` in the configuration file")
	}
	if len(s) == 1 {
		return s[0]
	}
	return strings.Join(s[:len(s)-1], ", ") + " or " + s[len(s)-1]
}

func lookup(name string) (Field, bool) {
	fields := Fields()
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// Fields are all settings in the order in which help shows them.
func Fields() []Field {
	fields := []Field{
		{
			Name: "data", Default: "gonets-data",
			Help: Text{"Folder of the database, the key and the owner's token; it is made when missing",
				"Папка с базой, ключом и токеном владельца; создаётся сама"},
			Get: func(c *Config) string { return c.Data }, Set: setData,
		},
		{
			Name: "listen", Default: "127.0.0.1:7070",
			Help: Text{"Address and port to listen on; :7070 listens on all addresses",
				"Адрес и порт сервера; :7070 слушает на всех адресах"},
			Get: func(c *Config) string { return c.Listen }, Set: setListen,
		},
		{
			Name: "public_url",
			Help: Text{"Address under which other services reach this server, such as https://gonets.example.org; beats public_url of the settings document",
				"Адрес, по которому сервер виден снаружи, например https://gonets.example.org; сильнее public_url из настроек"},
			Get: func(c *Config) string { return c.PublicURL }, Set: setPublicURL,
		},
		{
			Name: "database",
			Help: Text{"sqlite:PATH puts the database elsewhere than into the data folder; postgres://USER:PASSWORD@HOST/NAME keeps it in PostgreSQL 15 or newer, which several servers may share",
				"sqlite:ПУТЬ хранит базу не в папке данных; postgres://ИМЯ:ПАРОЛЬ@СЕРВЕР/БАЗА — в PostgreSQL 15 и новее, одной на несколько серверов"},
			Get: showDatabase, Set: setDatabase,
		},
		{
			Name: "allow_network", List: true,
			Help: Text{"Private network that requests may reach, such as 10.0.0.0/8; several are allowed",
				"Частная сеть, куда можно слать запросы, например 10.0.0.0/8; можно несколько"},
			Get: func(c *Config) string { return joinNetworks(c.AllowNetworks) },
			Set: func(c *Config, s string) error { return setNetworks(&c.AllowNetworks, s) },
		},
		{
			Name: "trusted_proxy", List: true,
			Help: Text{"Network of a reverse proxy in front of this server, such as 127.0.0.1/32; its X-Forwarded-For, -Proto and -Host are believed, nobody else's; several are allowed",
				"Сеть обратного прокси перед сервером, например 127.0.0.1/32; его заголовкам X-Forwarded-For, -Proto и -Host сервер верит, чужим — нет; можно несколько"},
			Get: func(c *Config) string { return joinNetworks(c.TrustedProxies) },
			Set: func(c *Config, s string) error { return setNetworks(&c.TrustedProxies, s) },
		},
		{
			Name: "log_level", Default: "info",
			Help: Text{"How much is logged: debug, info, warn or error", "Подробность журнала: debug, info, warn или error"},
			Get:  func(c *Config) string { return c.LogLevel },
			Set: func(c *Config, s string) error {
				return setWord(&c.LogLevel, s, "debug", "info", "warn", "error")
			},
		},
		{
			Name: "log_format", Default: "text",
			Help: Text{"Form of the log: text or json", "Вид журнала: text или json"},
			Get:  func(c *Config) string { return c.LogFormat },
			Set:  func(c *Config, s string) error { return setWord(&c.LogFormat, s, "text", "json") },
		},
		{
			Name: "stop_deadline", Default: gonets.Duration(gonets.StopSoftDeadline).String(),
			Help: Text{"How long a stopping server waits for requests that are in flight",
				"Сколько сервер при остановке ждёт начатые запросы"},
			Get: func(c *Config) string { return c.StopDeadline.String() }, Set: setStopDeadline,
		},
		{
			Name: "ballast", Default: "64MiB",
			Help: Text{"Size of the ballast, a file beside the SQLite database that is given up when the disk is full, so that one can still log in and make room; at most 2 % of the disk, 0 is none",
				"Размер балласта: этот файл лежит рядом с базой SQLite, и сервер отдаёт его место, когда диск полон, чтобы можно было войти и всё почистить; не больше 2 % диска, 0 — без балласта"},
			Get: func(c *Config) string { return showSize(c.Ballast) },
			Set: func(c *Config, s string) error { return setSize(&c.Ballast, s) },
		},
		{
			Name: "secret_key", Secret: true,
			Help: Text{"Key that encrypts secrets, instead of the file secret.key in the data folder",
				"Ключ шифрования секретов вместо файла secret.key в папке данных"},
			Get: func(c *Config) string { return masked(c.SecretKey) }, Set: setSecretKey,
		},
		{
			Name: "owner_login",
			Help: Text{"Login of the owner, who is made at the start when there is none; an owner who is there is not changed",
				"Логин владельца, которого сервер создаёт при запуске, если его ещё нет; существующий владелец не меняется"},
			Get: func(c *Config) string { return c.OwnerLogin },
			Set: func(c *Config, s string) error { c.OwnerLogin = strings.TrimSpace(s); return nil },
		},
		{
			Name: "owner_password", Secret: true,
			Help: Text{"Password of that owner, 10 characters or more", "Пароль этого владельца, не короче 10 знаков"},
			Get:  func(c *Config) string { return masked(c.OwnerPassword) },
			Set: func(c *Config, s string) error {
				c.OwnerPassword = secret.Value{}
				if s != "" {
					c.OwnerPassword = secret.New(s)
				}
				return nil
			},
		},
		{
			Name: "config",
			Help: Text{"YAML file with the settings of this list", "YAML-файл с настройками из этого списка"},
			Get:  func(c *Config) string { return c.File },
			Set:  func(c *Config, s string) error { c.File = s; return nil },
		},
		{
			Name: "low_disk", Hidden: true,
			Help: Text{"Below how much free room the disk is low, to rehearse that", "При каком остатке места считать, что его мало, чтобы это проверить"},
			Get:  func(c *Config) string { return strings.TrimPrefix(showSize(c.LowDisk), "0") },
			Set:  func(c *Config, s string) error { return setSize(&c.LowDisk, s) },
		},
		{
			Name: "clock_speed", Default: "1", Hidden: true,
			Help: Text{"Run all waits this many times faster, to rehearse hours of retries in seconds",
				"Во сколько раз ускорить ожидания, чтобы проверить часы повторов за секунды"},
			Get: func(c *Config) string { return strconv.FormatFloat(c.ClockSpeed, 'g', -1, 64) }, Set: setClockSpeed,
		},
	}
	for i := range fields {
		f := &fields[i]
		f.Env = "GONETS_" + strings.ToUpper(f.Name)
		if !f.Secret {
			f.Flag = strings.ReplaceAll(f.Name, "_", "-")
		}
	}
	return fields
}

func masked(v secret.Value) string {
	if v.Empty() {
		return ""
	}
	return secret.Mask
}

func setData(c *Config, s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("the folder is missing")
	}
	c.Data = s
	return nil
}

func setListen(c *Config, s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT; write 127.0.0.1:7070, or :7070 for all addresses", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q is not a port; a port is a number from 0 to 65535", port)
	}
	c.Listen = s
	return nil
}

func setPublicURL(c *Config, s string) error {
	if s != "" {
		if err := address.CheckBaseURL(s); err != nil {
			return err
		}
	}
	c.PublicURL = strings.TrimRight(s, "/")
	return nil
}

// showDatabase leaves the password out.
func showDatabase(c *Config) string {
	if !isPostgres(c.Database) {
		return c.Database
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return secret.Mask
	}
	u.RawQuery = ""
	return u.Redacted()
}

func setDatabase(c *Config, s string) error {
	// The text may hold a password, so no error repeats it.
	path, lite := strings.CutPrefix(s, "sqlite:")
	switch {
	case isPostgres(s):
		if u, err := url.Parse(s); err != nil || strings.Trim(u.Path, "/") == "" {
			return errors.New("the address of PostgreSQL is not understood; write postgres://USER:PASSWORD@HOST:PORT/NAME")
		}
	case s != "" && (!lite || path == ""):
		return errors.New("the database is neither sqlite:PATH nor postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	c.Database = s
	return nil
}

func setNetworks(list *[]netip.Prefix, s string) error {
	*list = nil
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := address.ParseNetwork(part)
		if err != nil {
			return err
		}
		*list = append(*list, p)
	}
	return nil
}

func joinNetworks(list []netip.Prefix) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = p.String()
	}
	return strings.Join(texts, ",")
}

func setWord(target *string, s string, allowed ...string) error {
	s = strings.ToLower(s)
	if !slices.Contains(allowed, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(allowed, ", "))
	}
	*target = s
	return nil
}

func setStopDeadline(c *Config, s string) error {
	d, err := gonets.ParseDuration(s)
	if err != nil {
		return err
	}
	if d.D() > gonets.MaxHTTPTimeout {
		return fmt.Errorf("%s is longer than %s, which no request lasts", d, gonets.Duration(gonets.MaxHTTPTimeout))
	}
	c.StopDeadline = d
	return nil
}

func setSecretKey(c *Config, s string) error {
	c.SecretKey = secret.Value{}
	if s == "" {
		return nil
	}
	if _, err := secret.Parse(s); err != nil {
		return err
	}
	c.SecretKey = secret.New(s)
	return nil
}

func setClockSpeed(c *Config, s string) error {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0.001 && v <= float64(time.Hour/time.Millisecond)) {
		return fmt.Errorf("%q is not a number from 0.001 to 3600000", s)
	}
	c.ClockSpeed = v
	return nil
}
