-- What all nodes know of a lane beside its runs; a lane without a row is open.
-- closed_until, probe_until, ramp_at and paused_at are 0 when they do not apply,
-- turn_at is in microseconds: when the next turn that nobody has is.
CREATE TABLE lanes (
	name TEXT PRIMARY KEY,
	paused_at BIGINT NOT NULL DEFAULT 0,
	paused_by TEXT NOT NULL DEFAULT '',
	drain TEXT NOT NULL DEFAULT '',
	closed_at BIGINT NOT NULL DEFAULT 0,
	closed_until BIGINT NOT NULL DEFAULT 0,
	closures BIGINT NOT NULL DEFAULT 0,
	code TEXT NOT NULL DEFAULT '',
	status BIGINT NOT NULL DEFAULT 0,
	probe TEXT NOT NULL DEFAULT '',
	probe_until BIGINT NOT NULL DEFAULT 0,
	ramp_at BIGINT NOT NULL DEFAULT 0,
	turn_at BIGINT NOT NULL DEFAULT 0
);

-- How many attempts ended well and badly, by the hour since 1970.
CREATE TABLE lane_hours (
	hour BIGINT NOT NULL,
	lane TEXT NOT NULL,
	ok BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	PRIMARY KEY (hour, lane)
) WITHOUT ROWID;

-- Scenarios take turns within their lane, so a claim finds the first of each.
DROP INDEX runs_due;
CREATE INDEX runs_due ON runs (lane, scenario, due_at, id)
	WHERE state IN ('queued', 'waiting') AND node IS NULL AND parked = 0;
