package yaml

import (
	"testing"

	"pgregory.net/rapid"

	"gonets/internal/document"
)

// What -o yaml writes must be read back as the same text by a YAML reader.
func TestYAMLTextReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"", "true", "No", "~", "1e3", "0x1f", "-", "- a", "a: b", "a #b", "#", "{}", "[a]", "&a", "*a", "!a", "|", "%a", "@a", "'", `"`, "\\", "a\nb", " a", "a ", "2026-03-01", ".inf", "/path with space",
		})).Draw(t, "text")
		yaml, err := Of(map[string]string{"key": text})
		if err != nil {
			t.Fatal(err)
		}
		got, err := document.Flat(yaml)
		if err != nil {
			t.Fatalf("%q was written as\n%s\n%v", text, yaml, err)
		}
		if got["key"] != text {
			t.Fatalf("%q was written as\n%sand read as %q", text, yaml, got["key"])
		}
	})
}
