package compress_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"gonets/internal/compress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// pack applies one content coding.
func pack(t testing.TB, coding string, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&buf)
	case "zlib":
		w = zlib.NewWriter(&buf)
	case "raw":
		w, _ = flate.NewWriter(&buf, 6)
	case "br":
		w = brotli.NewWriter(&buf)
	case "zstd":
		w, _ = zstd.NewWriter(&buf, zstd.WithEncoderConcurrency(1))
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestStoredBodyComesBackWhole(t *testing.T) {
	t.Parallel()
	for _, body := range [][]byte{
		{}, {0}, []byte(`{"name":"Анна"}`), bytes.Repeat([]byte("abc"), 100_000), random(1 << 20),
		bytes.Repeat([]byte("0123456789"), 2_500_000), // larger than any window
	} {
		packed := compress.Zstd(body)
		got, err := compress.Unzstd(packed, int64(len(body)))
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes: err %v, %d bytes back", len(body), err, len(got))
		}
		if len(body) > 0 {
			if _, err := compress.Unzstd(packed, int64(len(body))-1); !errors.Is(err, compress.ErrTooLarge) {
				t.Errorf("%d bytes under a smaller bound: %v", len(body), err)
			}
		}
	}
}

func TestUnzstdReadsForeignFramesUnderItsBound(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte("x"), 1<<20)
	streamed := pack(t, "zstd", body) // no size in its header
	twice := append(compress.Zstd(body), compress.Zstd(body)...)
	for name, c := range map[string]struct {
		in   []byte
		max  int64
		want int
		err  error
	}{
		"streamed":         {in: streamed, max: 1 << 20, want: 1 << 20},
		"streamed, bound":  {in: streamed, max: 1<<20 - 1, err: compress.ErrTooLarge},
		"two frames":       {in: twice, max: 2 << 20, want: 2 << 20},
		"two, bound":       {in: twice, max: 2<<20 - 1, err: compress.ErrTooLarge},
		"cut":              {in: compress.Zstd(body)[:20], max: 2 << 20, err: compress.ErrCorrupt},
		"not zstd":         {in: []byte("hello, world"), max: 100, err: compress.ErrCorrupt},
		"a flipped byte":   {in: flip(compress.Zstd(random(1000)), 500), max: 2000, err: compress.ErrCorrupt},
		"huge declaration": {in: []byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0}, max: 1 << 20, err: compress.ErrTooLarge},
	} {
		got, err := compress.Unzstd(c.in, c.max)
		if !errors.Is(err, c.err) || len(got) != c.want {
			t.Errorf("%s: %d bytes, %v; want %d, %v", name, len(got), err, c.want, c.err)
		}
	}
}

func flip(b []byte, i int) []byte {
	b[i] ^= 0xff
	return b
}

func TestZstdIsSafeTogether(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			body := random(5000)
			if got, err := compress.Unzstd(compress.Zstd(body), 5000); err != nil || !bytes.Equal(got, body) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
}

func TestGunzipKeepsItsBounds(t *testing.T) {
	t.Parallel()
	text, zeros := random(10_000), make([]byte, 1<<20)
	for name, c := range map[string]struct {
		in    []byte
		max   int64
		ratio int
		want  []byte
		err   error
	}{
		"plain":          {in: pack(t, "gzip", text), max: 10_000, ratio: 100, want: text},
		"two members":    {in: append(pack(t, "gzip", []byte("ab")), pack(t, "gzip", []byte("cd"))...), max: 4, ratio: 100, want: []byte("abcd")},
		"one too many":   {in: pack(t, "gzip", text), max: 9_999, ratio: 100, err: compress.ErrTooLarge},
		"bomb":           {in: pack(t, "gzip", zeros), max: 10 << 20, ratio: 100, err: compress.ErrRatio},
		"bomb, no ratio": {in: pack(t, "gzip", zeros), max: 1 << 20, want: zeros},
		"cut":            {in: pack(t, "gzip", text)[:5000], max: 1 << 20, ratio: 100, err: compress.ErrCorrupt},
		"empty":          {in: nil, max: 10, ratio: 100, err: compress.ErrCorrupt},
		"not gzip":       {in: []byte(`{"a":1}`), max: 10, ratio: 100, err: compress.ErrCorrupt},
	} {
		got, err := compress.Gunzip(c.in, c.max, c.ratio)
		if !errors.Is(err, c.err) || (c.err == nil && !bytes.Equal(got, c.want)) {
			t.Errorf("%s: %d bytes, %v; want %v", name, len(got), err, c.err)
		}
	}
}

