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

// cpuSeconds is the time that a process has used, in itself and for it in the
// kernel.
func cpuSeconds(pid int) (seconds float64, known bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The program's name stands in parentheses and may hold spaces.
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, false
	}
	u, err1 := strconv.ParseInt(string(fields[user]), 10, 64)
	s, err2 := strconv.ParseInt(string(fields[system]), 10, 64)
	return float64(u+s) / ticks, err1 == nil && err2 == nil
}

// peakMiB is the most memory that a process has had.
func peakMiB(pid int) (mib float64, known bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	kib, ok := field(raw, "VmHWM:")
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
