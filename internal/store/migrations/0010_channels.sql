-- A letter goes through one channel; those that tell of the same news through
-- several channels are a bundle, which is what a notice names.
ALTER TABLE letters ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
ALTER TABLE letters ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
UPDATE letters SET bundle = id;
CREATE INDEX letters_bundle ON letters (bundle);
DROP INDEX letters_due;
CREATE INDEX letters_due ON letters (channel, due_at) WHERE state = 'pending';
