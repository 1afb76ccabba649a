-- What people did to runs. act is an id of its own, or that of the mass action
-- of which it was a part (many is 1 then); the row of a rerun is the new run's.
CREATE TABLE acts (
	run TEXT NOT NULL,
	act TEXT NOT NULL,
	many BIGINT NOT NULL,
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	from_version BIGINT NOT NULL,
	to_version BIGINT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (run, act)
) WITHOUT ROWID;
CREATE INDEX acts_act ON acts (act, run);

INSERT INTO acts (run, act, many, at, actor, action, from_version, to_version, detail)
	SELECT r.id, a.id, 0, a.at, a.actor, a.action, 0, 0, a.detail FROM audit a JOIN runs r ON r.id = substr(a.object, 5)
	WHERE a.object LIKE 'run/%' AND a.action <> 'rerun';
-- The detail of a rerun is {"run":"…"}.
INSERT INTO acts (run, act, many, at, actor, action, from_version, to_version, detail)
	SELECT r.id, a.id, 0, a.at, a.actor, a.action, 0, 0, '' FROM audit a JOIN runs r ON r.id = substr(a.detail, 9, 36)
	WHERE a.object LIKE 'run/%' AND a.action = 'rerun';
