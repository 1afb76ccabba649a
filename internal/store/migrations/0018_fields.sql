-- What is known of the fields of each source's events (profile, JSON: names and
-- numbers, no values), up to which event, and what is not as it was (changes).
CREATE TABLE fields (
	source TEXT PRIMARY KEY,
	revision BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	profile BLOB NOT NULL,
	changes BLOB NOT NULL
) WITHOUT ROWID;

-- Silences of sources of which a person said that they are all right. since is
-- when the last event before one came.
CREATE TABLE silences (
	source TEXT NOT NULL,
	since BIGINT NOT NULL,
	accepted_at BIGINT NOT NULL,
	PRIMARY KEY (source, since)
) WITHOUT ROWID;

-- A host may show several certificates: there are several servers behind it.
CREATE TABLE shown_certificates (
	host BLOB NOT NULL,
	not_before BIGINT NOT NULL,
	not_after BIGINT NOT NULL,
	first_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (host, not_after)
) WITHOUT ROWID;
INSERT INTO shown_certificates (host, not_before, not_after, first_at, seen_at) SELECT host, 0, not_after, seen_at, seen_at FROM certificates;
DROP TABLE certificates;
ALTER TABLE shown_certificates RENAME TO certificates;
CREATE INDEX certificates_seen ON certificates (seen_at);
