package gonets

import (
	"time"
)

// Syntax is how a document writes variables.
type Syntax string

const (
	SyntaxGonets        Syntax = "gonets"
	SyntaxLeadConverter Syntax = "leadconverter"
	SyntaxQnext         Syntax = "qnext"
	SyntaxSmartbot      Syntax = "smartbot"
)

// Missing is what a template does when a value is not there.
type Missing string

const (
	// MissingWarn puts an empty value and marks the run. It is the default.
	MissingWarn Missing = "warn"
	// MissingError fails the step.
	MissingError Missing = "error"
)

// Scenario is a named list of steps, fed by one or more sources.
type Scenario struct {
	Name        string   `json:"name"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"` // what it is for, in lines
	Sources     []string `json:"sources,omitempty"`
	// Tags are words by which people group scenarios.
	Tags    []string `json:"tags,omitempty"`
	Syntax  Syntax   `json:"syntax,omitempty"`
	Missing Missing  `json:"missing,omitempty"`
	// Search are paths of values by which the history finds this scenario's runs.
	Search []string `json:"search,omitempty"`
	// Data are paths of values by which people recognise a run in lists.
	Data  []string `json:"data,omitempty"`
	Steps []Step   `json:"steps"`
	// Tests say what becomes of events; package trial reads them.
	Tests Tests `json:"tests,omitempty"`
}

// Tests are a scenario's tests as they are written.
type Tests []Tree

// MayRespond tells whether a respond step is anywhere in the scenario.
func (s *Scenario) MayRespond() bool {
	found := false
	WalkSteps(s.Steps, func(_ string, st *Step) { found = found || st.Respond != nil })
	return found
}

// ScenarioState is whether a scenario works on events.
type ScenarioState string

const (
	ScenarioDraft   ScenarioState = "draft"
	ScenarioRunning ScenarioState = "running"
	ScenarioStopped ScenarioState = "stopped"
)

// ScenarioInfo is a scenario with what the server knows about it.
type ScenarioInfo struct {
	// Scenario is the published document, or the draft of one never published.
	Scenario
	Requests []SavedRequest // those that the published version embeds
	State    ScenarioState
	// Version is the published version's number; 0 when there is none.
	Version   int
	ETag      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Held counts the runs that wait for the scenario's start.
	Held int
	// HasDraft tells of changes that are not published, those of saved requests
	// included.
	HasDraft bool
	// UpdatedBy is who changed the scenario last, its draft included.
	UpdatedBy string
	Damage    error // why the stored document cannot be read; of it only the name is known then
}

// Version is a published state of a scenario. It never changes.
type Version struct {
	Scenario Scenario
	// Requests are the saved requests that it embeds: its runs send them as they were
	// when it was published.
	Requests  []SavedRequest `json:",omitempty"`
	N         int
	CreatedAt time.Time
	Actor     string
	Note      string
	// Text is the document as YAML with comments; empty when there are none.
	Text   string
	Damage error // as that of [ScenarioInfo]
}

// StateChange starts or stops a scenario.
type StateChange struct {
	Name  string
	State ScenarioState
	// ReleaseHeld queues the runs that were held while the scenario did not
	// run; otherwise they stay held.
	ReleaseHeld bool
	Actor       string
	At          time.Time
}

// Change says that something changed; it is a hint, never the truth.
type Change struct {
	// Kind is run, event, config, lane, notice, draft, bulk, disk or echo.
	Kind string `json:"kind"`
	// ID is the thing's; a draft's is the scenario's name, an echo's its address's.
	ID    string `json:"id,omitempty"`
	Event string `json:"event,omitempty"`
	// Source is where an event that was accepted came from.
	Source string   `json:"source,omitempty"`
	State  RunState `json:"state,omitempty"`
	// Answer is set when a respond step answered the event.
	Answer *Answer `json:"-"`
}
