package document

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"
)

// Basis is the state of a document from which a file was made: a version, with a sum
// of what it says, because another server has other versions under the same numbers.
// Number 0 is what has none: the draft of a scenario that was never published, a source,
// a saved request, the settings.
type Basis struct {
	Version int
	Sum     string
}

var basisText = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})-([0-9a-f]{16})$`)

// BasisOf is what a file with this version of a document, a pointer to one, is based on.
func BasisOf(version int, doc any) (Basis, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return Basis{}, err
	}
	sum := sha256.Sum256(text)
	return Basis{version, hex.EncodeToString(sum[:8])}, nil
}

// readBasis reads what String wrote.
func readBasis(text string) (Basis, bool) {
	m := basisText.FindStringSubmatch(text)
	if m == nil {
		return Basis{}, false
	}
	n, err := strconv.Atoi(m[1])
	return Basis{n, m[2]}, err == nil
}

// String is how a file says it; empty when it says nothing.
func (b Basis) String() string {
	if b.Sum == "" {
		return ""
	}
	return strconv.Itoa(b.Version) + "-" + b.Sum
}
