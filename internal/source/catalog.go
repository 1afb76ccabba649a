// Package source knows the services that send events. A preset is data: a
// JSON file that says how the service signs, what its handshake looks like,
// where the id of an event stands and what answer it wants. One interpreter
// works on all of them.
//
// A source's document is laid over its preset by [Bind]; the [Binding] then
// verifies, parses, names and answers what comes in.
package source

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"

	"gonets"
	"gonets/internal/value"
)

//go:embed presets/*.json
var files embed.FS

// Generic is the preset of any HTTP request, and of a source that names none.
const Generic = "generic"

// Catalog is the set of presets.
type Catalog struct{ byID map[string]*Preset }

// Presets reads the presets that are part of the program.
func Presets() (*Catalog, error) {
	sub, err := fs.Sub(files, "presets")
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

// Load reads every *.json file of a folder as a preset. A file with a key that
// the interpreter does not know is an error: a rule that is not understood
// must not be skipped.
func Load(dir fs.FS) (*Catalog, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	c := &Catalog{byID: make(map[string]*Preset, len(names))}
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		p, err := ParsePreset(data)
		if err != nil {
			return nil, fmt.Errorf("preset %s: %w", name, err)
		}
		if p.ID+".json" != path.Base(name) {
			return nil, fmt.Errorf("preset %s: its id is %q; the file must be named after it", name, p.ID)
		}
		c.byID[p.ID] = p
	}
	return c, nil
}

// Lookup finds a preset; an empty id is [Generic].
func (c *Catalog) Lookup(id string) (*Preset, bool) {
	if id == "" {
		id = Generic
	}
	p, ok := c.byID[id]
	return p, ok
}

