// Package id makes the ids of events, runs and versions: UUIDv7 (RFC 9562
// §5.7) text, which sorts by time of making and grows within a process.
package id

import "github.com/google/uuid"

// New returns a new id.
func New() string { return uuid.Must(uuid.NewV7()).String() }

// Valid tells whether s has the form of an id.
func Valid(s string) bool { return uuid.Validate(s) == nil && len(s) == 36 }
