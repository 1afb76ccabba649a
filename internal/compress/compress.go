// Package compress packs and unpacks bodies: zstd for those that are stored,
// gzip for those that are received, and every content coding that a reply may
// have. Nothing here starts a goroutine, and nothing unpacks without a bound.
package compress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The errors of unpacking; compare with errors.Is.
var (
	// ErrTooLarge means that the unpacked body is longer than allowed.
	ErrTooLarge = errors.New("the unpacked body is larger than allowed")
	// ErrRatio means that the body unpacks to suspiciously many times its size.
	ErrRatio = errors.New("the body unpacks to too many times its size")
	// ErrCorrupt means that the packed body is damaged or cut short.
	ErrCorrupt = errors.New("the packed body is damaged or incomplete")
	// ErrUnknown means that a content coding is not one of those we know, or
	// that there are more than two of them.
	ErrUnknown = errors.New("the content coding is not known")
)

// maxWindow bounds the memory of one zstd decoder, in bytes; RFC 9659 §3 lets
// web content ask for no more.
const maxWindow = 8 << 20

// storedWindow is the encoder's window: bodies are small, and a pooled encoder
// keeps buffers of this order.
const storedWindow = 1 << 20

var encoders = sync.Pool{New: func() any {
	// The options are constants, so the constructor cannot refuse them.
	e, _ := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true),
		// A small body seldom repeats itself, yet its letters are not equally many.
		zstd.WithAllLitEntropyCompression(true),
		zstd.WithWindowSize(storedWindow))
	return e
}}

// blockDecoders unpack into a buffer whose capacity is the bound.
var blockDecoders = sync.Pool{New: func() any {
	d, _ := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderDicts(dictionary))
	return d
}}

// streamDecoders unpack as they are read. Decoding whole small inputs at once,
// the library's default, would unpack a bomb before we could count it.
var streamDecoders = sync.Pool{New: func() any {
	d, _ := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecodeBuffersBelow(0))
	return d
}}

var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

// Gzip packs b for a request. The same b gives the same bytes: nothing of the time
// or the machine is in them.
func Gzip(b []byte) []byte {
	var out bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool holds nothing else
	defer gzipWriters.Put(w)
	w.Reset(&out)
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// Zstd packs b for the store. An empty b gives an empty result. It is safe for
// concurrent use and keeps no reference to b.
func Zstd(b []byte) []byte {
	if len(b) == 0 {
		return []byte{}
	}
	if packed := packSmall(b); packed != nil {
		return packed
	}
	e := encoders.Get().(*zstd.Encoder)
	defer encoders.Put(e)
	return e.EncodeAll(b, make([]byte, 0, len(b)/2+smallest))
}

// smallest is the room that a packed body gets beside half of what it was: one
// of a few kilobytes seldom shrinks to less, and would have to be copied.
const smallest = 1 << 10

// Unzstd unpacks what [Zstd] made, or any zstd frames, to at most max bytes:
// ErrTooLarge past that, ErrCorrupt for damaged input. Empty gives empty. What was
// wrong with the input is told, but is no error by itself: an end that came too early
// is not that of a connection.
func Unzstd(b []byte, max int64) ([]byte, error) {
	out, err := unzstd(b, max)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("%w: %v", ErrCorrupt, err) //nolint:errorlint // on purpose
	}
	return out, err
}

func unzstd(b []byte, max int64) ([]byte, error) {
	if len(b) == 0 {
		return []byte{}, nil
	}
	var h zstd.Header
	if err := h.Decode(b); err != nil {
		return nil, err
	}
	if !h.HasFCS || h.Skippable {
		return unzstdStream(b, max)
	}
	if h.FrameContentSize > uint64(max) {
		return nil, ErrTooLarge
	}
	d := blockDecoders.Get().(*zstd.Decoder)
	defer blockDecoders.Put(d)
	out, err := d.DecodeAll(b, make([]byte, 0, h.FrameContentSize))
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		// More frames follow the first one.
		return unzstdStream(b, max)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func unzstdStream(b []byte, max int64) ([]byte, error) {
	r, err := NewReader(bytes.NewReader(b), "zstd")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAtMost(r, max, min(max, int64(len(b))*4))
}

// Gunzip unpacks a received gzip body (RFC 1952, several members allowed) to
// at most max bytes and at most ratio times its packed size; a ratio of 0 or
// less is no bound. Errors: ErrTooLarge, ErrRatio, ErrCorrupt.
func Gunzip(b []byte, max int64, ratio int) ([]byte, error) {
	limit, over := max, ErrTooLarge
	if ratio > 0 && int64(len(b))*int64(ratio) < max {
		limit, over = int64(len(b))*int64(ratio), ErrRatio
	}
	z := gzipReaders.Get().(*gzip.Reader)
	defer gzipReaders.Put(z)
	if err := z.Reset(bytes.NewReader(b)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	out, err := readAtMost(z, limit, min(limit, int64(len(b))*4))
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, over
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return out, nil
}

// readAtMost reads r whole; guess is the first size of the buffer.
func readAtMost(r io.Reader, max, guess int64) ([]byte, error) {
	buf := make([]byte, 0, guess+512)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > max {
			return nil, ErrTooLarge
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
