package value

// ReservedNames are the names of the scope that no variable may take: an
// event's field or a step must not be able to stand in for them.
func ReservedNames() []string {
	return []string{"event", "steps", "vars", "run", "scenario", "source", "params", "item", "index", "env",
		"now", "today", "uuid", "public_url", "body", "status", "headers", "secret", "true", "false", "null"}
}
