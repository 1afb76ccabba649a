package loadgen

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAProfileIsLeftWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	none, err := Profile("")
	if err != nil || none() != nil {
		t.Errorf("no profile: %v", err)
	}
	dir, err := folder(filepath.Join(t.TempDir(), "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{o: &Options{Profiles: dir}, name: "server-1"}
	path := filepath.Join(dir, "server-1.pprof")
	if env := s.profiled(); len(env) != 1 || env[0] != ProfileVariable+"="+path {
		t.Fatalf("the child is told %q", env)
	}
	stop, err := Profile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Size() == 0 {
		t.Errorf("the profile: %v", err)
	}
	if _, err := Profile(filepath.Join(path, "no-folder")); err == nil {
		t.Error("a file was taken for a folder")
	}
	if _, err := folder(path); err == nil {
		t.Error("a folder was made where a file is")
	}
}
