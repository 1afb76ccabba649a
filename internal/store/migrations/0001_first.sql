-- Ids are UUIDv7 text, times are milliseconds since 1970 UTC. Whatever a
-- stranger can choose freely is BLOB: a NUL or broken UTF-8 must not fail a
-- commit. The hot tables have no foreign keys, so that they can be partitioned.

CREATE TABLE nodes (
	id TEXT PRIMARY KEY,
	epoch BIGINT NOT NULL,
	-- which process it is, so that one that took the name is told apart
	life TEXT NOT NULL,
	heartbeat_at BIGINT NOT NULL,
	version TEXT NOT NULL
);

CREATE TABLE sources (
	name TEXT PRIMARY KEY,
	document TEXT NOT NULL,
	etag TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

CREATE TABLE source_tokens (
	hash BLOB PRIMARY KEY,
	source TEXT NOT NULL,
	sealed BLOB NOT NULL,
	created_at BIGINT NOT NULL,
	retired_at BIGINT
);
CREATE INDEX source_tokens_source ON source_tokens (source, created_at);

CREATE TABLE scenarios (
	name TEXT PRIMARY KEY,
	state TEXT NOT NULL,
	draft TEXT,
	published_version BIGINT NOT NULL,
	etag TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	started_at BIGINT
);

CREATE TABLE versions (
	scenario TEXT NOT NULL,
	n BIGINT NOT NULL,
	document TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (scenario, n)
);

CREATE TABLE subscriptions (
	source TEXT NOT NULL,
	scenario TEXT NOT NULL,
	PRIMARY KEY (source, scenario)
) WITHOUT ROWID;
CREATE INDEX subscriptions_scenario ON subscriptions (scenario);

CREATE TABLE secrets (
	name TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	updated_at BIGINT NOT NULL,
	actor TEXT NOT NULL
);

CREATE TABLE settings (
	name TEXT PRIMARY KEY,
	document TEXT NOT NULL,
	updated_at BIGINT NOT NULL
);

CREATE TABLE audit (
	id TEXT PRIMARY KEY,
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	object TEXT NOT NULL,
	detail TEXT NOT NULL
);

-- A rowid table: rows are too wide for a clustered key. body is the body
-- itself up to 4 KiB, else body_ref names a row of bodies that belongs to
-- body_owner (this event when NULL). body_size is NULL when there is no body.
CREATE TABLE events (
	id TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	received_at BIGINT NOT NULL,
	method BLOB NOT NULL,
	path BLOB,
	query BLOB,
	headers BLOB,
	content_type BLOB,
	remote TEXT NOT NULL,
	body_size BIGINT,
	body BLOB,
	body_ref BLOB,
	body_owner TEXT,
	item BLOB,
	mark TEXT NOT NULL,
	order_key BLOB,
	hops BIGINT NOT NULL,
	actor TEXT NOT NULL,
	answer BLOB
);
CREATE INDEX events_source ON events (source, received_at, id);
CREATE INDEX events_received ON events (received_at, id);
CREATE INDEX events_body_owner ON events (body_owner) WHERE body_owner IS NOT NULL;

-- Its own table, so that its window is not the retention of events.
CREATE TABLE dedupe (
	source TEXT NOT NULL,
	idem_key BLOB NOT NULL,
	event TEXT NOT NULL,
	body_hash BLOB NOT NULL,
	taken_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (source, idem_key)
) WITHOUT ROWID;
CREATE INDEX dedupe_expires ON dedupe (expires_at);

-- parked is 1 while a queued or waiting run may not go on because its scenario
-- is stopped. started_at of scenarios is when one ran for the first time.
CREATE TABLE runs (
	id TEXT PRIMARY KEY,
	event TEXT NOT NULL,
	source TEXT NOT NULL,
	scenario TEXT NOT NULL,
	version BIGINT,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	lane TEXT NOT NULL,
	order_key BLOB,
	due_at BIGINT,
	node TEXT,
	node_epoch BIGINT,
	lease_seq BIGINT NOT NULL,
	parent TEXT,
	parent_path TEXT,
	parent_index BIGINT,
	children_left BIGINT,
	cursor_path TEXT NOT NULL,
	policy TEXT,
	tries BIGINT NOT NULL CHECK (tries >= 0),
	attempts BIGINT NOT NULL,
	step_at BIGINT,
	crashes BIGINT NOT NULL,
	mark TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	finished_at BIGINT,
	parked BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX runs_event ON runs (event, id);
CREATE INDEX runs_scenario ON runs (scenario, id);
CREATE INDEX runs_source ON runs (source, id);
CREATE INDEX runs_due ON runs (lane, due_at, id)
	WHERE state IN ('queued', 'waiting') AND node IS NULL AND parked = 0;
CREATE INDEX runs_unleased ON runs (scenario, parked)
	WHERE state IN ('queued', 'waiting') AND node IS NULL;
CREATE INDEX runs_leased ON runs (node, node_epoch) WHERE node IS NOT NULL;
CREATE INDEX runs_order ON runs (scenario, order_key, id)
	WHERE order_key IS NOT NULL AND finished_at IS NULL AND state <> 'held';
-- running is found by the lease; succeeded is nearly every row. (A long IN list
-- here would make SQLite build a table for it with every insert.)
CREATE INDEX runs_state ON runs (state, id) WHERE state <> 'running' AND state <> 'succeeded';
-- What needs a person, within a scenario or a source of which nearly all runs
-- ended well. A run that succeeds at once never meets these.
CREATE INDEX runs_state_scenario ON runs (state, scenario, id)
	WHERE state <> 'running' AND state <> 'succeeded' AND state <> 'queued';
CREATE INDEX runs_state_source ON runs (state, source, id)
	WHERE state <> 'running' AND state <> 'succeeded' AND state <> 'queued';
CREATE INDEX runs_finished ON runs (finished_at, id) WHERE finished_at IS NOT NULL;

CREATE TABLE step_results (
	run TEXT NOT NULL,
	path TEXT NOT NULL,
	state TEXT NOT NULL,
	value BLOB,
	attempt BIGINT NOT NULL,
	finished_at BIGINT NOT NULL,
	PRIMARY KEY (run, path)
) WITHOUT ROWID;

-- duration is in microseconds.
CREATE TABLE attempts (
	run TEXT NOT NULL,
	n BIGINT NOT NULL,
	path TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	duration BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	code TEXT NOT NULL,
	error BLOB,
	status BIGINT NOT NULL,
	charged BIGINT NOT NULL,
	fenced BIGINT NOT NULL,
	request_line BLOB NOT NULL,
	request_headers BLOB,
	request_size BIGINT,
	request_body BLOB,
	request_ref BLOB,
	status_line BLOB,
	reply_headers BLOB,
	reply_size BIGINT,
	reply_body BLOB,
	reply_ref BLOB,
	detail BLOB,
	PRIMARY KEY (run, n)
);

-- Bodies above 4 KiB, zstd; owner is a run or an event.
CREATE TABLE bodies (
	owner TEXT NOT NULL,
	sha256 BLOB NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (owner, sha256)
);

CREATE TABLE run_values (
	value BLOB NOT NULL,
	run TEXT NOT NULL,
	PRIMARY KEY (value, run)
) WITHOUT ROWID;
CREATE INDEX run_values_run ON run_values (run);
