// Package cgroup knows the bounds that a container or a service manager sets to this
// process.
package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// MemoryLimit is how many bytes of memory this process may take together with all
// others of its group, or of a group above; 0 where nobody says, as on systems
// without control groups. The files are those under root, "/" but for tests.
func MemoryLimit(root string) (least int64) {
	system, err := procfs.NewFS(filepath.Join(root, procfs.DefaultMountPoint))
	if err != nil {
		return 0
	}
	self, err := system.Self()
	if err != nil {
		return 0
	}
	groups, err := self.Cgroups()
	if err != nil {
		return 0
	}
	mounts, err := self.MountInfo()
	if err != nil {
		return 0
	}
	for _, m := range mounts {
		for _, g := range groups {
			if file := limitFile(m, g); file != "" {
				found := lowest(filepath.Join(root, m.MountPoint), inside(m.Root, g.Path), file)
				if found > 0 && (least == 0 || found < least) {
					least = found
				}
			}
		}
	}
	return least
}

// limitFile is the file with a group's limit in folders of a mount; empty when
// the group's are not there.
func limitFile(m *procfs.MountInfo, g procfs.Cgroup) string {
	_, ofMemory := m.SuperOptions["memory"]
	switch {
	case m.FSType == "cgroup2" && g.HierarchyID == 0:
		return "memory.max"
	case m.FSType == "cgroup" && ofMemory && slices.Contains(g.Controllers, "memory"):
		return "memory.limit_in_bytes"
	}
	return ""
}

// inside is where a group stands under a mount. A container may see the group's
// path on its host, and no more of the tree than its own part: that is the mount.
func inside(mounted, group string) string {
	path, err := filepath.Rel(mounted, group)
	if err != nil || path == ".." || strings.HasPrefix(path, "../") {
		return "."
	}
	return path
}

// lowest is the lowest limit of a group and of all above it.
func lowest(mount, group, file string) (least int64) {
	for ; ; group = filepath.Dir(group) {
		text, err := os.ReadFile(filepath.Join(mount, group, file))
		if err == nil {
			// The word for none, "max", is no number.
			n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if err == nil && n > 0 && (least == 0 || n < least) {
				least = n
			}
		}
		if group == "." {
			return least
		}
	}
}
