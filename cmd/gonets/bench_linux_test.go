package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkStart measures the time from the start of the process to its first
// readiness, and the memory that it has then. waiting is how many runs wait
// for their next try, due is how many of them are overdue.
func BenchmarkStart(b *testing.B) {
	for _, bb := range []struct {
		name    string
		waiting int
		due     time.Duration
	}{
		{"empty", 0, 0},
		{"100k waiting", 100_000, time.Hour},
		{"100k due", 100_000, -time.Hour},
	} {
		b.Run(bb.name, func(b *testing.B) {
			data := b.TempDir()
			fillWaiting(b, data, bb.waiting, waiting{target: "http://127.0.0.1:9", due: bb.due})
			var ready time.Duration
			var rss, settled int
			for b.Loop() {
				b.StopTimer()
				os.Remove(filepath.Join(data, fileServer))
				b.StartTimer()
				began := time.Now()
				cmd := exec.Command("gonets", "serve", "--ballast", "0", "--data", data, "--listen", "127.0.0.1:0")
				cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				url, ok := awaitReady(data)
				if !ok {
					b.Fatal("the server did not become ready")
				}
				ready += time.Since(began)
				rss += residentKiB(b, cmd.Process.Pid)
				b.StopTimer()
				// What is due is refused by its destination and waits again.
				if bb.due < 0 && !await(func() bool { return tries(b, url, data) >= settledTries }) {
					b.Fatal("the overdue runs are not tried")
				}
				settled += residentKiB(b, cmd.Process.Pid)
				cmd.Process.Kill()
				cmd.Wait()
				b.StartTimer()
			}
			b.ReportMetric(float64(ready.Milliseconds())/float64(b.N), "ready-ms")
			b.ReportMetric(float64(rss)/1024/float64(b.N), "rss-MiB")
			b.ReportMetric(float64(settled)/1024/float64(b.N), "rss-after-MiB")
		})
	}
}

// settledTries is how many runs that were overdue have been tried when the
// memory is looked at once more.
const settledTries = 1_000

var attemptLine = regexp.MustCompile(`(?m)^gonets_attempts_total\{.*\} (\S+)$`)

// tries is how many HTTP exchanges a server has made.
func tries(b *testing.B, url, data string) (n int) {
	b.Helper()
	token, err := os.ReadFile(filepath.Join(data, "owner.token"))
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, url+"/metrics", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range attemptLine.FindAllSubmatch(text, -1) {
		outcome, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			b.Fatal(err)
		}
		n += int(outcome)
	}
	return n
}

func residentKiB(b *testing.B, pid int) (kib int) {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		b.Fatal(err)
	}
	return kib
}
