package document

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"gonets"
	"gonets/setting"
)

// texts favours what YAML gives a meaning to.
func texts() *rapid.Generator[string] {
	alphabet := []rune("ab:#-?,[]{}&*!|>'\"%@`~ \n\n\t\r=<.0159+_eyn\\/\u00a0\u0085\u2028\ufeff\ufffd\x00\x7fЯ😀")
	return rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 12, -1),
		rapid.SampledFrom([]string{"", "null", "yes", "on", "0x1F", "1_0", "1e3", ".5", "+7", "007", "2026-01-02", "1:30", "---", "...", "<<", "=", "NaN", ".inf", "True", "! x", "a\n\nb\n", " a\nb", "\na", "a\n b \n"}),
		rapid.String(),
	)
}

func trees(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SampledFrom([]string{"0", "-0", "1.10", "1e9", "-1E+400", "123456789012345678901234567890"}), func(s string) any { return json.Number(s) }),
		rapid.Map(texts(), func(s string) any { return s }),
	}
	if depth > 0 {
		leaves = append(leaves,
			rapid.Map(rapid.SliceOfN(trees(depth-1), 0, 3), func(l []any) any { return l }),
			rapid.Map(members(depth-1), func(r gonets.Rows) any { return r }))
	}
	return rapid.OneOf(leaves...)
}

func members(depth int) *rapid.Generator[gonets.Rows] {
	row := rapid.Custom(func(t *rapid.T) gonets.Row {
		return gonets.Row{Name: texts().Draw(t, "name"), Value: trees(depth).Draw(t, "value")}
	})
	return rapid.Map(rapid.SliceOfNDistinct(row, 0, 3, func(r gonets.Row) string { return r.Name }), func(r []gonets.Row) gonets.Rows { return r })
}

func TestWhatIsExportedReadsBackTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var json, status *gonets.Tree
		if v := trees(3).Draw(t, "json"); v != nil {
			json = &gonets.Tree{Value: v}
		}
		text := texts().Draw(t, "text")
		if rapid.Bool().Draw(t, "status") {
			status = &gonets.Tree{Value: "{{ " + texts().Draw(t, "expression") + " }}"}
		}
		query := members(1).Draw(t, "query")
		for i := range query {
			query[i].Name += "q"
			query[i].Off = rapid.Bool().Draw(t, "off")
		}
		if len(query) == 0 {
			query = nil
		}
		usual := gonets.Param{Name: "p", Default: json}
		for _, usual.Type = range []string{"", "object", "list"} {
			if json == nil || usual.Takes(json.Value) {
				break
			}
		}
		env := map[string]string{"a": texts().Draw(t, "env")}
		set := &Set{
			Settings: &setting.Settings{Env: env},
			Sources:  []gonets.Source{{Name: "a", Preset: "generic", Reply: &gonets.SourceReply{Text: &text}}},
			Requests: []gonets.SavedRequest{{Name: "a", Params: []gonets.Param{usual},
				HTTP: gonets.HTTPStep{URL: "https://x.test/", Query: query, Body: &gonets.HTTPBody{Text: &text}}}},
			Scenarios: []gonets.Scenario{{Name: "a", Steps: []gonets.Step{
				{ID: "a", Fail: &gonets.FailStep{Message: text}},
				{ID: "b", Respond: &gonets.RespondStep{Status: status, JSON: json}},
				{ID: "d", Request: "a", With: query, Method: "PUT", Save: &gonets.HTTPSave{Body: "b"}, OnFailure: "fail"},
				{ID: "c", HTTP: &gonets.HTTPStep{URL: "https://x.test/", Query: query, Body: &gonets.HTTPBody{Text: &text}}},
			}}},
		}
		roundTrip(t, set)
	})
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "testdata/full.yaml", "testdata/full.golden") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	archive, err := txtar.ParseFile("testdata/broken.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(archive.Files); i += 2 {
		f.Add(archive.Files[i].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := Parse(data, Checks{})
		if err == nil {
			roundTrip(t, set)
			return
		}
		for _, p := range problemsOf(t, err) {
			if p.Line < 0 || p.Column < 0 || p.Message == "" {
				t.Errorf("a problem without sense: %+v", p)
			}
		}
	})
}
