package compress

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// maxLayers bounds stacked codings: more than two is an attack, not a server.
const maxLayers = 2

var (
	brotliReaders = sync.Pool{New: func() any { return brotli.NewReader(nil) }}
	peekers       = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}
)

// NewReader undoes the codings of a Content-Encoding value (RFC 9110 §8.4):
// gzip, deflate (with or without the zlib wrapping), br, zstd and identity, at
// most two on top of each other. Anything else is ErrUnknown. An empty input
// reads as empty whatever its coding, as HEAD and 304 replies need.
//
// Read gives ErrCorrupt for damaged data, but the errors of r as they are. It
// does not bound what it unpacks: the caller counts. Close releases the
// decoders, not r; do not read afterwards.
func NewReader(r io.Reader, contentEncoding string) (io.ReadCloser, error) {
	var layers []string
	for token := range strings.SplitSeq(contentEncoding, ",") {
		token = strings.ToLower(strings.Trim(token, " \t"))
		switch token {
		case "", "identity":
			continue
		case "x-gzip":
			token = "gzip"
		case "gzip", "deflate", "br", "zstd":
		default:
			return nil, fmt.Errorf("%w: %q", ErrUnknown, token)
		}
		layers = append(layers, token)
	}
	if len(layers) > maxLayers {
		return nil, fmt.Errorf("%w: %d codings on top of each other", ErrUnknown, len(layers))
	}
	if len(layers) == 0 {
		return io.NopCloser(r), nil
	}
	// The last coding was applied last, so it comes off first.
	var out *layer
	for i := len(layers) - 1; i >= 0; i-- {
		out = &layer{coding: layers[i], src: source{r: r}, inner: out}
		r = out
	}
	return out, nil
}

// source remembers the error of what it reads from, so that a broken
// connection is not taken for broken data.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// layer undoes one coding; its decoder is made at the first byte.
type layer struct {
	coding  string
	src     source
	in      *bufio.Reader
	dec     io.Reader
	release func()
	inner   *layer
	err     error
}

func (l *layer) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	if l.dec == nil {
		if err := l.open(); err != nil {
			l.err = l.blame(err)
			return 0, l.err
		}
	}
	n, err := l.dec.Read(p)
	if err != nil {
		l.err = l.blame(err)
	}
	return n, l.err
}

// blame tells an end and the errors of the source from damaged data.
func (l *layer) blame(err error) error {
	switch {
	case l.src.err != nil:
		return l.src.err
	case errors.Is(err, ErrCorrupt):
		return err
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return fmt.Errorf("%w: %s: %w", ErrCorrupt, l.coding, err)
}

func (l *layer) open() error {
	l.in = peekers.Get().(*bufio.Reader)
	l.in.Reset(&l.src)
	head, err := l.in.Peek(2)
	if len(head) == 0 {
		return err
	}
	switch l.coding {
	case "gzip":
		z := gzipReaders.Get().(*gzip.Reader)
		l.dec, l.release = z, func() { gzipReaders.Put(z) }
		return eofIsCut(z.Reset(l.in))
	case "br":
		b := brotliReaders.Get().(*brotli.Reader)
		l.dec, l.release = b, func() { brotliReaders.Put(b) }
		return b.Reset(l.in)
	case "zstd":
		d := streamDecoders.Get().(*zstd.Decoder)
		l.dec, l.release = d, func() {
			// Drops the reference to the input; nil cannot fail.
			_ = d.Reset(nil)
			streamDecoders.Put(d)
		}
		return eofIsCut(d.Reset(l.in))
	}
	if isZlib(head) {
		z, err := zlib.NewReader(l.in)
		if err != nil {
			return eofIsCut(err)
		}
		l.dec = z
		return nil
	}
	l.dec = flate.NewReader(l.in)
	return nil
}

// eofIsCut makes an end within a header an error: there was a first byte.
func eofIsCut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// isZlib recognises the two bytes of RFC 1950 §2.2. Servers send "deflate"
// both with the wrapping, as the standard says, and without.
func isZlib(head []byte) bool {
	return len(head) == 2 && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0
}

func (l *layer) Close() error {
	if l.release != nil {
		l.release()
		l.release = nil
	}
	if l.in != nil {
		l.in.Reset(nil)
		peekers.Put(l.in)
		l.in = nil
	}
	l.dec, l.err = nil, io.ErrClosedPipe
	if l.inner != nil {
		return l.inner.Close()
	}
	return nil
}
