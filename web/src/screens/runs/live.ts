import type { RunSummary } from '@/api'

/** What a fresh first page changes in a list that somebody looks at. */
export interface Merged {
  /** The list, with what is known of its rows brought up to date. */
  rows: RunSummary[]
  /** Runs that are new; they go on top now, or wait until they are asked for. */
  fresh: RunSummary[]
  /** Rows in the reach of the first page that no longer match the filter. */
  gone: string[]
}

/**
 * Brings a list up to date from a fresh first page without moving a row: the rows stay in their places, what is new is
 * told apart, and what no longer matches is only named.
 */
export function merge(rows: readonly RunSummary[], head: readonly RunSummary[], headIsAll: boolean): Merged {
  const fresh = new Map(head.map((run) => [run.id, run]))
  const oldest = head.at(-1)
  const out: RunSummary[] = []
  const gone: string[] = []
  for (const row of rows) {
    const now = fresh.get(row.id)
    fresh.delete(row.id)
    out.push(now ?? row)
    // Ids sort by time: a row that is younger than the page's end should have been on it.
    if (!now && (headIsAll || (oldest && row.id > oldest.id))) gone.push(row.id)
  }
  const first = rows[0]
  return { rows: out, fresh: [...fresh.values()].filter((run) => !first || run.id > first.id || headIsAll), gone }
}
