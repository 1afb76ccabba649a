package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
)

// setupLabel is what the installation's key signs to make the set-up code.
const setupLabel = "setup"

// codeSize is the length of a set-up code without its hyphens: 60 bits, which
// nobody guesses through the throttle.
const codeSize = 12

// letters are Crockford's base 32: none of them is taken for another one.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// setupCode writes the first 60 bits of a MAC as XXXX-XXXX-XXXX.
func setupCode(mac []byte) string {
	text := base32.NewEncoding(letters).WithPadding(base32.NoPadding).EncodeToString(mac)[:codeSize]
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}

// sameCode compares what a person typed with the code; the case, spaces and
// hyphens do not matter, nor what looks alike.
func sameCode(typed, code string) bool {
	if len(typed) > 64 {
		return false
	}
	plain := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1")
	x := sha256.Sum256([]byte(plain.Replace(strings.ToUpper(typed))))
	y := sha256.Sum256([]byte(plain.Replace(code)))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
