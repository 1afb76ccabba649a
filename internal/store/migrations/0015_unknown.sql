-- Whether a request of a run's present step may have been done (unsure, one more
-- than the times that was asked in vain), and which step is done again because its
-- result was too old (renewal; 'over' when it was). purpose is why an attempt was
-- made.
ALTER TABLE runs ADD COLUMN unsure BIGINT NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN renewal TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
