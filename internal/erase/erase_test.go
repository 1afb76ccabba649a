package erase_test

import (
	"testing"

	"gonets/internal/charset"
	"gonets/internal/erase"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestAValueIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	old, err := charset.Encode("клиент Анна Петрова", "windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		value, text, kind string
		want              bool
	}{
		{"+7 999 000-11-22", `{"tel":"8(999)000 11 22"}`, "", true},
		{"89990001122", "+7-999-000-11-22", "", true},
		{"79990001122", "tel=%2B7%20999%20000-11-22", "", true},
		{"+79990001122", `"\u002b79990001122"`, "", true},
		{"+79990001122", "id: Kzc5OTkwMDAxMTIy", "", true},
		{"+79990001122", "2b3739393930303031313232", "", true},
		{"+79990001122", "7999 0001123", "", false},
		{"+79990001122", "79990001, 122", "", false},
		{"+79990001122", "", "", false},
		{"Anna@Example.test", "mail=anna%40example.test", "application/x-www-form-urlencoded", true},
		{"anna@example.test", "Joanna@example.test", "", true},
		{"anna@example.test", "anna@example.org", "", false},
		{"Анна Петрова", string(old), "text/plain; charset=windows-1251", true},
		{"anna@example.test", `{"a":"{\"b\":\"{\\\"c\\\":\\\"anna\\\\u0040example.test\\\"}\"}"}`, "application/json", true},
		{"anna@example.test", "note=%7B%22m%22%3A%22anna%5Cu0040example.test%22%7D", "application/x-www-form-urlencoded", true},
		{"anna@example.test", `{"page":"anna&#64;example.test"}`, "application/json", true},
		{"анна петрова", `{"n":"\u0410\u043d\u043d\u0430 \u041f\u0435\u0442\u0440\u043e\u0432\u0430"}`, "application/json", true},
	} {
		if got := erase.NewNeedle(tt.value).In(erase.Text{Data: []byte(tt.text), Type: tt.kind}); got != tt.want {
			t.Errorf("%s in %q: %v", tt.value, tt.text, got)
		}
	}
}
