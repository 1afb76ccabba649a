-- What came in and what became of it, by the quarter of an hour since 1970 in
-- which the event came; a quarter, because days begin there in every time zone.
-- Each node has rows of its own, so that none waits for another. events, bare
-- (no scenario ran for it), runs and done (runs that succeeded) are counted in the
-- commit that stores them; gone are removed runs that had not succeeded, and
-- gone_… events by the worst state of the last runs that were removed of them.
CREATE TABLE tallies (
	slot BIGINT NOT NULL,
	source TEXT NOT NULL,
	node TEXT NOT NULL,
	events BIGINT NOT NULL,
	bare BIGINT NOT NULL,
	runs BIGINT NOT NULL,
	done BIGINT NOT NULL,
	repeats BIGINT NOT NULL,
	rejected BIGINT NOT NULL,
	gone BIGINT NOT NULL,
	gone_failed BIGINT NOT NULL,
	gone_cancelled BIGINT NOT NULL,
	gone_skipped BIGINT NOT NULL,
	gone_held BIGINT NOT NULL,
	PRIMARY KEY (slot, source, node)
) WITHOUT ROWID;

-- What is there already. A run counts where its event came, once for each event.
INSERT INTO tallies (slot, source, node, events, bare, runs, done, repeats, rejected, gone, gone_failed, gone_cancelled, gone_skipped, gone_held)
SELECT c.slot, c.source, '', count(*), sum(CASE WHEN c.runs = 0 THEN 1 ELSE 0 END), CAST(sum(c.runs) AS BIGINT), CAST(sum(c.done) AS BIGINT),
	0, 0, 0, 0, 0, 0, 0
FROM (SELECT e.id, e.received_at / 900000 AS slot, e.source AS source, count(r.id) AS runs,
		sum(CASE WHEN r.state = 'succeeded' THEN 1 ELSE 0 END) AS done
	FROM events e LEFT JOIN runs r ON r.event = e.id GROUP BY e.id, e.source, e.received_at) c
GROUP BY c.slot, c.source;