// IDs are the ids of all presets, sorted.
func (c *Catalog) IDs() []string {
	ids := make([]string, 0, len(c.byID))
	for id := range c.byID {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// Bind lays a source's document over its preset. An unknown preset is an
// *gonets.Error with the nearest known one.
func (c *Catalog) Bind(src gonets.Source) (*Binding, error) {
	p, ok := c.Lookup(src.Preset)
	if !ok {
		problem := gonets.Mistake("/preset", codePreset, "there is no preset %q", src.Preset)
		problem.Suggestion = value.Nearest(src.Preset, c.IDs())
		return nil, &gonets.Error{
			Code: gonets.CodeInvalid, Message: "The source cannot be used as it is written.",
			Problems: []gonets.Problem{problem},
		}
	}
	return Bind(src, p)
}

// Preset is what is known about one service. Its members are those of its
// file; the paths in it are relative to the event.
type Preset struct {
	Schema       int      `json:"schema"`
	ID           string   `json:"id"`
	TitleEn      string   `json:"title_en"`
	TitleRu      string   `json:"title_ru"`
	HelpEn       string   `json:"help_en"`
	HelpRu       string   `json:"help_ru"`
	Kind         string   `json:"kind"`
	Tier         string   `json:"tier"`
	Methods      []string `json:"methods"`
	ContentTypes []string `json:"content_types"`
	Fields       []Field  `json:"fields"`

	Verify      PresetVerify   `json:"verify"`
	Handshake   *Handshake     `json:"handshake"`
	Answer      PresetReply    `json:"reply"`
	IDPath      Paths          `json:"id_path"`
	AltIDPath   Paths          `json:"alt_id_path"`
	ItemsPath   string         `json:"items_path"`
	ItemsWhen   map[string]any `json:"items_when"`
	BodyField   string         `json:"body_field"`
	JSONFields  []string       `json:"json_fields"`
	Derived     []Derived      `json:"derived"`
	SecretPaths []string       `json:"secret_paths"`
	EventPath   string         `json:"event_path"`

	// What follows is for people and for the replay of examples.
	Status          json.RawMessage   `json:"status"`
	Docs            json.RawMessage   `json:"docs"`
	Retry           json.RawMessage   `json:"retry"`
	IDNote          string            `json:"id_note"`
	Notes           []string          `json:"notes"`
	Unverified      []string          `json:"unverified"`
	Enrich          json.RawMessage   `json:"enrich"`
	Register        json.RawMessage   `json:"register"`
	Poll            json.RawMessage   `json:"poll"`
	Outbound        json.RawMessage   `json:"outbound"`
	ExampleSettings map[string]string `json:"example_settings"`
	Example         json.RawMessage   `json:"example"`
	Variants        []json.RawMessage `json:"variants"`
	Negative        []json.RawMessage `json:"negative"`
	TestVectors     json.RawMessage   `json:"test_vectors"`
}

// Field is one value that the interface offers.
type Field struct {
	Path     string `json:"path"`
	LabelEn  string `json:"label_en"`
	LabelRu  string `json:"label_ru"`
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
	Note     string `json:"note,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// PresetVerify is how the service proves who it is.
type PresetVerify struct {
	Kind string `json:"kind"`
	// Optional verification is on only when the source names a secret.
	Optional  bool              `json:"optional"`
	Places    []PresetPlace     `json:"places"`
	In        string            `json:"in"`
	Name      string            `json:"name"`
	Algorithm string            `json:"alg"`
	Encoding  string            `json:"encoding"`
	Prefix    string            `json:"prefix"`
	Signed    string            `json:"signed"`
	Timestamp *PresetTimestamp  `json:"timestamp"`
	AlsoCheck map[string]string `json:"also_check"`

	Choices      []string        `json:"choices"`
	Compare      string          `json:"compare"`
	RejectStatus int             `json:"reject_status"`
	Note         string          `json:"note"`
	Secret       json.RawMessage `json:"secret"`
	ExampleUser  string          `json:"example_user"`
	// ExampleSecret and ExampleNow are what the file's examples are signed with.
	ExampleSecret string `json:"example_secret"`
	ExampleNow    int64  `json:"example_now"`
}

// PresetPlace is where a token may stand.
type PresetPlace struct {
	gonets.Place
	Configurable bool   `json:"configurable"`
	Note         string `json:"note"`
}

// PresetTimestamp is the signed time.
type PresetTimestamp struct {
	In         string `json:"in"`
	Name       string `json:"name"`
	Unit       string `json:"unit"`
	ToleranceS int    `json:"tolerance_s"`
}

// Handshake is a request that is answered specially and makes no event.
type Handshake struct {
	Method string `json:"method"`
	// When must hold in full; "*" means that the value is there.
	When map[string]any `json:"when"`
	// OnlyField: the body has no fields but those of When and Fields.
	OnlyField   bool              `json:"only_field"`
	Fields      []string          `json:"fields"`
	VerifyFirst bool              `json:"verify_first"`
	Check       map[string]string `json:"check"`
	Reply       PresetReply       `json:"reply"`
	Else        *PresetReply      `json:"else"`
	// MakesEvent: it becomes an event all the same, marked check.
	MakesEvent bool   `json:"makes_event"`
	Note       string `json:"note"`
}

// PresetReply is an answer. {event_id} and {path} in it are replaced.
type PresetReply struct {
	Status      int               `json:"status"`
	ContentType string            `json:"content_type"`
	Body        string            `json:"body"`
	Headers     map[string]string `json:"headers"`
	// DeadlineS is how long the sender waits, in seconds; 0 is not known.
	DeadlineS int `json:"deadline_s"`

	Success      string          `json:"success"`
	Note         string          `json:"note"`
	Configurable bool            `json:"configurable"`
	BodyRequired bool            `json:"body_required"`
	Codes        json.RawMessage `json:"codes"`
	Defer        json.RawMessage `json:"defer"`
	Gone         int             `json:"gone"`
}

// Derived is a value that is computed when the sender did not send it.
type Derived struct {
	Name string `json:"name"`
	From string `json:"from"`
	How  string `json:"how"`
}

// Paths is a path or a list of them; in the file also null.
type Paths []string

// UnmarshalJSON reads null, a text or a list of texts.
func (p *Paths) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*p = make(Paths, 1)
		return json.Unmarshal(b, &(*p)[0])
	}
	return json.Unmarshal(b, (*[]string)(p))
}

// ParsePreset reads one preset file and checks that all of it can be carried
// out.
func ParsePreset(data []byte) (*Preset, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	var p Preset
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	if p.Schema != 1 {
		return nil, fmt.Errorf("schema %d is not known; this program reads 1", p.Schema)
	}
	if _, err := Bind(gonets.Source{Name: "check", Preset: p.ID}, &p); err != nil {
		return nil, err
	}
	return &p, nil
}
