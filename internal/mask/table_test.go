package mask_test

import (
	"fmt"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/mask"
)

func TestATableIsHiddenWhereverItStands(t *testing.T) {
	t.Parallel()
	const parts = "multipart/form-data; boundary=xx"
	head := "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"
	for name, tt := range map[string]struct{ kind, body, want string }{
		"a file of a form":           {parts, head + "name;phone\r\nAnna;79991112233\r\n--xx--", head + "***\r\n--xx--"},
		"a text of a document":       {"application/json", `{"csv":"name;phone\nAnna;79991112233","n":1}`, `{"csv":"***","n":1}`},
		"a field of a form":          {"application/x-www-form-urlencoded", "csv=name%3Bphone%0AAnna%3B79991112233&n=1", "csv=***&n=1"},
		"signs in its head":          {"text/csv", "created:at;phone\n1;79991112233", "***"},
		"an equals sign in its head": {"text/csv", "a=b,\"Phone\"\n1,79991112233", "***"},
		"a title":                    {"text/csv", "Clients of May\nname;phone\nAnna;79991112233", "***"},
		"a title with a date":        {"text/csv", "Made at: 12:30\r\n\r\nname;client phone\r\nAnna;79991112233", "***"},
		"empty lines":                {"text/csv", "\r\n  \r\n\nname\tphone\nAnna\t79991112233", "***"},
		"a mark of its order":        {"text/csv", "\ufeffphone;name\n79991112233;Anna", "***"},
		"the separator named":        {"text/csv", "sep=;\nname;phone\nAnna;79991112233", "***"},
		"old ends of lines":          {"text/csv", "name;phone\rAnna;79991112233", "***"},
		"no such column":             {"text/csv", "created:at;fax\n1;79991112233", "created:at;fax\n1;79991112233"},
		"one column":                 {"text/csv", "\ufeff\"Phone\"\r\n79991112233\r\n79992223344", "***"},
		"words in a text":            {"text/plain", "Hello\nhis phone is here, call\nbye", "Hello\nhis phone is here, call\nbye"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := mask.New([]string{"phone"}).Event(event(tt.body, tt.kind)); string(got.Body) != tt.want {
				t.Errorf("of %q:\n got %q\nwant %q", tt.body, got.Body, tt.want)
			}
		})
	}
}

// TestACellOfAHiddenColumnIsHiddenElsewhere: as any other hidden value, and those
// of other columns are not.
func TestACellOfAHiddenColumnIsHiddenElsewhere(t *testing.T) {
	t.Parallel()
	const says = "Anna Smith has 79991112233, Olga has 8-999-555, Ivan 123, and +7 (999) 222-33-44 is new"
	for name, tt := range map[string]struct{ kind, body, want string }{
		"semicolons": {"text/csv", "name;phone\n\"Smith; Anna\";79991112233\nOlga; 8-999-555\nIvan;123",
			"Anna Smith has ***, Olga has ***, Ivan 123, and +7 (999) 222-33-44 is new"},
		"quotes, and old ends of lines": {"text/csv", "\ufeff\"client phone\",name\r\"+79992223344\",Anna Smith\r\"79991112233\",Olga",
			"Anna Smith has ***, Olga has 8-999-555, Ivan 123, and +7 (999) 222-33-44 is new"},
		"bars below a title": {"text/plain", "Clients, all of them\n\n| name | phone |\n|---|---|\n| Anna Smith | 79991112233 |",
			"Anna Smith has ***, Olga has 8-999-555, Ivan 123, and +7 (999) 222-33-44 is new"},
		"a field of a form": {"application/x-www-form-urlencoded", "csv=name%3Bphone%0AAnna%3B79991112233",
			"Anna Smith has ***, Olga has 8-999-555, Ivan 123, and +7 (999) 222-33-44 is new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := gonets.RunDetail{Event: event(tt.body, tt.kind), Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{RequestBody: []byte(says)}}}}
			if got := mask.New([]string{"phone"}).Run(d); string(got.Attempts[0].RequestBody) != tt.want {
				t.Errorf("got %s", got.Attempts[0].RequestBody)
			}
		})
	}
	// A long table leaves room for other values.
	var long strings.Builder
	long.WriteString("name;phone\n")
	for i := range 20_000 {
		fmt.Fprintf(&long, "n;%d\n", 1_000_000+i)
	}
	d := gonets.RunDetail{Event: event(long.String(), "text/csv"), Attempts: []gonets.Attempt{
		{Exchange: gonets.Exchange{RequestBody: []byte(`{"phone":"79991112233"}`), ReplyBody: []byte("1000000 and 79991112233")}}}}
	if got := mask.New([]string{"phone"}).Run(d).Attempts[0]; string(got.ReplyBody) != "*** and ***" {
		t.Errorf("beside a long table: %s", got.ReplyBody)
	}
}

