// Package document reads and writes the files of Gonets: YAML or JSON
// documents of the kinds Source, Request,
// Scenario and Settings, several in one text.
//
// Reading says everything that is wrong at once, with line and column. Writing
// is canonical: what was written reads back as the same documents and is
// written again byte for byte. The interface, the API and files show the same
// documents.
package document

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/valid"
	"gonets/internal/value"
	"gonets/setting"
)

// APIVersion is what every document's apiVersion says.
const APIVersion = "gonets/v1"

// The kinds of documents.
const (
	KindSource   = "Source"
	KindRequest  = "Request"
	KindScenario = "Scenario"
	KindSettings = "Settings"
)

// Checks find what only others know: Scenario what is wrong with templates,
// conditions and paths, Source what does not fit the preset, Request what is wrong
// with templates. Pointers of their problems are into the document, and lines and columns, when given, count from
// 1 inside the text that the pointer leads to. A nil check finds nothing.
type Checks struct {
	Scenario func(*gonets.Scenario) []gonets.Problem
	Source   func(*gonets.Source) []gonets.Problem
	Request  func(*gonets.SavedRequest) []gonets.Problem
	// Uses gives a scenario the saved requests that it names and finds what does not fit.
	Uses func(*gonets.Scenario, []gonets.SavedRequest) []gonets.Problem
}

// Set is what a text of documents holds, each kind in the order of the text.
type Set struct {
	Sources   []gonets.Source
	Requests  []gonets.SavedRequest
	Scenarios []gonets.Scenario
	Settings  *setting.Settings
	// Based tells which states the documents were made from, of those that say it.
	Based map[ID]Basis

	origins map[ID]root
}

// ID is which document is meant: a kind and a name. The settings are SettingsName.
type ID struct{ Kind, Name string }

// SettingsName is what the one document of the settings is called.
const SettingsName = "settings"

// root is where a document began.
type root struct {
	node     *node
	document int
}

// Parse reads documents, checks them and reports all problems, 50 at most, in
// one *gonets.Error of code invalid. The text is YAML, or JSON when it looks
// like it, and at most gonets.MaxDocumentBytes long.
func Parse(data []byte, check Checks) (*Set, error) {
	if len(data) <= gonets.MaxDocumentBytes && (jsonStart.Match(data) || json.Valid(data)) {
		return parse(data, check, readJSON)
	}
	return parse(data, check, readYAML)
}

// jsonStart is how JSON documents begin and YAML ones hardly ever do.
var jsonStart = regexp.MustCompile(`^\s*(\[\s*)?\{\s*"`)

// ParseJSON reads JSON only: one object, a list of objects, or objects one
// after another.
func ParseJSON(data []byte, check Checks) (*Set, error) { return parse(data, check, readJSON) }

func parse(data []byte, check Checks, read func([]byte, *problems) []*node) (*Set, error) {
	p := &problems{document: 1}
	set := &Set{origins: make(map[ID]root)}
	docs := read(data, p)
	if len(docs) == 0 && len(p.list) == 0 {
		p.add(gonets.Mistake("", codeEmpty, "there is no document; begin one with apiVersion: %s", APIVersion))
	}
	for i, n := range docs {
		p.document = i + 1
		if !p.torn[p.document] {
			set.read(n, p, check)
		}
	}
	slices.SortStableFunc(p.list, func(a, b gonets.Problem) int {
		return cmp.Or(a.Document-b.Document, a.Line-b.Line, a.Column-b.Column)
	})
	if err := p.err(); err != nil {
		return nil, err
	}
	return set, nil
}

// read takes one document into the set.
func (s *Set) read(n *node, p *problems, check Checks) {
	d := &decoder{problems: p, broken: make(map[string]bool)}
	if n.kind != mapNode {
		d.fail(n, gonets.Mistake("", codeNotMap, "a document is a map that begins with apiVersion: %s; here it is %s", APIVersion, n.kind.term()))
		return
	}
	kind := d.header(n)
	switch kind {
	case KindSource:
		var doc struct {
			header
			gonets.Source
		}
		decoded := d.whole(n, kind, &doc)
		s.report(d, n, valid.Source(&doc.Source))
		if check.Source != nil && decoded {
			s.report(d, n, check.Source(&doc.Source))
		}
		s.origin(d, n, &doc.header, doc.Source.Name)
		s.Sources = append(s.Sources, doc.Source)
	case KindRequest:
		var doc struct {
			header
			gonets.SavedRequest
		}
		decoded := d.whole(n, kind, &doc)
		s.report(d, n, valid.Request(&doc.SavedRequest))
		if check.Request != nil && decoded {
			s.report(d, n, check.Request(&doc.SavedRequest))
		}
		s.origin(d, n, &doc.header, doc.SavedRequest.Name)
		s.Requests = append(s.Requests, doc.SavedRequest)
	case KindScenario:
		var doc struct {
			header
			gonets.Scenario
		}
		decoded := d.whole(n, kind, &doc)
		s.report(d, n, valid.Scenario(&doc.Scenario))
		// A scenario that was not read whole has nothing to compile.
		if check.Scenario != nil && decoded {
			s.report(d, n, check.Scenario(&doc.Scenario))
		}
		s.origin(d, n, &doc.header, doc.Scenario.Name)
		s.Scenarios = append(s.Scenarios, doc.Scenario)
	case KindSettings:
		var doc struct {
			header
			setting.Settings
		}
		d.whole(n, kind, &doc)
		s.report(d, n, valid.Settings(&doc.Settings))
		s.origin(d, n, &doc.header, SettingsName)
		s.Settings = &doc.Settings
	}
}

