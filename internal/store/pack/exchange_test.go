package pack

import (
	"bytes"
	"testing"
	"time"

	"gonets"
	"gonets/internal/compress"
)

func FuzzExchange(f *testing.F) {
	f.Add([]byte{}, "POST http://x/", []byte(nil), []byte("{}"))
	f.Add([]byte{7, 1, 'a'}, "", []byte("a\x00\xff"), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, stored []byte, line string, sent, reply []byte) {
		// What is stored may be damaged; it never ends the process.
		_, _ = unpackExchange(stored)
		_, _ = unpackExchange(compress.Zstd(stored))
		want := exchange{line: []byte(line), sent: sent, reply: reply, detail: []byte("{}")}
		got, err := unpackExchange(packExchange(want))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got.parts() {
			if w := *want.parts()[i]; !bytes.Equal(*p, w) {
				t.Errorf("part %d: %q came back as %q", i, w, *p)
			}
		}
	})
}

func TestPartsThatAreCutOrAddedAreRefused(t *testing.T) {
	t.Parallel()
	whole, err := compress.Unzstd(packExchange(exchange{line: []byte("GET http://x/"), detail: []byte("{}")}), maxExchange)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := unpackExchange(compress.Zstd(whole[:n])); err == nil {
			t.Errorf("%d of %d bytes passed", n, len(whole))
		}
	}
	if _, err := unpackExchange(compress.Zstd(append(whole, 0))); err == nil {
		t.Error("a byte too many passed")
	}
}

// BenchmarkNewAttempt makes a request and a reply of 1 KiB ready to be stored.
func BenchmarkNewAttempt(b *testing.B) {
	body := func(seed int) []byte {
		out := []byte(`{"id":`)
		for n := seed; len(out) < 1<<10; n = n*69_069 + 1 {
			out = append(out, "abcdefghijklmnopqrstuvwxyz 0123456789 "[n>>16&31])
		}
		return append(out, '}')
	}
	headers := []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Accept", Value: "*/*"},
		{Name: "Accept-Encoding", Value: "gzip, br, zstd, deflate"}, {Name: "Content-Length", Value: "1024"}}
	at := &gonets.Attempt{N: 1, Path: "send", StartedAt: time.UnixMilli(1), Exchange: gonets.Exchange{Method: "POST", URL: "http://service/path",
		RequestHeaders: headers, RequestBody: body(1), Status: 200, StatusLine: "200 OK", ReplyHeaders: headers[:1], ReplyBody: body(2)}}
	b.ReportAllocs()
	var stored int
	for b.Loop() {
		a, err := NewAttempt(at, nil)
		if err != nil {
			b.Fatal(err)
		}
		stored = len(a.exchange)
	}
	b.ReportMetric(float64(stored), "stored-bytes")
}
