package source_test

import (
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/source"
)

// flaws tells what people would miss in a description.
func flaws(d api.Preset) (found []string) {
	if d.Title.Ru == "" || d.Title.En == "" || d.Help.Ru == "" || d.Help.En == "" {
		found = append(found, "a text")
	}
	if d.Sample.Method == "" || d.Sample.Body == "" || len(d.Sample.Headers) == 0 || len(d.Methods) == 0 {
		found = append(found, "a sample")
	}
	if d.Reply.Status == 0 || d.Reply.Text == "" || d.Verify == "" {
		found = append(found, "the reply")
	}
	if w := time.Duration(d.Reply.WaitS) * time.Second; w < 0 || w > gonets.MaxSyncWait {
		found = append(found, "how long its sender waits")
	}
	examples := 0
	for _, f := range d.Fields {
		if f.Title.Ru == "" || f.Title.En == "" || f.Type == "" {
			found = append(found, "the title of "+f.Path)
		}
		if f.Example != nil {
			examples++
		}
	}
	if examples == 0 {
		found = append(found, "the fields")
	}
	return found
}

func TestPresetsAreDescribedToPeople(t *testing.T) {
	t.Parallel()
	c, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	all := c.Describe()
	if len(all) != len(c.IDs()) || all[0].ID != source.Generic {
		t.Errorf("%d of %d, the first is %s", len(all), len(c.IDs()), all[0].ID)
	}
	if len(all[0].Fields) != 0 {
		t.Errorf("an unknown sender usually sends %v", all[0].Fields)
	}
	for _, d := range all {
		for _, missing := range flaws(d) {
			// Nobody knows what an unknown sender usually sends.
			if d.ID == source.Generic && missing == "the fields" {
				continue
			}
			t.Errorf("%s lacks %s", d.ID, missing)
		}
	}
	if len(flaws(api.Preset{Reply: api.SampleReply{WaitS: -1}})) != 5 {
		t.Error("an empty description is not seen")
	}
}