// whole fills doc, a pointer to a struct, and tells whether all of it could be
// read.
func (d *decoder) whole(n *node, kind string, doc any) bool {
	d.kind = kind
	d.into(n, reflect.ValueOf(doc).Elem(), "")
	return len(d.broken) == 0
}

// header is what every document begins with.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// BasedOn is a Basis; only files say it.
	BasedOn string `json:"based_on,omitempty"`
}

// based notes which state a document was made from.
func (s *Set) based(d *decoder, n *node, id ID, text string) {
	if text == "" {
		return
	}
	b, ok := readBasis(text)
	if !ok {
		s.report(d, n, []gonets.Problem{gonets.Mistake("/based_on", codeBasis,
			"based_on is %q; gonets export writes it, like 7-0123456789abcdef. Leave it out when you do not know it", text)})
		return
	}
	if s.Based == nil {
		s.Based = make(map[ID]Basis)
	}
	s.Based[id] = b
}

// header checks apiVersion and gives the kind; empty when there is no such one.
func (d *decoder) header(n *node) string {
	switch v := n.member("apiVersion"); {
	case v == nil:
		d.fail(n, gonets.Mistake("/apiVersion", gonets.CodeMissing, "apiVersion is missing; write apiVersion: %s", APIVersion))
	case v.text != APIVersion:
		d.fail(v, gonets.Mistake("/apiVersion", codeVersion, "apiVersion is %q; this server reads %s", v.text, APIVersion))
	}
	kinds := []string{KindSource, KindRequest, KindScenario, KindSettings}
	v := n.member("kind")
	if v == nil {
		d.fail(n, gonets.Mistake("/kind", gonets.CodeMissing, "kind is missing; write %s", gonets.Choice(kinds)))
		return ""
	}
	if !slices.Contains(kinds, v.text) {
		p := gonets.Mistake("/kind", gonets.CodeBadChoice, "%s is %q; it must be %s", "kind", v.text, gonets.Choice(kinds))
		p.Suggestion = value.Nearest(v.text, kinds)
		d.problems.add(at(v.line, v.col, p))
		return ""
	}
	return v.text
}

// report adds problems found in a document that was read, with their places,
// but for those that have been reported already in other words.
func (s *Set) report(d *decoder, n *node, found []gonets.Problem) {
	for _, x := range found {
		if d.problems.more {
			return // the rest would only cost time
		}
		if !d.known(x.Pointer) {
			d.problems.add(settle(n, x))
		}
	}
	for _, x := range found {
		d.invalid = append(d.invalid, x.Pointer)
	}
}

// known tells whether something at the pointer or around it has been reported,
// or something directly in it could not be read.
func (d *decoder) known(pointer string) bool {
	for b := range d.broken {
		parent := b[:max(strings.LastIndexByte(b, '/'), 0)]
		if b == pointer || parent == pointer && pointer != "" || strings.HasPrefix(pointer, b+"/") {
			return true
		}
	}
	return slices.Contains(d.invalid, pointer)
}

// origin notes where a document stands and what it was made from.
func (s *Set) origin(d *decoder, n *node, h *header, name string) {
	id := ID{h.Kind, name}
	s.based(d, n, id, h.BasedOn)
	first, twice := s.origins[id]
	if !twice {
		s.origins[id] = root{node: n, document: d.problems.document}
		return
	}
	if d.known("/name") {
		return
	}
	where := n.locate("/name")
	what := fmt.Sprintf("%s %q", h.Kind, name)
	if h.Kind == KindSettings || name == "" {
		what = h.Kind
	}
	d.problems.add(at(where.line, where.col, gonets.Mistake("/name", gonets.CodeTwice, "%s stands twice; the first one is on line %d", what, first.node.locate("/name").line)))
}

// Locate gives a problem that was found later, by somebody who knows more, the
// place in the text where the document (a kind and its name) stood.
func (s *Set) Locate(kind, name string, p gonets.Problem) gonets.Problem {
	if r, ok := s.origins[ID{kind, name}]; ok {
		p.Document = r.document
		return settle(r.node, p)
	}
	return p
}

// settle turns a pointer, and a place inside the text it leads to, into line
// and column.
func settle(n *node, p gonets.Problem) gonets.Problem {
	at := n.locate(p.Pointer)
	line, col := p.Line, max(p.Column, 1)
	p.Line, p.Column = at.line, at.col
	if line == 0 || !at.exact {
		return p
	}
	switch at.node.layout {
	case plainLayout, quotedLayout:
		// An escape or a fold before the place would shift it: only what is
		// surely on the first line is counted.
		if line == 1 && !strings.ContainsAny(at.node.text, "\n\"\\'") {
			p.Column += col - 1
			if at.node.layout == quotedLayout {
				p.Column++
			}
		}
	case literalLayout:
		// The text begins on the line below its key.
		p.Line += line
		p.Column = 1
	}
	return p
}
