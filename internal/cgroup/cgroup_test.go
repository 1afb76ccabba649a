package cgroup_test

import (
	"os"
	"path/filepath"
	"testing"

	"gonets/internal/cgroup"
)

const (
	mountsV2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	mountsV1 = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n" +
		"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
		"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	none = "9223372036854771712"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		groups, mounts string
		files          map[string]string
		want           int64
	}{
		"a container with a tree of its own": {"0::/\n", mountsV2, map[string]string{"memory.max": "134217728"}, 134217728},
		"a service": {"0::/system.slice/gonets.service\n", mountsV2,
			map[string]string{"system.slice/gonets.service/memory.max": "268435456", "system.slice/memory.max": "max"}, 268435456},
		"a group above has less": {"0::/system.slice/gonets.service\n", mountsV2,
			map[string]string{"system.slice/gonets.service/memory.max": "268435456", "system.slice/memory.max": "134217728"}, 134217728},
		"no limit": {"0::/user.slice\n", mountsV2, map[string]string{"user.slice/memory.max": "max"}, 0},
		"version 1": {"4:memory:/box/one\n1:cpu:/\n0::/\n", mountsV1,
			map[string]string{"memory/box/one/memory.limit_in_bytes": none, "memory/box/memory.limit_in_bytes": "134217728",
				"memory/memory.limit_in_bytes": none, "cpu/memory.limit_in_bytes": "1"}, 134217728},
		"version 1, the path of the host": {"4:memory:/docker/abc\n",
			"35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			map[string]string{"memory/memory.limit_in_bytes": "134217728"}, 134217728},
		"a path outside of what is seen": {"0::/../other\n", mountsV2, map[string]string{"memory.max": "134217728"}, 134217728},
		"what nobody understands":        {"0::/\n", mountsV2, map[string]string{"memory.max": "lots"}, 0},
		"no control groups":              {"", "", nil, 0},
	} {
		root := t.TempDir()
		write := func(path, text string) {
			path = filepath.Join(root, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("proc/7/cgroup", c.groups)
		write("proc/7/mountinfo", c.mounts)
		if err := os.Symlink("7", filepath.Join(root, "proc/self")); err != nil {
			t.Fatal(err)
		}
		for path, text := range c.files {
			write(filepath.Join("sys/fs/cgroup", path), text+"\n")
		}
		if got := cgroup.MemoryLimit(root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestWithoutProcNothingIsKnown(t *testing.T) {
	t.Parallel()
	if got := cgroup.MemoryLimit(t.TempDir()); got != 0 {
		t.Error(got)
	}
}
