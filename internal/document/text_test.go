package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiffShowsChangesWithTheirSurroundings(t *testing.T) {
	t.Parallel()
	lines := func(s string) string { return strings.Join(strings.Split(s, ""), "\n") + "\n" }
	for _, tc := range []struct{ name, before, after, want string }{
		{"equal", lines("abc"), lines("abc"), ""},
		{"created", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"removed", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
		{"one line", lines("abcdefghi"), lines("abcdXfghi"), "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n"},
		{"far apart", lines("abcdefghijklm"), lines("Abcdefghijklmn"), "@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n@@ -11,3 +11,4 @@\n k\n l\n m\n+n\n"},
		{"near", lines("abcdef"), lines("Abcdef" + "g"), "@@ -1,6 +1,7 @@\n-a\n+A\n b\n c\n d\n e\n f\n+g\n"},
		{"moved in the middle", lines("abcxyzd"), lines("axyzbcd"), "@@ -1,7 +1,7 @@\n a\n-b\n-c\n x\n y\n z\n+b\n+c\n d\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tc.want, Diff([]byte(tc.before), []byte(tc.after))); d != "" {
				t.Error(d)
			}
		})
	}
	huge := Diff([]byte(strings.Repeat("a\n", 3000)), []byte(strings.Repeat("b\n", 3000)))
	if strings.Count(huge, "\n") != 6001 {
		t.Errorf("a huge difference has %d lines", strings.Count(huge, "\n"))
	}
}

func TestFlatReadsAConfigurationFile(t *testing.T) {
	t.Parallel()
	got, err := Flat([]byte("# comment\nlisten: :7070\nport: 010\nempty:\nallow_network: [10.0.0.0/8, \"fd00::/8\"]\n"))
	want := map[string]string{"listen": ":7070", "port": "010", "empty": "", "allow_network": "10.0.0.0/8,fd00::/8"}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if got, err := Flat([]byte("# nothing\n")); err != nil || len(got) != 0 {
		t.Errorf("an empty file: %v, %v", got, err)
	}
	for text, want := range map[string]string{
		"- a\n":             "line 1, column 1: this must be a map",
		"a: {b: c}\n":       "line 1, column 1: `a` must be text",
		"a: [[b]]\n":        "must be text",
		"a: 1\na: 2\n":      "line 2, column 1: key `a` stands twice",
		"a: 1\n---\nb: 2\n": "line 3, column 1: a second document",
		"a: 'x\n":           "never closed",
	} {
		if _, err := Flat([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
