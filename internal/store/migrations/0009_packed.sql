-- exchange is what an attempt carried, packed with zstd: then request_line is
-- empty, and the columns of headers and inline bodies, status_line and detail
-- are NULL. A body of events is packed too when it is shorter than body_size.
ALTER TABLE attempts ADD COLUMN exchange BLOB;
