-- From and until when a secret's value is good, 0 where that is not known, and of
-- which of its versions that is said: an older server sets a value and does not say.
ALTER TABLE secrets ADD COLUMN good_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE secrets ADD COLUMN good_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE secrets ADD COLUMN good_of BIGINT NOT NULL DEFAULT 0;
