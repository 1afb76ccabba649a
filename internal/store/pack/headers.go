// Package pack knows how events, runs, attempts and bodies lie in rows: it
// makes them ready to be stored, and reads them back.
package pack

import (
	"encoding/binary"
	"errors"

	"gonets"
)

// Headers keeps header lines byte for byte, in order: each name and value
// with its length in front. Text formats would fail on foreign bytes.
func Headers(headers []gonets.Header) []byte {
	if len(headers) == 0 {
		return nil
	}
	n := 0
	for _, h := range headers {
		n += len(h.Name) + len(h.Value) + 2*binary.MaxVarintLen32
	}
	b := make([]byte, 0, n)
	for _, h := range headers {
		b = binary.AppendUvarint(b, uint64(len(h.Name)))
		b = append(b, h.Name...)
		b = binary.AppendUvarint(b, uint64(len(h.Value)))
		b = append(b, h.Value...)
	}
	return b
}

var errHeaders = errors.New("stored headers are damaged")

// Unpack reads what Headers wrote.
func Unpack(b []byte) ([]gonets.Header, error) {
	var out []gonets.Header
	text := func() (string, bool) {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return "", false
		}
		s := string(b[size : size+int(n)])
		b = b[size+int(n):]
		return s, true
	}
	for len(b) > 0 {
		name, ok1 := text()
		value, ok2 := text()
		if !ok1 || !ok2 {
			return nil, errHeaders
		}
		out = append(out, gonets.Header{Name: name, Value: value})
	}
	return out, nil
}
