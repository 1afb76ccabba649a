-- The attempts that did not succeed, by the run that made them: the history
-- counts them. One that succeeds never meets this.
CREATE INDEX attempts_failed ON attempts (run) WHERE outcome <> 'ok';
