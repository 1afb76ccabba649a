// Package deed is what the audit says of what people did.
package deed

import (
	"encoding/json"
	"time"

	"gonets"
)

// Deed is one entry of the audit: who did what, when, to what.
type Deed struct {
	ID string
	At time.Time
	// Actor is a login, or the name of what acted by itself.
	Actor  string
	Action string
	// Object is a kind and a name: Scenario/orders, run/0192…; empty once erased.
	Object string
	// Detail is what else is known, as JSON; nil when there is nothing.
	Detail json.RawMessage
}

// Filter chooses deeds; what is empty is any.
type Filter struct {
	Actor, Action, Object string
	Since, Until          time.Time
	Page                  gonets.Page
}
