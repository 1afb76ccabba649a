-- Checks stand apart from runs: nothing that claims, counts, lists or rescues
-- runs can meet one. summary and data are JSON, data packed with zstd; size is
-- data's length before that. event is null for one that was made up.
CREATE TABLE checks (
	id TEXT PRIMARY KEY,
	scenario TEXT NOT NULL,
	event TEXT,
	created_at BIGINT NOT NULL,
	finished_at BIGINT NOT NULL,
	summary BLOB NOT NULL,
	size BIGINT NOT NULL,
	data BLOB NOT NULL
);
CREATE INDEX checks_scenario ON checks (scenario, id);
CREATE INDEX checks_finished ON checks (finished_at, id);
