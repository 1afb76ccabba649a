package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Mask stands wherever a secret would.
const Mask = "***"

// Value is a secret in memory. However it is printed, logged or encoded, it
// shows as [Mask]; only Reveal gives it away. The zero Value is empty.
type Value struct {
	// A pointer, because fmt prints unexported fields of foreign structs
	// without asking their methods: it shows an address then, not the text.
	text *string
}

// New makes a Value.
func New(text string) Value { return Value{text: &text} }

// Reveal is the secret itself.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty tells whether there is no secret.
func (v Value) Empty() bool { return v.Reveal() == "" }

// String implements [fmt.Stringer].
func (v Value) String() string { return Mask }

// GoString implements [fmt.GoStringer].
func (v Value) GoString() string { return Mask }

// Format implements [fmt.Formatter] for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Mask + `"`), nil }

// MarshalText implements encoding.TextMarshaler, for YAML, XML and map keys.
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue implements [slog.LogValuer].
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }

// Equal compares two secrets in a time that tells nothing about where they
// differ or how long they are.
func Equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
