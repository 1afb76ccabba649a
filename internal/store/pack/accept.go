package pack

import "gonets/internal/store/dialect"

// Keys claims keys that are new or whose window is over.
var Keys = dialect.Insert("dedupe", dialect.Columns{
	dialect.Text("source"), dialect.Bytes("idem_key"), dialect.Text("event"), dialect.Bytes("body_hash"), dialect.Int("expires_at"),
	dialect.Int("taken_at"),
}, `ON CONFLICT (source, idem_key) DO UPDATE
	SET event = excluded.event, body_hash = excluded.body_hash, expires_at = excluded.expires_at,
		taken_at = excluded.taken_at
	WHERE dedupe.expires_at <= excluded.taken_at`, "event")

// Values adds values by which the history finds runs.
var Values = dialect.Insert("run_values", dialect.Columns{
	dialect.Bytes("value"), dialect.Text("run"),
}, "ON CONFLICT (value, run) DO NOTHING", "")
