package news

import "fmt"

// Disk is what a disk that is low or full says beside its cause, in bytes, as the
// text that stands in its path.
type Disk struct {
	// Free is less than LowBelow, of Whole.
	Free, LowBelow, Whole int64
	// Database is what the database takes.
	Database int64
	// Week is what would go if history were kept for a week only.
	Week int64
}

func (d Disk) String() string {
	return fmt.Sprintf("%d/%d/%d/%d/%d", d.Free, d.LowBelow, d.Whole, d.Database, d.Week)
}

// ParseDisk reads String's text; ok is false when it cannot.
func ParseDisk(text string) (d Disk, ok bool) {
	n, err := fmt.Sscanf(text, "%d/%d/%d/%d/%d", &d.Free, &d.LowBelow, &d.Whole, &d.Database, &d.Week)
	return d, err == nil && n == 5
}