func TestReaderUndoesEveryCoding(t *testing.T) {
	t.Parallel()
	body := []byte(strings.Repeat("Привет, мир! ", 5000))
	for _, c := range []struct {
		header string
		chain  []string
	}{
		{"", nil}, {"identity", nil}, {"gzip", []string{"gzip"}}, {"X-GZip", []string{"gzip"}},
		{"deflate", []string{"zlib"}}, {"deflate", []string{"raw"}}, {"br", []string{"br"}}, {"zstd", []string{"zstd"}},
		{"gzip, br", []string{"gzip", "br"}}, {"br,identity , zstd", []string{"br", "zstd"}},
	} {
		packed := body
		for _, coding := range c.chain {
			packed = pack(t, coding, packed)
		}
		r, err := compress.NewReader(bytes.NewReader(packed), c.header)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%q %v: %v, %d bytes", c.header, c.chain, err, len(got))
		}
		if err := r.Close(); err != nil {
			t.Errorf("%q: close: %v", c.header, err)
		}
	}
}

func TestReaderRefusesUnknownCodings(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"compress", "gzip, lzma", "gzip, gzip, gzip", "gzip;q=1"} {
		if _, err := compress.NewReader(strings.NewReader(""), header); !errors.Is(err, compress.ErrUnknown) {
			t.Errorf("%q: %v", header, err)
		}
	}
}

var errReset = errors.New("connection reset")

func TestReaderTellsDamageFromABrokenSource(t *testing.T) {
	t.Parallel()
	for header, coding := range map[string]string{"gzip": "gzip", "deflate": "zlib", "br": "br", "zstd": "zstd", "identity,gzip": "gzip"} {
		packed := pack(t, coding, random(50_000))
		for name, c := range map[string]struct {
			in   io.Reader
			want error
		}{
			"cut":        {bytes.NewReader(packed[:20_000]), compress.ErrCorrupt},
			"one byte":   {bytes.NewReader(packed[:1]), compress.ErrCorrupt},
			"broken off": {io.MultiReader(bytes.NewReader(packed[:20_000]), failing{}), errReset},
			"at once":    {failing{}, errReset},
			"empty":      {bytes.NewReader(nil), nil},
		} {
			r, err := compress.NewReader(c.in, header)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); !errors.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %v", header, name, err, c.want)
			}
			r.Close()
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errReset }

// FuzzReader holds that no input makes a decoder hang, panic or leak.
func FuzzReader(f *testing.F) {
	for _, coding := range []string{"gzip", "zlib", "raw", "br", "zstd"} {
		f.Add(pack(f, coding, []byte("hello, hello, hello")), coding)
	}
	f.Add([]byte{0x78, 0x9c}, "deflate, gzip")
	f.Fuzz(func(t *testing.T, data []byte, header string) {
		r, err := compress.NewReader(bytes.NewReader(data), header)
		if err != nil {
			if !errors.Is(err, compress.ErrUnknown) {
				t.Fatal(err)
			}
			return
		}
		defer r.Close()
		if _, err := io.Copy(io.Discard, io.LimitReader(r, 1<<20)); err != nil && !errors.Is(err, compress.ErrCorrupt) {
			t.Fatal(err)
		}
	})
}

func BenchmarkZstd1K(b *testing.B) {
	body := bytes.Repeat([]byte(`{"id":12345,"name":"Anna"},`), 40)
	b.ReportAllocs()
	for b.Loop() {
		compress.Zstd(body)
	}
}
