-- The paths of the steps of which a request may have been done, with a space
-- between them; * is the step whose request the run comes to first. So it is where
-- unsure is above 0 and this is empty: that row was written by an older server.
ALTER TABLE runs ADD COLUMN doubts TEXT NOT NULL DEFAULT '';

-- Among how many nodes a node keeps to its part of what all may send together: no
-- request of before is on its way that goes beyond it. -1 is that of an older server,
-- which does not tell.
ALTER TABLE nodes ADD COLUMN parts BIGINT NOT NULL DEFAULT -1;
