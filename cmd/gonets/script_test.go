package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gonets/internal/secret"
	"gonets/internal/testkit"
)

// cluster is this process's PostgreSQL.
var cluster testkit.Cluster

// TestMain puts two programs on the PATH: gonets, built as users have it, and
// gonets-server, which is this test binary and so has the race detector when the
// tests have it. Stories start the second as their servers.
func TestMain(m *testing.M) {
	product := &product{tests: testkit.Ending{Tests: m, Ends: []func(){cluster.Stop}}}
	testscript.Main(product, map[string]func(){"gonets-server": main})
}

// product builds the program that users have, and one of a newer version, before the
// tests run.
type product struct{ tests testkit.Ending }

// Run returns the tests' exit code.
func (p *product) Run() int {
	folder, err := os.MkdirTemp("", "gonets-product")
	if err == nil {
		defer os.RemoveAll(folder)
		err = os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	for name, tags := range map[string]string{"gonets": "", "gonets-next": "nextversion"} {
		if err == nil {
			build := exec.Command("go", "build", "-tags", tags, "-o", filepath.Join(folder, name), ".")
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			build.Stderr = os.Stderr
			err = build.Run()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gonets cannot be built:", err)
		return 1
	}
	return p.tests.Run()
}

// TestScripts tells user stories to the real binary: one story a file.
func TestScripts(t *testing.T) {
	t.Parallel()
	p := stories("script", func() (string, error) { return "", nil })
	p.Condition = condition("sqlite")
	testscript.Run(t, p)
}

// TestScriptsOnPostgres tells the same stories with a PostgreSQL database for
// every server.
func TestScriptsOnPostgres(t *testing.T) {
	t.Parallel()
	cluster.Database(t)
	p := stories("script", cluster.New)
	p.Condition = condition("postgres")
	testscript.Run(t, p)
}

// condition is the kind of database, where a story depends on it.
func condition(kind string) func(string) (bool, error) {
	return func(asked string) (bool, error) {
		if asked != "sqlite" && asked != "postgres" {
			return false, fmt.Errorf("a story asks for %q", asked)
		}
		return asked == kind, nil
	}
}

// TestNodes tells stories of several servers on one PostgreSQL database.
func TestNodes(t *testing.T) {
	t.Parallel()
	cluster.Database(t)
	p := stories("nodes", cluster.New)
	setup := p.Setup
	p.Setup = func(env *testscript.Env) error {
		if err := setup(env); err != nil {
			return err
		}
		s := env.Values[storyKey{}].(*story)
		address, err := cluster.New()
		s.database = func() (string, error) { return address, err }
		// One key for all of them.
		env.Setenv("GONETS_SECRET_KEY", secret.NewKey())
		return err
	}
	testscript.Run(t, p)
}

// TestDrillOnPostgres kills the real server on a PostgreSQL database.
func TestDrillOnPostgres(t *testing.T) {
	t.Parallel()
	drillPostgres(t, "--kills", "2", "--rate", "40")
}

// TestDrillOnSeveralServers kills one of three at a time; the last one stays
// dead.
func TestDrillOnSeveralServers(t *testing.T) {
	t.Parallel()
	out := drillPostgres(t, "--nodes", "3", "--kills", "4", "--rate", "40")
	if !strings.Contains(out, "taken over after") {
		t.Errorf("how long it took until others had the work of the dead server is not told:\n%s", out)
	}
}

func drillPostgres(t *testing.T, flags ...string) string {
	t.Helper()
	cmd := exec.Command("gonets", append([]string{"drill", "--database", cluster.Database(t), "--data", filepath.Join(t.TempDir(), "drill"),
		"--seed", fmt.Sprint(testkit.Seed(t))}, flags...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	return string(out)
}

// TestBenchOnPostgres measures the real server on databases of its own.
func TestBenchOnPostgres(t *testing.T) {
	t.Parallel()
	owners := cluster.Database(t)
	if err := cluster.Exec(owners, "CREATE TABLE kept (n int)"); err != nil {
		t.Fatal(err)
	}
	history := filepath.Join(t.TempDir(), "history.jsonl")
	cmd := exec.Command("gonets", "bench", "--connections", "4", "--duration", "200ms", "--rate", "40", "--rounds", "1",
		"--database", owners, "--history", history, "-o", "json")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	var report struct {
		Accepted    float64  `json:"accepted_per_s"`
		Relay       float64  `json:"relay_per_s"`
		DatabaseCPU *float64 `json:"database_cpu_s_per_1000"`
		Disk        float64  `json:"disk_bytes_per_event"`
		Lost        int64    `json:"lost"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	if report.Accepted <= 0 || report.Relay <= 0 || report.Disk <= 0 || report.Lost != 0 || (report.DatabaseCPU == nil) == (runtime.GOOS == "linux") {
		t.Errorf("%s", out)
	}
	line, err := os.ReadFile(history)
	if err != nil || !bytes.Contains(line, []byte(`"store":"postgres"`)) || bytes.Contains(line, []byte("127.0.0.1")) {
		t.Errorf("the history: %s (%v)", line, err)
	}
	// Only tables of the owner's are there, and no database of a turn.
	for _, statement := range []string{
		"DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public') = 1; END $$",
		"DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_database WHERE datname LIKE 'gonets%'); END $$",
	} {
		if err := cluster.Exec(owners, statement); err != nil {
			t.Error(err)
		}
	}
}

// stories are the scripts; database makes the address of a server's database.
func stories(folder string, database func() (string, error)) testscript.Params {
	return testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", folder),
		Setup: func(env *testscript.Env) error {
			s := &story{servers: map[string]*exec.Cmd{}, logs: map[string]*serverLog{}, database: database, databases: map[string]string{}}
			env.Values[storyKey{}] = s
			env.Defer(s.end)
			examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
			env.Setenv("EXAMPLES", examples)
			env.Setenv("NO_COLOR", "1")
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"server":     cmdServer,
			"kill9":      cmdKill9,
			"terminate":  cmdTerminate,
			"freeze":     cmdSignal(syscall.SIGSTOP),
			"thaw":       cmdSignal(syscall.SIGCONT),
			"address":    cmdAddress,
			"http":       cmdHTTP,
			"leave":      cmdLeave,
			"headers":    cmdHeaders,
			"said":       cmdSaid,
			"eventually": cmdEventually,
			"target":     cmdTarget,
			"pick":       cmdPick,
			"received":   cmdReceived,
			"mail":       cmdMail,
		},
	}
}

type storyKey struct{}

// story is what one script started.
type story struct {
	servers map[string]*exec.Cmd
	logs    map[string]*serverLog
	target  *target
	mail    *testkit.MailServer
	// databases are the addresses by data folder; empty is SQLite.
	database  func() (string, error)
	databases map[string]string
}

func storyOf(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

func (s *story) end() {
	for _, cmd := range s.servers {
		cmd.Process.Kill()
		cmd.Wait()
	}
	if s.target != nil {
		s.target.close()
	}
	if s.mail != nil {
		s.mail.Close()
	}
}

// patience bounds every wait in a story; it is long because machines are slow,
// and nothing asserts how much of it was used.
const patience = 2 * time.Minute

// await polls until ok says yes or patience ends.
func await(ok func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if ok() {
			return true
		}
	}
	return false
}

// cmdServer starts a server on the data folder NAME and waits until it is
// ready: server NAME [flags…]. It becomes the one that other commands talk to.
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	data := ts.MkAbs(args[0])
	os.Remove(filepath.Join(data, fileServer))
	cmd := exec.Command("gonets-server", append([]string{"serve", "--ballast", "0", "--data", data, "--listen", "127.0.0.1:0"}, args[1:]...)...)
	log := &serverLog{}
	storyOf(ts).logs[args[0]] = log
	// A race ends the server, and so the story.
	cmd.Env = []string{"GORACE=halt_on_error=1 atexit_sleep_ms=0", "PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "WORK=" + ts.Getenv("WORK")}
	for _, name := range []string{"GONETS_SECRET_KEY", "GONETS_OWNER_LOGIN", "GONETS_OWNER_PASSWORD_FILE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	address, known := storyOf(ts).databases[args[0]]
	if !known {
		var err error
		address, err = storyOf(ts).database()
		ts.Check(err)
		storyOf(ts).databases[args[0]] = address
	}
	if address != "" {
		cmd.Env = append(cmd.Env, "GONETS_DATABASE="+address)
	}
	cmd.Stdout, cmd.Stderr = log, log
	ts.Check(cmd.Start())
	storyOf(ts).servers[args[0]] = cmd
	url, ready := awaitReady(data)
	if ready == neg {
		cmd.Process.Kill()
		cmd.Wait()
		ts.Fatalf("server ready: %v\n%s", ready, log.String())
	}
	ts.Setenv("GONETS_DATA", data)
	ts.Setenv("URL", url)
}

// awaitReady waits until the server of a data folder is ready and gives its
// address.
func awaitReady(data string) (url string, ready bool) {
	ready = await(func() bool {
		var info struct{ URL string }
		raw, err := os.ReadFile(filepath.Join(data, fileServer))
		if err != nil || json.Unmarshal(raw, &info) != nil || info.URL == "" {
			return false
		}
		url = info.URL
		res, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return url, ready
}

// cmdKill9 kills a server without warning: kill9 NAME.
func cmdKill9(ts *testscript.TestScript, _ bool, args []string) {
	cmd := storyOf(ts).servers[args[0]]
	ts.Check(cmd.Process.Kill())
	cmd.Wait()
	delete(storyOf(ts).servers, args[0])
}

// cmdTerminate asks a server to stop and waits for it: terminate NAME.
func cmdTerminate(ts *testscript.TestScript, neg bool, args []string) {
	cmd := storyOf(ts).servers[args[0]]
	ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	delete(storyOf(ts).servers, args[0])
	if err := cmd.Wait(); (err != nil) != neg {
		ts.Fatalf("the server ended with %v", err)
	}
}

// cmdSignal sends a signal to a server: freeze NAME, thaw NAME.
func cmdSignal(sig syscall.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(storyOf(ts).servers[args[0]].Process.Signal(sig))
	}
}

// cmdAddress puts a source's address into a variable: address VAR SOURCE.
func cmdAddress(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("gonets", "sources", "list", "-o", "json"))
	var list struct {
		Items []struct{ Name, URL string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	for _, s := range list.Items {
		if s.Name == args[1] {
			ts.Setenv(args[0], s.URL)
			return
		}
	}
	ts.Fatalf("no source %s", args[1])
}

// serverLog is what a server printed.
type serverLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// cmdSaid prints what a server printed, its first lines at least: said NAME.
func cmdSaid(ts *testscript.TestScript, _ bool, args []string) {
	await(func() bool { return strings.Contains(storyOf(ts).logs[args[0]].String(), "Next step") })
	fmt.Fprint(ts.Stdout(), storyOf(ts).logs[args[0]].String())
}

// cmdHTTP makes a request and prints the status and the body:
// http METHOD URL [@FILE|BODY] ['Header: value'…].
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if res, body := request(ts, neg, args); res != nil {
		fmt.Fprintf(ts.Stdout(), "%d %s\n", res.StatusCode, body)
	}
}

// cmdHeaders is cmdHTTP that prints the status and the headers.
func cmdHeaders(ts *testscript.TestScript, neg bool, args []string) {
	if res, _ := request(ts, neg, args); res != nil {
		fmt.Fprintf(ts.Stdout(), "%d\n", res.StatusCode)
		ts.Check(res.Header.Write(ts.Stdout()))
	}
}

// cmdLeave makes a request and goes away in the middle of the answer, as soon as what
// came of it matches: leave REGEXP METHOD URL [@FILE|BODY] ['Header: value'…].
func cmdLeave(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[0])
	ctx, leave := context.WithTimeout(context.Background(), patience)
	defer leave()
	res, err := http.DefaultClient.Do(newRequest(ts, args[1:]).WithContext(ctx))
	ts.Check(err)
	defer res.Body.Close()
	var came []byte
	for part := make([]byte, 4<<10); !want.Match(came); {
		n, err := res.Body.Read(part)
		if came = append(came, part[:n]...); err != nil {
			ts.Fatalf("%v, and %s did not come in\n%s", err, want, came)
		}
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", came)
}

// newRequest makes the request of a command: METHOD URL [@FILE|BODY] ['Header: value'…].
func newRequest(ts *testscript.TestScript, args []string) *http.Request {
	var body io.Reader
	if len(args) > 2 {
		text := args[2]
		if file, ok := strings.CutPrefix(text, "@"); ok {
			text = ts.ReadFile(file)
		}
		body = strings.NewReader(text)
	}
	req, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	for _, h := range args[min(len(args), 3):] {
		name, v, _ := strings.Cut(h, ": ")
		req.Header.Set(name, v)
	}
	return req
}

func request(ts *testscript.TestScript, neg bool, args []string) (*http.Response, []byte) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(newRequest(ts, args))
	if err != nil {
		if !neg {
			ts.Fatalf("%v", err)
		}
		return nil, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	ts.Check(err)
	return res, raw
}

// cmdEventually repeats a command, or http, until its output matches:
// eventually REGEXP COMMAND [args…].
func cmdEventually(ts *testscript.TestScript, _ bool, args []string) {
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	out := ""
	if !await(func() bool {
		if args[1] == "http" {
			res, body := request(ts, false, args[2:])
			out = fmt.Sprintf("%d %s\n", res.StatusCode, body)
			return want.MatchString(out)
		}
		err := ts.Exec(args[1], args[2:]...)
		out = ts.ReadFile("stdout") + ts.ReadFile("stderr")
		return err == nil && want.MatchString(out)
	}) {
		ts.Fatalf("never saw %s in\n%s", args[0], out)
	}
}

// cmdPick puts the first group of a match in the last output into a variable:
// pick VAR REGEXP.
func cmdPick(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("%s does not match\n%s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], m[1])
}

// target is a foreign service that can be switched off and on and keeps its
// address.
type target struct {
	port testkit.Port
	addr string
	mu   sync.Mutex
	srv  *http.Server
	done chan struct{}
	log  bytes.Buffer
	// held is closed when requests may go on; nil when none is held.
	held chan struct{}
	// active counts the requests of each key that are being answered; keys are
	// those of each body; faults are requests of one key at the same time, and
	// bodies that came with several keys.
	active map[string]int
	keys   map[string]string
	faults []string
}

// cmdTarget is target up | down | log | hold | go | judge: held requests are
// logged and wait for their answer. Up sets TARGET to its address; log
// prints what it received, one line a request; judge fails when two requests of
// one key were there at the same time, or a repeat had another key.
func cmdTarget(ts *testscript.TestScript, _ bool, args []string) {
	s := storyOf(ts)
	if s.target == nil {
		var err error
		s.target, err = newTarget()
		ts.Check(err)
	}
	switch args[0] {
	case "up":
		ts.Check(s.target.up())
		ts.Setenv("TARGET", "http://"+s.target.addr)
	case "down":
		s.target.down()
	case "log":
		s.target.mu.Lock()
		defer s.target.mu.Unlock()
		fmt.Fprint(ts.Stdout(), s.target.log.String())
	case "hold":
		s.target.mu.Lock()
		defer s.target.mu.Unlock()
		s.target.held = make(chan struct{})
	case "go":
		s.target.mu.Lock()
		defer s.target.mu.Unlock()
		close(s.target.held)
		s.target.held = nil
	case "judge":
		s.target.mu.Lock()
		defer s.target.mu.Unlock()
		if len(s.target.faults) > 0 || len(s.target.keys) == 0 {
			ts.Fatalf("%d bodies came; %q", len(s.target.keys), s.target.faults)
		}
	default:
		ts.Fatalf("target up, down, log, hold, go or judge")
	}
}

// cmdReceived waits until the target received all of some texts, each so often:
// received [-count=N] TEXT….
func cmdReceived(ts *testscript.TestScript, _ bool, args []string) {
	t, times := storyOf(ts).target, 1
	if n, ok := strings.CutPrefix(args[0], "-count="); ok {
		var err error
		times, err = strconv.Atoi(n)
		ts.Check(err)
		args = args[1:]
	}
	if !await(func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		return !slices.ContainsFunc(args, func(a string) bool { return strings.Count(t.log.String(), a) < times })
	}) {
		ts.Fatalf("the target did not receive %q %d times", args, times)
	}
}

func newTarget() (*target, error) {
	port, err := testkit.HoldPort()
	return &target{port: port, addr: port.Address(), active: map[string]int{}, keys: map[string]string{}}, err
}

func (t *target) up() error {
	l, err := net.Listen("tcp", t.addr)
	if err != nil {
		return err
	}
	t.srv = &http.Server{Handler: http.HandlerFunc(t.serve)}
	t.done = make(chan struct{})
	go func() {
		defer close(t.done)
		if err := t.srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return nil
}

func (t *target) down() {
	if t.srv != nil {
		t.srv.Close()
		<-t.done
		t.srv = nil
	}
}

// deliveries is such a service, which is up.
func deliveries(t testing.TB) *target {
	t.Helper()
	service, err := newTarget()
	if err == nil {
		t.Cleanup(service.close)
		err = service.up()
	}
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// close ends it for good.
func (t *target) close() {
	t.down()
	t.port.Close()
}

func (t *target) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	key := r.Header.Get("Idempotency-Key")
	t.mu.Lock()
	fmt.Fprintf(&t.log, "%s %s key=%s %s", r.Method, r.URL, key, body)
	if cookies := r.Header.Get("Cookie"); cookies != "" {
		fmt.Fprintf(&t.log, " with %s", cookies)
	}
	t.log.WriteByte('\n')
	held := t.held
	if t.active[key]++; key != "" && t.active[key] > 1 {
		t.faults = append(t.faults, "at the same time: "+key)
	}
	if known, again := t.keys[string(body)]; again && known != key {
		t.faults = append(t.faults, "with several keys: "+string(body))
	}
	t.keys[string(body)] = key
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.active[key]--
	}()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/session":
		w.Header().Set("Set-Cookie", "sid=s3ss10n-"+key+"; Path=/; HttpOnly")
		fmt.Fprintf(w, `{"session":"s3ss10n-%s"}`, key)
	case "/account":
		w.Header().Set("Location", "/now?"+r.Header.Get("Cookie"))
		w.WriteHeader(http.StatusFound)
	default:
		fmt.Fprint(w, `{"id":7,"created":true}`)
	}
}
