-- Events that have runs, and the worst state of those of their runs that retention
-- removed without success: what became of an event does not become better by that.
CREATE TABLE fallen (
	event TEXT PRIMARY KEY,
	state TEXT NOT NULL
) WITHOUT ROWID;
