package pack

import (
	"encoding/binary"
	"errors"
	"sync"

	"gonets/internal/compress"
)

// exchange is what an attempt carried, large bodies left out. It is stored in
// one piece: a request and its reply are much alike, so that together they pack
// better than each by itself. Rows of before have a column for each part.
type exchange struct {
	line, sent, request []byte
	status, got, reply  []byte
	detail              []byte
}

// parts are the parts in the order in which they are stored. Those that are
// alike stand together.
func (x *exchange) parts() [7]*[]byte {
	return [...]*[]byte{&x.line, &x.sent, &x.got, &x.status, &x.detail, &x.request, &x.reply}
}

// maxExchange bounds what an exchange may unpack to, in bytes. It is far above
// the limits of all its parts.
const maxExchange = 16 << 20

// packExchange puts the parts behind one another, each behind its length.
func packExchange(x exchange) []byte {
	buf := exchanges.Get().(*[]byte)
	b := (*buf)[:0]
	for _, p := range x.parts() {
		b = binary.AppendUvarint(b, uint64(len(*p)))
		b = append(b, *p...)
	}
	packed := compress.Zstd(b)
	if cap(b) <= keptExchange {
		*buf = b
		exchanges.Put(buf)
	}
	return packed
}

// exchanges are buffers in which exchanges are put together.
var exchanges = sync.Pool{New: func() any { return new([]byte) }}

// keptExchange is the largest one that is used again, in bytes.
const keptExchange = 64 << 10

var errExchange = errors.New("the stored request and reply are damaged")

// unpackExchange reads what packExchange made. Of a part of length 0 nobody
// knows whether there was none.
func unpackExchange(packed []byte) (x exchange, err error) {
	b, err := compress.Unzstd(packed, maxExchange)
	if err != nil {
		return x, errors.Join(errExchange, err)
	}
	for _, p := range x.parts() {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return exchange{}, errExchange
		}
		if n > 0 {
			*p = b[size : size+int(n) : size+int(n)] //nolint:gosec // it is no more than the length of b
		}
		b = b[size+int(n):] //nolint:gosec // as above
	}
	if len(b) > 0 {
		return exchange{}, errExchange
	}
	return x, nil
}
