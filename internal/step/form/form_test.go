package form_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/step/form"
)

var update = flag.Bool("update", false, "write the interface's copy of the table anew")

// copyPath is where the interface's tests read the table from: titles that
// screens show, and the words by which steps are found.
const copyPath = "../../../web/test/kinds.json"

func TestTheTestsOfTheInterfaceKnowTheTable(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(form.Kinds()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(copyPath, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(copyPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not the table of kinds; run: make generate", copyPath)
	}
}

// own are the members of a step that belong to one kind.
var own = map[string][]string{gonets.KindIf: {"then", "else"}, gonets.KindRequest: {"with", "method", "save", "on_failure", "renew"}}

// members are the places of a document's type that people fill in, and the
// objects on the way to them.
func members(t reflect.Type, at string, leaf, object map[string]bool) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "was" && t == reflect.TypeFor[gonets.Step]() {
			continue // what renames a step writes it
		}
		if name == "-" {
			continue // the document does not have it
		}
		path, ft := at+"/"+name, t.Field(i).Type
		if ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		if ft == reflect.TypeFor[[]gonets.FormFile]() {
			ft = ft.Elem() // its elements are filled in one by one
		}
		if ft.Kind() == reflect.Struct && ft != reflect.TypeFor[gonets.Tree]() {
			object[path] = true
			members(ft, path, leaf, object)
			continue
		}
		leaf[path] = true
	}
}

// mismatches tells which members of a step's type have no field, and which
// fields no member.
func mismatches(step reflect.Type, kinds []form.Kind) (found []string) {
	leaf, object := map[string]bool{}, map[string]bool{}
	members(step, "", leaf, object)
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Kind
	}
	covered := map[string]string{}
	for _, k := range kinds {
		seen := map[string]bool{}
		for _, f := range k.Fields {
			first := strings.Split(f.Path, "/")[1]
			foreign := first != k.Kind && slices.Contains(names, first)
			switch {
			case seen[f.Path]:
				found = append(found, k.Kind+": "+f.Path+" stands twice")
			case !leaf[f.Path] && !object[f.Path] || foreign:
				found = append(found, k.Kind+": "+f.Path+" is no member")
			case f.Within != "" && !seen[f.Within]:
				found = append(found, k.Kind+": "+f.Path+" stands within what does not come before it")
			}
			seen[f.Path], covered[f.Path] = true, k.Kind
		}
		for path := range leaf {
			first := strings.Split(path, "/")[1]
			common := !slices.Contains(names, first) && !slices.ContainsFunc(names, func(kind string) bool { return slices.Contains(own[kind], first) })
			if (first == k.Kind || slices.Contains(own[k.Kind], first) || common) && !seen[path] {
				found = append(found, k.Kind+": no field for "+path)
			}
		}
	}
	for path := range leaf {
		if covered[path] == "" && !slices.ContainsFunc(found, func(s string) bool { return strings.HasSuffix(s, path) }) {
			found = append(found, "no kind has "+path)
		}
	}
	return found
}

func TestEveryMemberOfAStepHasAFieldAndTheReverse(t *testing.T) {
	t.Parallel()
	if found := mismatches(reflect.TypeFor[gonets.Step](), form.Kinds()); len(found) > 0 {
		t.Error(strings.Join(found, "\n"))
	}
	kinds := form.Kinds()
	for name, planted := range map[string]struct {
		step  reflect.Type
		kinds []form.Kind
		want  string
	}{
		"a member without a field": {reflect.TypeFor[struct {
			Wait string `json:"wait"`
		}](), nil, "no kind has /wait"},
		"a member of a kind without one": {reflect.TypeFor[struct {
			HTTP struct {
				Proxy string `json:"proxy"`
			} `json:"http"`
		}](), kinds[:1], "http: no field for /http/proxy"},
		"a field without a member": {reflect.TypeFor[struct {
			ID string `json:"id"`
		}](), []form.Kind{{Kind: "x", Fields: []form.Field{{Path: "/id"}, {Path: "/gone"}}}}, "x: /gone is no member"},
		"a field that stands twice": {reflect.TypeFor[struct {
			ID string `json:"id"`
		}](), []form.Kind{{Kind: "x", Fields: []form.Field{{Path: "/id"}, {Path: "/id"}}}}, "x: /id stands twice"},
		"a field within one that is none": {reflect.TypeFor[struct {
			ID string `json:"id"`
		}](), []form.Kind{{Kind: "x", Fields: []form.Field{{Path: "/id", Within: "/x"}}}}, "x: /id stands within what does not come before it"},
	} {
		if found := mismatches(planted.step, planted.kinds); !slices.Contains(found, planted.want) {
			t.Errorf("%s was not seen: %q", name, found)
		}
	}
}

func TestEveryKindThatRunsIsDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, k := range form.Kinds() {
		described[k.Kind] = true
	}
	step := gonets.Step{HTTP: &gonets.HTTPStep{}, Request: "x", Set: gonets.Rows{}, If: "x", Delay: "1s", Respond: &gonets.RespondStep{}, Stop: &gonets.StopStep{}, Fail: &gonets.FailStep{}}
	for _, kind := range step.Kinds() {
		if !described[kind] {
			t.Errorf("%s is not described", kind)
		}
	}
	if len(described) != len(step.Kinds()) {
		t.Errorf("%d kinds are described, %d run", len(described), len(step.Kinds()))
	}
}

// unfit tells why a step made by the menu cannot begin a draft.
func unfit(kind string, template json.RawMessage) string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(template, &members); err != nil {
		return err.Error()
	}
	if members[kind] == nil {
		return "it is of another kind"
	}
	members["id"] = json.RawMessage(`"new"`)
	doc, err := json.Marshal(map[string]any{"sources": []string{"s"}, "steps": []any{members}})
	if err != nil {
		return err.Error()
	}
	d, err := document.ReadDraft(doc, "x", false, document.Checks{})
	if err != nil {
		return err.Error()
	}
	for _, p := range d.Problems {
		if p.Code != gonets.CodeMissing {
			return p.String()
		}
	}
	return ""
}

func TestNewStepsAreDraftsThatLackNoMoreThanWhatPeopleFillIn(t *testing.T) {
	t.Parallel()
	for _, k := range form.Kinds() {
		if why := unfit(k.Kind, k.Template); why != "" {
			t.Errorf("%s: %s", k.Kind, why)
		}
		for _, v := range k.Variants {
			if why := unfit(k.Kind, v.Template); why != "" {
				t.Errorf("%s: %s", v.ID, why)
			}
		}
	}
	for _, planted := range []string{`{"set":{}}`, `{"http":{"urll":""}}`, `{"http":{"url":"","response":"xml"}}`, `[]`} {
		if unfit("http", json.RawMessage(planted)) == "" {
			t.Errorf("the planted template is not seen: %s", planted)
		}
	}
}

var (
	cyrillic = regexp.MustCompile(`\p{Cyrillic}`)
	// mixed is a word of both alphabets: a look-alike.
	mixed = regexp.MustCompile(`\p{Cyrillic}[A-Za-z]|[A-Za-z]\p{Cyrillic}`)
	// names are the same in both languages.
	names = []string{"GET", "POST", "POST · JSON", "PUT", "PATCH", "DELETE", "JSON", "XML"}
)

// badText tells what is wrong with a text.
func badText(text form.Text) string {
	switch {
	case text.Ru == "" || text.En == "":
		return "it lacks a language"
	case slices.Contains(names, text.Ru) && text.Ru == text.En:
		return ""
	case !cyrillic.MatchString(text.Ru) || cyrillic.MatchString(text.En):
		return "a language is the other one"
	case mixed.MatchString(text.Ru):
		return "it mixes alphabets"
	}
	return ""
}

func TestFormsSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	check := func(where string, texts ...form.Text) {
		t.Helper()
		for _, text := range texts {
			if bad := badText(text); bad != "" {
				t.Errorf("%s: %s: %+v", where, bad, text)
			}
		}
	}
	for _, k := range form.Kinds() {
		check(k.Kind, k.Title, k.Help)
		for _, v := range k.Variants {
			check(v.ID, v.Title, v.Help)
		}
		for _, f := range k.Fields {
			where := fmt.Sprintf("%s %s", k.Kind, f.Path)
			check(where, f.Title, f.Help)
			if cyrillic.MatchString(f.Placeholder) {
				t.Errorf("%s: the placeholder is of one language", where)
			}
			if f.Unit != nil {
				check(where, *f.Unit)
			}
			for _, c := range f.Choices {
				check(where, c.Title)
				if c.Help != nil {
					check(where, *c.Help)
				}
			}
		}
	}
	for _, planted := range []form.Text{{Ru: "", En: "x"}, {Ru: "Да", En: ""}, {Ru: "Yes", En: "Yes"}, {Ru: "Да", En: "Да"}, {Ru: "Cтатус", En: "Status"}} {
		if badText(planted) == "" {
			t.Errorf("the planted text is not seen: %+v", planted)
		}
	}
}

func TestDefaultsAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	for _, f := range form.Kinds()[0].Fields {
		for _, raw := range []json.RawMessage{f.Default, f.Min, f.Max} {
			if raw != nil && !json.Valid(raw) {
				t.Errorf("%s: %s", f.Path, raw)
			}
		}
		if f.Path == "/http/retry/delays" && string(f.Default) != `["5s","30s","1m","30m","2h"]` {
			t.Errorf("the usual pauses: %s", f.Default)
		}
	}
}
