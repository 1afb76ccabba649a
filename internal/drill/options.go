// Package drill is the crash test that an owner runs on his own machine: it
// starts the real server, sends it events, kills it with SIGKILL again and
// again, and proves from ledgers of its own that nothing which was answered
// with success got lost.
//
// kill -9 leaves the page cache alone, so a drill proves nothing about fsync.
package drill

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gonets"

	"gonets/internal/child"
)

// Options choose the size and the chances of a drill.
type Options struct {
	// Subject is the server's program and its database, an empty one.
	child.Subject
	// ServerArgs are added to the server's arguments.
	ServerArgs []string
	// Kills is how often the server is killed; 20 when 0.
	Kills int
	// Nodes is how many servers share the database; 1 when 0. Of several, one at
	// a time is killed, and the last one that was killed stays dead: the others
	// have to take its work over.
	Nodes int
	// Seed decides every chance of the drill, so that a run can be repeated;
	// a random one when 0.
	Seed uint64
	// Rate is how many events a second are sent; 100 when 0.
	Rate int
	// Connections is how many callers send at once; 16 when 0.
	Connections int
	// MinUptime and MaxUptime bound how long the server lives between its
	// readiness and the next kill; 300 ms and 3 s when 0.
	MinUptime, MaxUptime time.Duration
	// SinkFaults is the share of deliveries that the receiver spoils; 0.05
	// when 0, none when negative.
	SinkFaults float64
	// ClockSpeed is how many times faster than real the server's clock runs,
	// so that hours of retries pass in seconds; 100 when 0.
	ClockSpeed int
	// Dir is the drill's folder, kept afterwards: data, ledger and server.log
	// stand in it. It must be empty or new. When empty, a temporary folder is
	// used and removed after a good end.
	Dir string
	// LedgerDir is where the ledgers stand; Dir/ledger when empty. Put it on
	// another file system to be independent of the server's disk.
	LedgerDir string
	// State names a file in which a long drill remembers how far it is; the
	// same command goes on from there.
	State string
	// ReadyLimit is how long a start may take; 60 s when 0.
	ReadyLimit time.Duration
	// Settle is how long, at the end, nothing may happen before what is not
	// finished counts as stuck; when 0, long enough for the longest retry.
	Settle time.Duration
}

const (
	maxKills       = 100_000
	maxRate        = 10_000
	maxConnections = 1_000
	maxNodes       = 16
	// takeover is the longest time after which others have a dead server's runs.
	takeover = gonets.NodeDead + 2*gonets.NodeBeat
	// longestRetry is the longest pause of the default retry policy.
	longestRetry = 2 * time.Hour
)

func (o *Options) complete() error {
	setDefault(&o.Kills, 20)
	setDefault(&o.Nodes, 1)
	setDefault(&o.Rate, 100)
	setDefault(&o.Connections, 16)
	setDefault(&o.ClockSpeed, 100)
	setDefault(&o.MinUptime, 300*time.Millisecond)
	setDefault(&o.MaxUptime, max(3*time.Second, o.MinUptime))
	setDefault(&o.SinkFaults, 0.05)
	setDefault(&o.ReadyLimit, time.Minute)
	setDefault(&o.Settle, longestRetry*11/10/time.Duration(max(1, o.ClockSpeed))+20*time.Second)
	if o.Nodes > 1 {
		o.Settle += takeover
	}
	if err := o.Subject.Complete(); err != nil {
		return err
	}
	switch {
	case o.Nodes < 1 || o.Nodes > maxNodes || o.Nodes > 1 && o.Database == "":
		return child.Invalid("a drill with %d servers is not possible; choose 1 to %d, and give the address of a PostgreSQL database to several", o.Nodes, maxNodes)
	case o.Kills < 1 || o.Kills > maxKills:
		return child.Invalid("%d kills are not possible; choose 1 to %d", o.Kills, maxKills)
	case o.Rate < 1 || o.Rate > maxRate:
		return child.Invalid("%d events a second are not possible; choose 1 to %d", o.Rate, maxRate)
	case o.Connections < 1 || o.Connections > maxConnections:
		return child.Invalid("%d connections are not possible; choose 1 to %d", o.Connections, maxConnections)
	case o.MinUptime < 0 || o.MaxUptime < o.MinUptime:
		return child.Invalid("the server's life between kills goes from %v to %v; the second must not be smaller", o.MinUptime, o.MaxUptime)
	case o.ClockSpeed < 1:
		return child.Invalid("clock speed %d is not possible; choose 1 or more", o.ClockSpeed)
	}
	return nil
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// prepare makes the folders of a new drill and fills in those that are not
// named. It refuses a folder that holds anything: a drill must never meet the
// data of a server in use.
func (o *Options) prepare() (temporary bool, err error) {
	if o.Seed == 0 {
		o.Seed = rand.Uint64() | 1
	}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "gonets-drill-"); err != nil {
			return false, err
		}
		temporary = true
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return false, err
	}
	if o.LedgerDir == "" {
		o.LedgerDir = filepath.Join(o.Dir, "ledger")
	}
	if o.LedgerDir, err = filepath.Abs(o.LedgerDir); err != nil {
		return false, err
	}
	for _, dir := range []string{o.Dir, o.LedgerDir} {
		entries, err := os.ReadDir(dir)
		if err != nil && !os.IsNotExist(err) {
			return false, err
		}
		if len(entries) > 0 {
			return false, child.Invalid("the folder %s is not empty; a drill needs a folder of its own "+
				"(to go on with an earlier drill, name its state file)", dir)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return false, err
		}
	}
	for n := range o.Nodes {
		if err := os.MkdirAll(o.dataDir(n), 0o700); err != nil {
			return temporary, err
		}
	}
	return temporary, nil
}

// dataDir is the folder of server n, logFile what it prints.
func (o *Options) dataDir(n int) string { return filepath.Join(o.Dir, "data"+suffix(n)) }
func (o *Options) logFile(n int) string { return filepath.Join(o.Dir, "server"+suffix(n)+".log") }

func suffix(n int) string {
	if n == 0 {
		return ""
	}
	return "-" + strconv.Itoa(n+1)
}

// keyFile holds the key that several servers share.
func (o *Options) keyFile() string    { return filepath.Join(o.Dir, "secret.key") }
func (o *Options) sentFile() string   { return filepath.Join(o.LedgerDir, "producer.ledger") }
func (o *Options) arriveFile() string { return filepath.Join(o.LedgerDir, "sink.ledger") }
