package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gonets"
	"gonets/internal/child"
	"gonets/internal/testkit"
)

// smallDisk mounts a file system of so many MiB that is gone with the test.
func smallDisk(t testing.TB, mib int, options string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("mounts a small file system")
	}
	// A folder of its own below one that others may enter: PostgreSQL is somebody
	// else.
	dir, err := os.MkdirTemp("", "gonets-disk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm%s", mib, options)); err != nil {
		t.Skipf("mounting a tmpfs needs root: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// freeOn is how many bytes are free there.
func freeOn(t testing.TB, dir string) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}

// occupy takes all room but so many bytes; vacate gives it back.
func occupy(t testing.TB, dir string, leave int64) (vacate func()) {
	t.Helper()
	path := filepath.Join(dir, "somebody-else")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for part := int64(1 << 20); part >= 4096; {
		if freeOn(t, dir)-part < leave {
			part /= 2
			continue
		}
		// Whoever else writes there may be faster.
		if _, err := f.Write(make([]byte, part)); errors.Is(err, syscall.ENOSPC) {
			part /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// sender posts events of random sizes from several connections until it is
// stopped, and remembers what was acknowledged.
type sender struct {
	t      testing.TB
	source string
	mu     sync.Mutex
	acked  []string
	full   int
	first  string // an answer that is neither
	// without is in the answers that tell of the want of room.
	without *regexp.Regexp
	stop    chan struct{}
	done    sync.WaitGroup
}

// noRoom tells of a full disk, noDatabase of a database that it has ended.
var (
	noRoom     = regexp.MustCompile(`"store\.disk_full"`)
	noDatabase = regexp.MustCompile(`"store\.(disk_full|away)"`)
)

func startSender(t testing.TB, source string, seed uint64, without *regexp.Regexp) *sender {
	s := &sender{t: t, source: source, stop: make(chan struct{}), without: without}
	for worker := range 4 {
		chance := testkit.Chance(seed, uint64(worker))
		s.done.Go(func() {
			for {
				select {
				case <-s.stop:
					return
				default:
					s.post(chance)
				}
			}
		})
	}
	return s
}

func (s *sender) post(chance *rand.Rand) {
	body := make([]byte, 500+chance.IntN(20_000))
	for i := range body {
		body[i] = byte('!' + chance.IntN(90)) // nothing that packs well
	}
	res, err := http.Post(s.source, "text/plain", strings.NewReader(string(body)))
	if err != nil {
		s.note("", err.Error())
		return
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	var answer struct {
		EventID string `json:"event_id"`
	}
	switch after, _ := strconv.Atoi(res.Header.Get("Retry-After")); {
	case err == nil && res.StatusCode == http.StatusOK && json.Unmarshal(raw, &answer) == nil && answer.EventID != "":
		s.note(answer.EventID, "")
	case res.StatusCode == http.StatusServiceUnavailable && after > 0 && s.without.MatchString(string(raw)):
		s.note("", "")
		rest := time.NewTimer(20 * time.Millisecond) // or asking would be all that the machine does
		defer rest.Stop()
		<-rest.C
	case res.StatusCode == http.StatusServiceUnavailable && after > 0 && strings.Contains(string(raw), "store.busy"):
	default:
		s.note("", fmt.Sprintf("%d, Retry-After %q: %s %v", res.StatusCode, res.Header.Get("Retry-After"), raw, err))
	}
}

// note takes an acknowledged event, a refusal for want of room, or an answer that
// is neither.
func (s *sender) note(event, odd string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case event != "":
		s.acked = append(s.acked, event)
	case odd == "":
		s.full++
	case s.first == "":
		s.first = odd
	}
}

func (s *sender) counts() (acked, full int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.acked), s.full
}

func (s *sender) accepted() int {
	acked, _ := s.counts()
	return acked
}

func (s *sender) refused() int {
	_, full := s.counts()
	return full
}

// end stops the sending and demands that nothing odd was answered.
func (s *sender) end() []string {
	s.t.Helper()
	close(s.stop)
	s.done.Wait()
	if s.first != "" {
		s.t.Errorf("while the disk was full a sender was answered %s", s.first)
	}
	return s.acked
}

// awaitFull waits until senders are refused, and awaitMore until they are
// accepted again.
func (s *sender) awaitFull() {
	s.t.Helper()
	_, before := s.counts()
	if !await(func() bool { _, full := s.counts(); return full > before }) {
		s.t.Fatal("the disk never filled")
	}
}

func (s *sender) awaitMore() {
	s.t.Helper()
	before, _ := s.counts()
	began := time.Now()
	if !await(func() bool { acked, _ := s.counts(); return acked > before }) {
		s.t.Fatal("nothing was accepted though there was room again")
	}
	s.t.Logf("accepted again after %v", time.Since(began).Round(time.Millisecond))
	if *soak && time.Since(began) > 5*time.Second {
		s.t.Error("that is more than 5 s")
	}
}

// keeps demands every acknowledged event.
func keeps(t testing.TB, o *outside, acked []string) {
	t.Helper()
	for _, id := range acked {
		var event struct{ ID string }
		if err := o.api.Call(t.Context(), http.MethodGet, "/api/v1/events/"+id, nil, &event); err != nil || event.ID != id {
			t.Fatalf("the event %s was acknowledged and is not stored: %v", id, err)
		}
	}
}

// stored demands every acknowledged event, each of them done, and each delivered
// once.
func (s *sender) stored(o *outside, service *target, acked []string) {
	s.t.Helper()
	keeps(s.t, o, acked)
	if !await(func() bool {
		service.mu.Lock()
		defer service.mu.Unlock()
		return strings.Count(service.log.String(), "POST /") >= len(acked)
	}) {
		s.t.Error("not all that was accepted was delivered")
	}
	service.mu.Lock()
	defer service.mu.Unlock()
	if n := strings.Count(service.log.String(), "POST /"); n != len(acked) {
		s.t.Errorf("%d requests were made for %d events", n, len(acked))
	}
}

// hold keeps the disk full for a while.
func hold(s *sender, full func() bool) {
	for end := time.Now().Add(time.Duration(sized(1, 60)) * time.Second); time.Now().Before(end); {
		acked, refused := s.counts()
		if !await(func() bool { _, full := s.counts(); return full > refused }) {
			s.t.Fatal("senders get no answer while the disk is full")
		}
		if now, _ := s.counts(); now > acked && full() {
			// A few may have been under way; more would eat what is kept for people.
			if now > acked+8 {
				s.t.Errorf("%d events were accepted while the disk was full", now-acked)
				return
			}
		}
	}
}

// A disk fills up under load, stays full, and has room again: nothing that was
// acknowledged is lost, senders are told to come again, nothing is sent whose
// result could not be stored, people log in and clean up, and the same process
// goes on by itself.
func TestAFullDiskLosesNothingAndLetsPeopleIn(t *testing.T) {
	t.Parallel()
	outlivesAFullDisk(t, "")
}

func outlivesAFullDisk(t testing.TB, program string) {
	t.Helper()
	data := smallDisk(t, 64, "")
	seed := testkit.Seed(t)
	chance := testkit.Chance(seed, 100)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("correct horse battery"), 0o600); err != nil {
		t.Fatal(err)
	}
	service := deliveries(t)
	log := t.TempDir()
	o := startLife(t, life{program: program, data: data, log: log, documents: sendingTo(service.addr, "{{ event.body }}"),
		flags: []string{"--ballast", "64MiB"},
		env:   []string{"GONETS_OWNER_LOGIN=anna", "GONETS_OWNER_PASSWORD_FILE=" + password}})
	ballast := filepath.Join(data, "ballast")
	there := func() bool { _, err := os.Stat(ballast); return err == nil }
	if !await(there) {
		t.Fatal("there is no ballast")
	}
	s := startSender(t, o.source, seed, noRoom)
	for round := range sized(2, 4) {
		vacate := occupy(t, data, int64(2+chance.IntN(6))<<20)
		s.awaitFull()
		if !await(func() bool { return !there() }) {
			t.Fatal("the disk is full and the ballast is still there")
		}
		// Somebody else takes what is freed meanwhile.
		hold(s, func() bool { return !there() })
		login(t, o.base)
		var ignored json.RawMessage
		settings := fmt.Appendf(nil, "apiVersion: gonets/v1\nkind: Settings\nretention: {age: %dd}\n", 7+round)
		if err := o.api.Call(t.Context(), http.MethodPost, "/api/v1/apply", settings, &ignored); err != nil {
			t.Errorf("the time for which history is kept cannot be changed: %v", err)
		}
		if err := o.api.Call(t.Context(), http.MethodPost, "/api/v1/storage/clean", nil, &ignored); err != nil {
			t.Errorf("old history cannot be removed: %v", err)
		}
		var stats struct{ Disk struct{ Level string } }
		if err := o.api.Call(t.Context(), http.MethodGet, "/api/v1/stats", nil, &stats); err != nil || stats.Disk.Level != "full" {
			t.Errorf("the disk is said to be %q: %v", stats.Disk.Level, err)
		}
		vacate()
		s.awaitMore()
		if !await(there) {
			t.Fatal("the ballast did not come back")
		}
	}
	s.stored(o, service, s.end())
	if out, err := os.ReadFile(filepath.Join(log, "log")); err != nil || strings.Contains(string(out), "correct horse") {
		t.Errorf("the log: %v", err)
	}
}

// login logs in as a person does.
func login(t testing.TB, base string) {
	t.Helper()
	var status int
	var said string
	if !await(func() bool {
		res, err := http.Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"login":"anna","password":"correct horse battery"}`))
		if err != nil {
			said = err.Error()
			return false
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		status, said = res.StatusCode, string(raw)
		return status != http.StatusServiceUnavailable || strings.Contains(said, "store.disk_full")
	}) || status >= 300 {
		t.Errorf("nobody can log in while the disk is full: %d %s", status, said)
	}
}

// ofPostgres are the options of a file system that is PostgreSQL's.
func ofPostgres() string {
	if u, err := user.Lookup("postgres"); err == nil && os.Getuid() == 0 {
		return ",mode=0700,uid=" + u.Uid + ",gid=" + u.Gid
	}
	return ""
}

// The same where PostgreSQL's own disk fills up: nothing is known of it but what
// the database says.
func TestAFullPostgresLosesNothing(t *testing.T) {
	t.Parallel()
	outlivesAFullPostgres(t, "")
}

func outlivesAFullPostgres(t testing.TB, program string) {
	t.Helper()
	var own testkit.Cluster
	defer own.Stop()
	address := own.Database(t)
	disk := smallDisk(t, 48, ofPostgres())
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	for _, statement := range []string{"CREATE TABLESPACE small LOCATION '" + disk + "'", "ALTER DATABASE " + name + " SET TABLESPACE small"} {
		if err := own.SQL("postgres", statement); err != nil {
			t.Fatal(err)
		}
	}
	service := deliveries(t)
	seed := testkit.Seed(t)
	o := startLife(t, life{program: program, data: t.TempDir(), documents: sendingTo(service.addr, "{{ event.body }}"), env: child.Env(address)})
	s := startSender(t, o.source, seed, noRoom)
	for range sized(2, 4) {
		vacate := occupy(t, disk, 3<<20)
		s.awaitFull()
		hold(s, func() bool { return false })
		vacate()
		s.awaitMore()
	}
	s.stored(o, service, s.end())
}

func TestAFullLogOfPostgresLosesNothing(t *testing.T) {
	t.Parallel()
	outlivesAFullLog(t, "")
}

// outlivesAFullLog fills the disk on which PostgreSQL has its log alone: then it ends
// itself, and has to be started again when there is room. The server stays, and has lost
// nothing.
func outlivesAFullLog(t testing.TB, program string) {
	t.Helper()
	own := testkit.Cluster{Settings: []string{"max_wal_size=48MB", "min_wal_size=32MB"}}
	defer own.Stop()
	address := own.Database(t)
	disk := smallDisk(t, 128, ofPostgres())
	if err := own.LogOn(disk); err != nil {
		t.Fatal(err)
	}
	service := deliveries(t)
	seed := testkit.Seed(t)
	o := startLife(t, life{program: program, data: t.TempDir(), documents: sendingTo(service.addr, "{{ event.body }}"), env: child.Env(address)})
	s := startSender(t, o.source, seed, noDatabase)
	for range sized(1, 4) {
		s.await("accepted", s.accepted, 50)
		vacate := occupy(t, disk, 0)
		s.awaitFull()
		hold(s, func() bool { return false })
		vacate()
		own.Crash() // or what is left of it
		if err := own.Restart(); err != nil {
			t.Fatal(err)
		}
		s.awaitMore()
	}
	acked := s.end()
	keeps(t, o, acked)
	// Some of which the database's last word was lost may be there too.
	all := len(o.runs(""))
	o.awaitRuns(gonets.RunSucceeded, all)
	service.mu.Lock()
	defer service.mu.Unlock()
	if n := strings.Count(service.log.String(), "POST /"); n != all || all < len(acked) {
		t.Errorf("%d requests were made for %d runs of %d events and more", n, all, len(acked))
	}
}
