-- How the work of scenarios ended, by the five minutes since 1970: attempts that
-- succeeded or failed, runs that succeeded (done) or came to a bad end (bad).
CREATE TABLE outcomes (
	slot BIGINT NOT NULL,
	scenario TEXT NOT NULL,
	ok BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	done BIGINT NOT NULL,
	bad BIGINT NOT NULL,
	PRIMARY KEY (slot, scenario)
) WITHOUT ROWID;

-- Until when the certificates of hosts are good, as they showed them last.
CREATE TABLE certificates (
	host BLOB PRIMARY KEY,
	not_after BIGINT NOT NULL,
	seen_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX certificates_seen ON certificates (seen_at);
