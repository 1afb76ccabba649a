-- Why a mass action left runs alone: how many for which code, as JSON. What an older
-- server left alone is counted in refused only.
ALTER TABLE bulks ADD COLUMN refusals TEXT;
