-- One person is erased everywhere: a job, and what it has found and not yet
-- erased. The value itself is sealed, and gone once the job is over.
CREATE TABLE erasures (
	id TEXT PRIMARY KEY,
	state TEXT NOT NULL,
	mark TEXT NOT NULL,
	sealed BLOB,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	finished_at BIGINT,
	progress TEXT NOT NULL,
	owner TEXT NOT NULL,
	owned_until BIGINT NOT NULL
);
CREATE INDEX erasures_open ON erasures (id) WHERE finished_at IS NULL;

CREATE TABLE erasure_finds (
	erasure TEXT NOT NULL,
	kind TEXT NOT NULL,
	id TEXT NOT NULL,
	part TEXT NOT NULL,
	PRIMARY KEY (erasure, kind, id, part)
) WITHOUT ROWID;
