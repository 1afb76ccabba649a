-- What a mass action sets in place of the retry policy of its runs; JSON.
ALTER TABLE bulks ADD COLUMN retry TEXT;
