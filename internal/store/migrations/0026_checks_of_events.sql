-- Checks are found by the event with which they were made: what is damaged of others
-- keeps no event from being erased.
CREATE INDEX checks_event ON checks (event);
