package api

import (
	"encoding/json"
	"time"
)

// AuditEntry is one thing that somebody did.
type AuditEntry struct {
	ID     string          `json:"id"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor" doc:"Who did it: a login, owner for the owner's token, or what acts by itself"`
	Action string          `json:"action" doc:"What was done: apply, publish, start, resume, secret.set, session.begin …"`
	Object string          `json:"object,omitempty" doc:"To what, as kind and name: Scenario/orders, run/0192…; a queue's is its service's address alone; left out once it was erased"`
	Detail json.RawMessage `json:"detail,omitempty" doc:"What else is known of it; never a secret's value"`
}
