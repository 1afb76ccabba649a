-- login_key is the login as it is compared; a stranger chooses what it is
-- compared with. There is one owner, whichever node is asked.
CREATE TABLE users (
	id TEXT PRIMARY KEY,
	login TEXT NOT NULL,
	login_key BLOB NOT NULL,
	email TEXT NOT NULL,
	language TEXT NOT NULL,
	theme TEXT NOT NULL,
	role TEXT NOT NULL,
	password TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_login ON users (login_key);
CREATE UNIQUE INDEX users_owner ON users (role) WHERE role = 'owner';

-- hash is the SHA-256 of a token that only the browser has.
CREATE TABLE sessions (
	hash BLOB PRIMARY KEY,
	user_id TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);
