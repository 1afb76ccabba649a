package drift

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/expr"
)

// Reading is a step with the paths of the event that it reads.
type Reading struct {
	Use
	Paths []string
}

// Readings are the steps of a scenario that read of the event by name.
func Readings(sc *gonets.Scenario) []Reading {
	var out []Reading
	readings(sc, sc.Steps, "", &out)
	return out
}

func readings(sc *gonets.Scenario, steps []gonets.Step, under string, out *[]Reading) {
	for i := range steps {
		own := steps[i]
		own.Then, own.Else, own.Title = nil, nil, ""
		path := under + own.ID
		if paths := pathsOf(&own); len(paths) > 0 {
			*out = append(*out, Reading{Use{sc.Name, path}, paths})
		}
		readings(sc, steps[i].Then, path+"/", out)
		readings(sc, steps[i].Else, path+"/", out)
	}
}

// pathsOf are the paths in all texts of a step and of the saved request that it
// sends, be they templates or expressions.
func pathsOf(s *gonets.Step) (paths []string) {
	said := []any{s}
	if s.Saved != nil {
		said = append(said, s.Saved.HTTP)
		for _, p := range s.Saved.Params {
			said = append(said, p.Default)
		}
	}
	raw, err := gonets.PlainJSON(said)
	var v any
	if err != nil || json.Unmarshal(raw, &v) != nil {
		return nil // a step that cannot be read reads nothing
	}
	each(v, func(text string) {
		if !strings.Contains(text, "event") {
			return
		}
		var found []string
		if t, err := expr.Parse(text); err == nil {
			found = t.Paths()
		}
		if e, err := expr.ParseExpr(text); err == nil {
			found = append(found, e.Paths()...)
		}
		for _, p := range found {
			if strings.HasPrefix(p, "event.") && !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	})
	return paths
}

func each(v any, text func(string)) {
	switch v := v.(type) {
	case string:
		text(v)
	case []any:
		for _, one := range v {
			each(one, text)
		}
	case map[string]any:
		for _, one := range v {
			each(one, text)
		}
	}
}

// places are the brackets that choose elements of a list.
var places = regexp.MustCompile(`\[[^"\]]*\]`)

// reads tells whether a path that a step reads meets a field: it is the field, is
// within it, or holds it and is no whole body.
func reads(path, field string) bool {
	path, field = places.ReplaceAllString(path, "[*]"), places.ReplaceAllString(field, "[*]")
	return path == field || within(path, field) || within(field, path) && path != "event.body" && path != "event.item"
}

func within(path, holder string) bool {
	rest, ok := strings.CutPrefix(path, holder)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

// maxUses bounds the steps that are named.
const maxUses = 20

// Name adds the steps to changes.
func Name(changes []Change, steps []Reading) {
	for i := range changes {
		c := &changes[i]
		c.Uses = nil
		for _, s := range steps {
			if len(c.Uses) < maxUses && slices.ContainsFunc(s.Paths, func(p string) bool { return reads(p, c.Path) }) {
				c.Uses = append(c.Uses, s.Use)
			}
		}
	}
}
