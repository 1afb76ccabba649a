package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// sabotaged builds the program with the fault of a build tag.
func sabotaged(t testing.TB, tag string) string {
	t.Helper()
	return built(t, "-tags", tag)
}

// built builds the program in another way than the one that users have.
func built(t testing.TB, flags ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "gonets")
	build := exec.Command("go", slices.Concat([]string{"build", "-o", program}, flags, []string{"."})...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", strings.Join(flags, " "), err, out)
	}
	return program
}

// witness notes what a proof finds wrong, where finding nothing would be wrong.
type witness struct {
	testing.TB
	mu     sync.Mutex
	faults []string
}

func (w *witness) note(fault string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fault)
}

func (w *witness) Error(args ...any)                 { w.note(fmt.Sprintln(args...)) }
func (w *witness) Errorf(format string, args ...any) { w.note(fmt.Sprintf(format, args...)) }

func (w *witness) Fatal(args ...any) {
	w.Error(args...)
	runtime.Goexit()
}

func (w *witness) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	runtime.Goexit()
}

// caught demands that a proof finds the faults of a sabotaged program, and tells
// them in the words that are meant.
func caught(t *testing.T, proof func(t testing.TB), words ...string) {
	t.Helper()
	w := &witness{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		proof(w)
	}()
	<-done
	if t.Skipped() {
		t.SkipNow() // the proof cannot be made here
	}
	w.mu.Lock()
	found := strings.Join(w.faults, "\n")
	w.mu.Unlock()
	for _, w := range words {
		if !strings.Contains(found, w) {
			t.Errorf("the proof finds nothing that tells of %q: %s", w, found)
		}
	}
	t.Logf("found, as it should be: %s", found)
}
