package mask_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/mask"
)

// FuzzACellIsReadNowhere puts anything into the cell beside a hidden one and on
// the lines below: the hidden one is read nowhere else.
func FuzzACellIsReadNowhere(f *testing.F) {
	const canary = "QzCanary7781"
	for _, beside := range []string{"", `"Rose" Ltd`, `"Rose`, `Rose"`, `""Rose`, `"Ltd ""Rose"""`, `"" `, "\ufeff\"a\""} {
		f.Add(beside, "")
		f.Add(beside, `Anna";"79991112233";"`)
	}
	rules := mask.New([]string{"phone"})
	f.Fuzz(func(t *testing.T, beside, after string) {
		if strings.ContainsAny(beside, ";\r\n") {
			t.Skip("that would be another column or row")
		}
		body := "name;phone\n" + beside + ";" + canary + "\n" + after
		d := gonets.RunDetail{Event: event(body, "text/csv"), Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{RequestBody: []byte("for " + canary)}}}}
		got := rules.Run(d)
		if shown := string(got.Event.Body) + string(got.Attempts[0].RequestBody); strings.Contains(shown, canary) {
			t.Errorf("it can be read in %q, shown of %q", shown, body)
		}
	})
}

// FuzzRestore edits what was shown of a document: what is taken of one is
// a document again.
func FuzzRestore(f *testing.F) {
	for _, original := range []string{`{"phone":"1","a":[{"phone":"2"},3]}`, `{"phone":"1","phone":2,"a":1}`, `[{"a":[1,2],"a":[{"phone":3}]}]`, "phone: 1\nphone: 2", "phone=1&b=2"} {
		shown := mask.New([]string{"phone"}).Event(event(original, ""))
		for _, edited := range []string{string(shown.Body), `{"phone":"***","z":1}`, `{"a":[1,2],"a":[{"phone":"***"},2],"phone":"***"}`, `[[],{"a":["***"]}]`} {
			f.Add(original, edited)
		}
	}
	rules := mask.New([]string{"phone"})
	f.Fuzz(func(t *testing.T, original, edited string) {
		shown := string(rules.Event(event(original, "")).Body)
		got, err := mask.Restore(original, shown, edited)
		if err != nil || shown == original {
			return
		}
		if json.Valid([]byte(original)) && json.Valid([]byte(edited)) && !json.Valid([]byte(got)) {
			t.Errorf("of %q with %q as %q: %q is no document", original, edited, shown, got)
		}
	})
}
