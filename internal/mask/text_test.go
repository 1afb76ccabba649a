package mask_test

import (
	"strings"
	"testing"

	"gonets/internal/mask"
)

func TestAFieldIsHiddenInWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ fields, body, want string }{
		{"phone", `{"a":1,"phone":{"home":"1","work":"2"},"b":2`, `{"a":1,"phone":***,"b":2`},
		{"phone", `{"a":1,"phone":["1","2"`, `{"a":1,"phone":***`},
		{"phone", `{"a":1,"phone":+7 999 000, "b":2`, `{"a":1,"phone":***, "b":2`},
		{"phone", `{"text":"{\\"phone\\":\\"12\\",\\"b\\":1","c`, `{"text":"{\\"phone\\":\\"***\\",\\"b\\":1","c`},
		{"phone", `{"phone":"12"34", "b":1`, `{"phone":"***, "b":1`},
		{"phone", `{"\u0070hone":"12", "b":`, `***`},
		{"phone", `{"note":"phone: 12"}`, `{"note":"phone: ***"}`},
		{"phone", `{"note":"at 12:30, phone home"}`, `{"note":"at 12:30, phone home"}`},
		{"client.*", `{"client":{"a":"1"},"b":`, `{"client":***,"b":`},
		{"phone", "phone: +7 999 000-11-22 call\nname: Anna", "phone: ***\nname: Anna"},
		{"phone", "phone: 1,5, 2 rub; name: Anna", "phone: ***; name: Anna"},
		{"phone", "level=info phone=12 34 name=Anna", "level=info phone=*** name=Anna"},
		{"phone", "client:\n  phone:\n    home: 1\n    work: 2\n  name: Anna", "client:\n  phone:\n    ***\n  name: Anna"},
		{"phone", "Array ( [phone] => 12 [name] => Anna )", "Array ( [phone] => ***] => Anna )"},
		{"phone", "name;phone\nAnna;12\n", "***"},
		{"phone", `<a><phone><v n="1">1</v></phone><b>2</b></a>`, `<a><phone>***</phone><b>2</b></a>`},
		{"phone", `<phone><![CDATA[1</phone>2]]></phone><b/>`, `<phone>***</phone><b/>`},
		{"phone", `<phone>1<phone>2</phone>3</phone>4`, `<phone>***</phone>4`},
		{"phone", `<n:phone>1</n:phone><phone>2<b>3`, `<n:phone>***</n:phone><phone>***`},
		{"phone", `<phone value="1"/><phones>2</phones>`, `<phone***/><phones>2</phones>`},
		{"phone", "a phone is 12", "a phone is 12"},
	} {
		got := mask.New([]string{tt.fields}).Event(event(tt.body, "text/plain"))
		if string(got.Body) != tt.want {
			t.Errorf("%s in %q:\n got %q\nwant %q", tt.fields, tt.body, got.Body, tt.want)
		}
	}
	parts := "--yy\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n12345\r\n--yy--"
	if got := mask.New([]string{"phone"}).Event(event(parts, "multipart/form-data; boundary=xx")); strings.Contains(string(got.Body), "12345") {
		t.Errorf("parts with another boundary: %q", got.Body)
	}
}

// FuzzNoFieldIsRead puts a value into a field among what comes: whatever that is,
// and as whatever it is declared, nobody reads the value.
func FuzzNoFieldIsRead(f *testing.F) {
	const canary = "QzCanary7781"
	forms := []string{
		`"phone": "%"`, `"phone":{"home":"%"`, `"phone":["1","%"]`, `\"phone\":\"%\"`, `phone=%`, `phone: +7 %`, "phone:\n  home: %\n", `phone='%'`,
		`<phone>%</phone>`, `<phone><v>1</v><v>%</v></phone>`, `<phone><![CDATA[</phone>%]]></phone>`, `<phone v="%"/>`, `<x:phone a="1"><phone>1</phone>%</x:phone>`,
		`[phone] => %`, `"\u0070hone":"%"`, `{"phone":"%"}`, `{"a":{"phone":{"b":["%"]}}}`, `phone="%`,
	}
	kinds := []string{"application/json", "application/xml", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=xx", ""}
	for i := range forms {
		f.Add("", "", i, i)
		f.Add(`{"a":1,`, `}`, i, 0)
		f.Add(`<a b="`, "\n</a>", i, 1)
		f.Add("x=1&y=", "&z=2", i, 3)
		f.Add("--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", "\r\n--xx--", i, 4)
		f.Add(`{"note":"`, `"}`, i, 2)
		f.Add("phone: \"", "\xff", i, 5)
	}
	rules, others := mask.New([]string{"phone"}), mask.New([]string{"email"})
	f.Fuzz(func(t *testing.T, before, after string, form, kind int) {
		planted := strings.Replace(forms[uint(form)%uint(len(forms))], "%", canary, 1)
		body := before + "\n" + planted + "\n" + after
		ev := event(body, kinds[uint(kind)%uint(len(kinds))])
		if open := others.Event(ev); !strings.Contains(string(open.Body), canary) && !strings.Contains(strings.ToLower(body), "email") {
			t.Fatalf("the value is not looked for where it stands: %q", open.Body)
		}
		got := rules.Event(ev)
		if strings.Contains(string(got.Body), canary) {
			t.Errorf("it can be read in %q, shown of %q", got.Body, body)
		}
	})
}

// TestAFileBesideAFieldHidesNothingOfIt: bytes that are no text make no other encoding
// of the names around them, and stay as they are.
func TestAFileBesideAFieldHidesNothingOfIt(t *testing.T) {
	t.Parallel()
	const head = "--xx\r\nContent-Disposition: form-data; name="
	body := head + "\"телефон\"\r\n\r\n79991112233\r\n" + head + "\"f\"; filename=\"a.png\"\r\n\r\n\x89PNG\xff\r\n--xx--\r\n"
	want := strings.Replace(body, "79991112233", mask.Hidden, 1)
	if got := mask.New([]string{"телефон"}).Event(event(body, "multipart/form-data; boundary=xx")); string(got.Body) != want {
		t.Errorf("got %q", got.Body)
	}
}
