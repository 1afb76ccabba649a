-- Requests that several scenarios send, and, JSON, those that a version embeds: its
-- runs send them as they were when it was published.
CREATE TABLE saved_requests (
	name TEXT PRIMARY KEY,
	document TEXT NOT NULL,
	etag TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
) WITHOUT ROWID;
ALTER TABLE versions ADD COLUMN requests TEXT;