// TestACellIsHiddenElsewhereAsSpreadsheetsWriteIt: quotes that were never meant to
// be closed, cells of many lines, and numbers as people read them.
func TestACellIsHiddenElsewhereAsSpreadsheetsWriteIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, says, want string }{
		"a name begins with quotes":    {"name;phone\n\"Rose\" Ltd;79991112233\nAnna;79992223344", "79991112233 79992223344", "*** ***"},
		"and the next one has some":    {"name;contact;phone\n\"Rose\" Ltd;\"Smith; Anna\";79991112233", "79991112233 Anna", "*** Anna"},
		"quotes in the names":          {"\"Client\" of us;contact;phone\r\nRose;\"Smith; Anna\";79991112233", "79991112233 Anna", "*** Anna"},
		"an open quote":                {"name;phone\n\"Rose;79991112233\nAnna;79992223344", "79991112233 79992223344", "*** ***"},
		"open quotes that meet":        {"name;phone\n\"Rose;79991112233\nAnna;79992223344\nRose\";79993334455", "79991112233 79992223344 79993334455", "*** *** ***"},
		"open quotes on one line":      {"name;phone;city\n\"Rose;79991112233;Perm\"\n", "79991112233", "***"},
		"an open quote in the head":    {"\"name;phone\nAnna\";79992223344\nRose;79991112233", "79991112233 79992223344", "*** ***"},
		"quotes inside of quotes":      {"name;phone\n\"Ltd \"\"Rose; flowers\"\"\";79991112233", "79991112233 flowers", "*** flowers"},
		"two lines in a cell":          {"name;phone\r\nAnna;\"79991112233\r\n79992223344\"\r\nOlga;79993334455", "79991112233, 79992223344\n79993334455", "***, ***\n***"},
		"two lines in a name":          {"\"full\r\nname\";\"phone\r\nof work\"\r\nAnna;79991112233", "79991112233", "***"},
		"tabs":                         {"sep=\t\nname\tphone\n\"Rose\" Ltd\t79991112233", "79991112233", "***"},
		"a mark of its order":          {"sep=;\n\ufeff\"phone; of work\";name\n79991112233;Anna", "79991112233 Anna", "*** Anna"},
		"spaces that do not break":     {"name;phone\nAnna;+7\u202f999\u00a0111\u202f22-33", "79991112233", "***"},
		"an amount":                    {"name;phone\nAnna;1\u00a0234\u00a0567,89", "1 234 567,89 1234567,89 1234567.89", "*** *** ***"},
		"a number that is text":        {"name;phone\nAnna;=\"0012345\"\nOlga;\"=\"\"0067890\"\"\"\nIvan;'0055555", "0012345 0067890 0055555", "*** *** ***"},
		"one column":                   {"phone\r\n79991112233\r\n79992223344", "79991112233 79992223344", "*** ***"},
		"blanks behind quotes":         {"name;phone\n\"Smith; Anna\" ;79991112233", "79991112233 Anna", "*** Anna"},
		"as many cells as in the head": {"name;phone\n\"Rose\" Ltd;79991112233;\"\";", "79991112233", "***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := gonets.RunDetail{Event: event(tt.body, "text/csv"), Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{RequestBody: []byte("for " + tt.says)}}}}
			if got := mask.New([]string{"phone"}).Run(d); string(got.Attempts[0].RequestBody) != "for "+tt.want || string(got.Event.Body) == tt.body {
				t.Errorf("of %q:\n got %q\nwant %q", tt.body, got.Attempts[0].RequestBody, tt.want)
			}
		})
	}
}

// TestALongValueLeavesRoomForOthers: one value, a text around it, or a table.
func TestALongValueLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&long, "%x", 1_000_000+i)
	}
	for name, tt := range map[string]struct{ kind, body string }{
		"a member":   {"application/json", `{"phone":"` + long.String() + `"}`},
		"a line":     {"text/plain", "to: phone=" + long.String() + "&amp;"},
		"a cell":     {"text/csv", "name;phone\nAnna;" + long.String()},
		"many lines": {"text/csv", "name;phone\nAnna;\"" + strings.ReplaceAll(long.String(), "f", "\n") + `"`},
		"its others": {"text/csv", "phone;name\n79992223344;&amp;" + long.String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := gonets.RunDetail{Event: event(tt.body, tt.kind), Attempts: []gonets.Attempt{
				{Exchange: gonets.Exchange{RequestBody: []byte(`{"phone":"79991112233"}`), ReplyBody: []byte("for 79991112233")}}}}
			if got := mask.New([]string{"phone"}).Run(d).Attempts[0]; string(got.ReplyBody) != "for ***" {
				t.Errorf("got %s", got.ReplyBody)
			}
		})
	}
}

func TestAValueOnTheLinesBelowIsHidden(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"phone: >\n  79991112233\n  234\nname: Anna":         "phone: >\n  ***\nname: Anna",
		"phone: |-\r\n  79991112233\r\nname: Anna":           "phone: |-\r\n  ***\nname: Anna",
		"phone: >2+ # the mobile\n  79991112233\nname: Anna": "phone: >2+ # the mobile\n  ***\nname: Anna",
		"- phone: |\n    \"7\"\n    8\n  name: Anna":         "- phone: |\n    ***\n  name: Anna",
		"phone: !!str |\n  79991112233\nname: Anna":          "phone: !!str |\n  ***\nname: Anna",
		"phone: &p >\n  79991112233\nname: Anna":             "phone: &p >\n  ***\nname: Anna",
		"phone: > 5\nname: Anna":                             "phone: ***\nname: Anna",
	} {
		if got := mask.New([]string{"phone"}).Event(event(body, "application/yaml")); string(got.Body) != want {
			t.Errorf("of %q:\n got %q\nwant %q", body, got.Body, want)
		}
	}
}
