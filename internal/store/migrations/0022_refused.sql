-- Whether a source has refused anybody is asked of all its quarters at once, and few
-- of them have.
CREATE INDEX tallies_refused ON tallies (source, slot) WHERE rejected > 0;
