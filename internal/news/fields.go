package news

import "time"

// Sheet is what is kept of the fields of a source's events; what it holds is for
// others to read.
type Sheet struct {
	Source string
	// LastAt is when the source's last event came, SeenAt when the last one came
	// that the profile knows of; zero is none, and all is to be learned.
	LastAt, SeenAt time.Time
	// Profile is only there when one sheet is asked for.
	Profile []byte
	// Changes are what is not as it was.
	Changes []byte
	// Revision is 0 of what was never kept.
	Revision int64
}
