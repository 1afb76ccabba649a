package mask_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonets/internal/mask"
)

// hostile are bodies that look harmless piece by piece: a search that begins anew
// at every piece goes through all of the rest each time, and takes from seconds to
// hours for a megabyte.
func hostile() map[string]string {
	const size = 1 << 20
	fill := func(before, piece, after string) string {
		return before + strings.Repeat(piece, size/len(piece)) + after
	}
	quarter := strings.Repeat("a", size/4)
	return map[string]string{
		"blanks behind a value":            fill("a b phone=x", " ", "."),
		"blanks of all kinds":              fill("a b phone=x", " \f\t", "."),
		"elements in an element":           fill("<phone>", "<a>1</a>", "</phone>"),
		"brackets in an element":           fill("<phone>", "<", ""),
		"brackets, then blanks":            strings.Repeat("<phone>", 2) + strings.Repeat("</", size/2) + strings.Repeat(" ", size/2) + ">",
		"commas before blanks":             "a phone: x" + strings.Repeat(",", size/2) + strings.Repeat(" ", size/2),
		"escapes before a quote":           "a phone=" + strings.Repeat(`\`, size/4) + `"x` + strings.Repeat(strings.Repeat(`\`, size/4-1)+"x", 3),
		"sections among open tags":         fill("<phone>", "<a<![CDATA[", ""),
		"names without values":             fill("", "a phone:& ", ""),
		"names before marks of lines":      fill("", "phone:>#, ", ""),
		"names before marks of anchors":    fill("", "phone:&", ""),
		"empty quotes":                     fill("", `phone="" `, ""),
		"open tags":                        fill("", "<phone ", ""),
		"lines below names":                fill("", "phone:\n a\n", ""),
		"quotes that open cells":           "name;phone\n" + strings.Repeat(`"a;`, size/3),
		"doubled quotes":                   "name;phone\n" + strings.Repeat(`"";`, size/3),
		"quotes before blanks":             "name;phone\n" + strings.Repeat(`"a" `, size/8) + strings.Repeat(" ", size/2),
		"one quote for all lines":          "name;phone\n\"" + strings.Repeat("a;b\n", size/4) + `"`,
		"separators":                       fill("", "a,", "\nb"),
		"a long value that stands nowhere": `{"phone":"` + quarter + `b","note":"` + quarter + quarter + quarter + `"}`,
		"a name of very many names":        `{"` + strings.Repeat("a.", size/4) + `a":{` + strings.Repeat(`"b":1,`, size/12) + `"c":2}}`,
		"strings in strings":               `{"a":` + strings.Repeat(`["{[`, size/8) + "]",
		"fields of a form":                 fill("", "a=phone:&", ""),
	}
}

func kind(name string) string {
	if name == "fields of a form" {
		return "application/x-www-form-urlencoded"
	}
	return "text/plain"
}

func TestHostileTextIsMaskedInTime(t *testing.T) {
	t.Parallel()
	rules := mask.New([]string{"phone"})
	for name, body := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rules.Event(event(body, kind(name))); len(got.Body) == 0 {
				t.Error("nothing is shown")
			}
		})
	}
}

func TestAnEditedTextIsRestoredInTime(t *testing.T) {
	t.Parallel()
	const lines = 200_000
	was, seen := strings.Repeat("phone: 12\n", lines), strings.Repeat("phone: ***\n", lines)
	if got, err := mask.Restore(was, seen, seen+"a"); err != nil || got != was+"a" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestAnEditedListIsRestoredInTime: elements were added, so that each is looked for
// by what it is.
func TestAnEditedListIsRestoredInTime(t *testing.T) {
	t.Parallel()
	const items = 50_000
	var was, seen []string
	for i := range items {
		was = append(was, fmt.Sprintf(`{"n":%d,"p":"%d"}`, i, -i))
		seen = append(seen, fmt.Sprintf(`{"n":%d,"p":"***"}`, i))
	}
	list := func(items []string, more ...string) string {
		return "[" + strings.Join(append(items, more...), ",") + "]"
	}
	slices.Reverse(seen)
	edited := list(seen, "1")
	slices.Reverse(seen)
	got, err := mask.Restore(list(was), list(seen), edited)
	slices.Reverse(was)
	if want := list(was, "1"); err != nil || got != want {
		t.Errorf("%d bytes, want %d: %v", len(got), len(want), err)
	}
}

// TestNewListsAreNotComparedWithNothing: what is in lists that were not there
// before is not written out again at each level. Nothing runs beside it: it counts
// what is allocated.
func TestNewListsAreNotComparedWithNothing(t *testing.T) { //nolint:paralleltest // see above
	const levels = 50
	edited := `{"p":"***","a":` + strings.Repeat("[", levels) + `"` + strings.Repeat("a", 1<<20) + `"` + strings.Repeat("]", levels) + "}"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := mask.Restore(`{"p":"1"}`, `{"p":"***"}`, edited)
	runtime.ReadMemStats(&after)
	if want := strings.Replace(edited, mask.Hidden, "1", 1); err != nil || got != want {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if used := int(after.TotalAlloc - before.TotalAlloc); used > 20*len(edited) {
		t.Errorf("%d bytes are used for an edit of %d", used, len(edited))
	}
}

// TestAnEditedTextDoesNotGrowWithoutBound: a few asterisks stand for much.
func TestAnEditedTextDoesNotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	huge := `"` + strings.Repeat("a", 1<<20) + `"`
	copies := strings.Repeat(`,"***"`, 1<<20)
	for name, c := range map[string]struct{ was, seen, edited string }{
		"copies of an element": {"[1," + huge + "]", `[1,"***"]`, "[1" + copies + "]"},
		"members of one name":  {`{"p":` + huge + `}`, `{"p":"***"}`, `{"a":1` + strings.Repeat(`,"p":"***"`, 1<<20) + `}`},
	} {
		if got, err := mask.Restore(c.was, c.seen, c.edited); err == nil {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
	if got, err := mask.Restore("[1,"+huge+"]", `[1,"***"]`, `["***","***"]`); err == nil {
		t.Errorf("one of a list of the same length, elsewhere: %d bytes", len(got))
	}
	if got, err := mask.Restore("[1,"+huge+"]", `[1,"***"]`, `["***","***",1]`); err != nil || got != "["+huge+","+huge+",1]" {
		t.Errorf("a copy: %d bytes, %v", len(got), err)
	}
}

func BenchmarkHostileText(b *testing.B) {
	rules := mask.New([]string{"phone"})
	for name, body := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for range b.N {
				rules.Event(event(body, kind(name)))
			}
		})
	}
}
