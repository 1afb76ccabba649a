package id_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"gonets/internal/id"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestIDsGrowAndAreValid(t *testing.T) {
	t.Parallel()
	ids := make([]string, 10_000)
	for i := range ids {
		ids[i] = id.New()
		if !id.Valid(ids[i]) {
			t.Fatalf("%q is not valid", ids[i])
		}
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not stand in the order of their making")
	}
	if len(slices.Compact(ids)) != len(ids) {
		t.Error("an id was made twice")
	}
}

// The first 48 bits are the time in milliseconds: what sorts ids of several
// processes.
func TestIDCarriesItsTime(t *testing.T) {
	t.Parallel()
	before := time.Now().UnixMilli()
	raw := id.New()
	at, err := strconv.ParseInt(raw[:8]+raw[9:13], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	// The generator may run a little ahead of the clock to stay in order.
	if at < before || at > time.Now().Add(time.Minute).UnixMilli() {
		t.Errorf("made at %d, it says %d", before, at)
	}
}

func TestOnlyTheCanonicalFormIsValid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"01919bd4-5b7a-7c3e-8d2f-0123456789ab":   true,
		"":                                       false,
		"01919bd45b7a7c3e8d2f0123456789ab":       false,
		"{01919bd4-5b7a-7c3e-8d2f-0123456789ab}": false,
		"urn:uuid:01919bd4-5b7a-7c3e-8d2f-0123456789ab": false,
		"01919bd4-5b7a-7c3e-8d2f-0123456789ag":          false,
		"01919bd4-5b7a-7c3e-8d2f-0123456789a":           false,
		"../../../../../../../../../../../etc/":         false,
	} {
		if id.Valid(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestOnlyWhatMayBeOursIsCarried(t *testing.T) {
	t.Parallel()
	const run, trace = "01a201e4-4ea9-7000-a762-672e4e7e57a9", "01a201e44ea97000a762672e4e7e57a9"
	for text, want := range map[string]string{
		run + "-deal": run, run + "-only_new/tell-2": run, trace: run, "00-" + trace + "-00f067aa0ba902b7-01": run,
		// A sum of MD5, a foreign trace, an order's number.
		"d41d8cd98f00b204e9800998ecf8427e": "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "", run + "-7": "", run: "",
	} {
		if got, ok := id.Carried(text); got != want || ok != (want != "") {
			t.Errorf("%q carries %q", text, got)
		}
	}
}
