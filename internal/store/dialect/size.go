package dialect

// liveBytes estimates what live rows take. Files do not shrink when rows are
// removed: their room is used again by later rows, so the files' size says
// nothing about how much history there is, and a limit by it would remove
// everything and still not be met.
//
// Of each table with its indexes the share counts that live rows fill: their
// number, which the database's statistics keep up to date with every commit,
// times the width of a row as the last ANALYZE found it. Where none was made,
// rows are as wide as the file is long for all that it holds, dead ones
// included. What is stored out of line is in chunks of a known size. Statistics
// are lost when the server crashes: then the number of rows of before counts,
// with what came and went since.
const liveBytes = `WITH tables AS (
		SELECT c.oid, c.reltoastrelid AS toast, pg_relation_size(c.oid) AS heap,
			pg_table_size(c.oid) - COALESCE(pg_total_relation_size(NULLIF(c.reltoastrelid, 0)), 0) + pg_indexes_size(c.oid) AS files,
			COALESCE(pg_total_relation_size(NULLIF(c.reltoastrelid, 0)), 0) AS toast_files,
			(SELECT sum(p.avg_width * (1 - p.null_frac)) + 32 FROM pg_stats p
				WHERE p.schemaname = current_schema() AND p.tablename = c.relname) AS width
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS regnamespace)
	), counts AS (
		SELECT s.relid, s.n_live_tup + s.n_dead_tup AS held,
			CASE WHEN COALESCE(s.last_analyze, s.last_autoanalyze, s.last_vacuum, s.last_autovacuum) IS NULL
				THEN GREATEST(c.reltuples, 0) + s.n_tup_ins - s.n_tup_del ELSE s.n_live_tup END AS live
		FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid
	)
	SELECT CAST(COALESCE(sum(
		t.files * LEAST(1, COALESCE(GREATEST(n.live, 0) * COALESCE(t.width, t.heap / CAST(NULLIF(n.held, 0) AS float8)) / NULLIF(t.heap, 0), 1))
		+ t.toast_files * LEAST(1, COALESCE(GREATEST(o.live, 0) * 2048.0 / NULLIF(pg_relation_size(NULLIF(t.toast, 0)), 0), 1))), 0) AS BIGINT)
	FROM tables t LEFT JOIN counts n ON n.relid = t.oid LEFT JOIN counts o ON o.relid = t.toast`
