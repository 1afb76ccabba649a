-- When a source last refused a caller: refusals are counted by quarters of an hour, and
-- its protection may have been changed in the middle of one.
ALTER TABLE sources ADD COLUMN refused_at BIGINT NOT NULL DEFAULT 0;
