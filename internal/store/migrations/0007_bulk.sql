-- Of which run a person made another one.
CREATE TABLE reruns (
	run TEXT PRIMARY KEY,
	origin TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reruns_origin ON reruns (origin, run);

-- What was done for a key that somebody gave with his wish: a repeat is
-- answered with the same. what is the wish, result the id that it led to.
CREATE TABLE deeds (
	actor TEXT NOT NULL,
	deed_key BLOB NOT NULL,
	what BLOB NOT NULL,
	result TEXT NOT NULL,
	taken_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (actor, deed_key)
) WITHOUT ROWID;
CREATE INDEX deeds_expires ON deeds (expires_at);

-- One thing that is done to many runs. position is how far the walk over them
-- has come; owner is the server that works on it until owned_until.
CREATE TABLE bulks (
	id TEXT PRIMARY KEY,
	action TEXT NOT NULL,
	filter BLOB NOT NULL,
	version BIGINT NOT NULL,
	rate BIGINT NOT NULL,
	one_first BIGINT NOT NULL,
	state TEXT NOT NULL,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	finished_at BIGINT,
	total BIGINT NOT NULL,
	position TEXT NOT NULL,
	walked BIGINT NOT NULL,
	first_run TEXT NOT NULL,
	acted BIGINT NOT NULL,
	refused BIGINT NOT NULL,
	succeeded BIGINT NOT NULL,
	retrying BIGINT NOT NULL,
	paused BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	owner TEXT NOT NULL,
	owned_until BIGINT NOT NULL
);
CREATE INDEX bulks_running ON bulks (id) WHERE state = 'running';

-- The runs whose outcome is not counted yet; retrying is 1 for those that are
-- counted as such.
CREATE TABLE bulk_runs (
	bulk TEXT NOT NULL,
	retrying BIGINT NOT NULL,
	run TEXT NOT NULL,
	PRIMARY KEY (bulk, retrying, run)
) WITHOUT ROWID;
