-- What retention looks for is when runs ended: of those of one millisecond any
-- may be the first to go. The new index is made before the old one goes, so that
-- the table can be read meanwhile.
CREATE INDEX runs_ended ON runs (finished_at) WHERE finished_at IS NOT NULL;
DROP INDEX runs_finished;
