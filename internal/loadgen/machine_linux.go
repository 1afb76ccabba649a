package loadgen

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticks is how many of the kernel's units of CPU time make a second, on every
// platform that Go runs on.
const ticks = 100

// stat is what the kernel tells of a process, in ticks.
type stat struct {
	parent int
	// own is the time in itself and for it in the kernel, ended that of its
	// children that have ended.
	own, ended int64
}

func statOf(pid int) (s stat, known bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, false
	}
	// The program's name stands in parentheses and may hold spaces.
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	const parent, user, last = 1, 11, 14
	if len(fields) <= last {
		return stat{}, false
	}
	var times [4]int64
	for i := range times {
		if times[i], err = strconv.ParseInt(string(fields[user+i]), 10, 64); err != nil {
			return stat{}, false
		}
	}
	s.parent, err = strconv.Atoi(string(fields[parent]))
	s.own, s.ended = times[0]+times[1], times[2]+times[3]
	return s, err == nil
}

// cpuSeconds is the time that a process has used.
func cpuSeconds(pid int) (seconds float64, known bool) {
	s, known := statOf(pid)
	return float64(s.own) / ticks, known
}

// postgresSeconds is the time that a PostgreSQL server on this machine has
// used with all its processes. It is found by a session of the database, whose
// name no other one has.
func postgresSeconds(database string) (seconds float64, known bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, false
	}
	server, times := 0, map[int]int64{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		s, known := statOf(pid)
		if !known {
			continue
		}
		times[s.parent] += s.own + s.ended
		title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && bytes.HasPrefix(title, []byte("postgres:")) && bytes.Contains(title, []byte(" "+database+" ")) {
			server = s.parent
		}
	}
	s, known := statOf(server)
	return float64(s.own+s.ended+times[server]) / ticks, server != 0 && known
}

// residentMiB is the memory that a process has.
func residentMiB(pid int) (mib float64, known bool) { return memory(pid, "VmRSS:") }

// peakMiB is the most memory that a process has had.
func peakMiB(pid int) (mib float64, known bool) { return memory(pid, "VmHWM:") }

func memory(pid int, name string) (mib float64, known bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	kib, ok := field(raw, name)
	if err != nil || !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(kib, " kB"), 64)
	return n / 1024, err == nil
}

// cpuModel names the machine's processor.
func cpuModel() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	model, _ := field(raw, "model name\t:")
	return model
}

// field finds the line that begins with a name.
func field(raw []byte, name string) (string, bool) {
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}
