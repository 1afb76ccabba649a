-- draft stays what could be read of the draft; draft_document is JSON as its
-- writer left it, draft_text the same as YAML with comments. draft_base is the
-- version that was published when the draft was begun.
ALTER TABLE scenarios ADD COLUMN draft_document TEXT;
ALTER TABLE scenarios ADD COLUMN draft_text TEXT;
ALTER TABLE scenarios ADD COLUMN draft_base BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scenarios ADD COLUMN draft_at BIGINT;
ALTER TABLE scenarios ADD COLUMN draft_by TEXT NOT NULL DEFAULT '';
ALTER TABLE scenarios ADD COLUMN updated_by TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN text TEXT;
ALTER TABLE source_tokens ADD COLUMN used_at BIGINT;
