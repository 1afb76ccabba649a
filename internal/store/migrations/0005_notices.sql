-- What people have to be told of: a row comes in the commit of what it tells of
-- and goes in the commit that draws the conclusions.
CREATE TABLE signals (
	id TEXT PRIMARY KEY,
	trouble TEXT NOT NULL,
	kind TEXT NOT NULL,
	scenario TEXT NOT NULL,
	source TEXT NOT NULL,
	host BLOB,
	code TEXT NOT NULL,
	status BIGINT NOT NULL,
	run TEXT NOT NULL,
	n BIGINT NOT NULL,
	path TEXT NOT NULL,
	runs BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;

-- A cause from its first signal until it is over. ok_at is 0 before the first
-- success.
CREATE TABLE troubles (
	id TEXT PRIMARY KEY,
	scenario TEXT NOT NULL,
	source TEXT NOT NULL,
	host BLOB,
	code TEXT NOT NULL,
	status BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	failed_at BIGINT NOT NULL,
	ok_at BIGINT NOT NULL,
	over_at BIGINT,
	look_at BIGINT,
	run TEXT NOT NULL,
	n BIGINT NOT NULL,
	path TEXT NOT NULL,
	runs BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	told_end BIGINT NOT NULL,
	flaps BIGINT NOT NULL
);
CREATE INDEX troubles_open ON troubles (failed_at) WHERE over_at IS NULL;
CREATE INDEX troubles_look ON troubles (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX troubles_over ON troubles (over_at) WHERE over_at IS NOT NULL;

-- One piece of news; letter is empty when it was given up before one was
-- written.
CREATE TABLE notices (
	id TEXT PRIMARY KEY,
	trouble TEXT NOT NULL,
	kind TEXT NOT NULL,
	scenario TEXT NOT NULL,
	source TEXT NOT NULL,
	host BLOB,
	code TEXT NOT NULL,
	status BIGINT NOT NULL,
	at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	runs BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	run TEXT NOT NULL,
	path TEXT NOT NULL,
	recovered_at BIGINT,
	letter TEXT
);
CREATE INDEX notices_untold ON notices (due_at) WHERE letter IS NULL;
CREATE INDEX notices_trouble ON notices (trouble, id);

-- taken_until is until when a node is sending it; told are the addresses for
-- which the mail server took it.
CREATE TABLE letters (
	id TEXT PRIMARY KEY,
	created_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	state TEXT NOT NULL,
	tries BIGINT NOT NULL,
	taken_until BIGINT NOT NULL,
	last_error BLOB,
	sent_at BIGINT,
	subject BLOB,
	body BLOB,
	told TEXT NOT NULL
);
CREATE INDEX letters_due ON letters (due_at) WHERE state = 'pending';
CREATE INDEX letters_created ON letters (created_at);

INSERT INTO meta (name, value) VALUES ('alerts', '') ON CONFLICT (name) DO NOTHING;
