import type { RunSummary } from '@/api'

/** Part of the list as the server told it just now. */
export interface Reading {
  items: readonly RunSummary[]
  /** Nothing older matches. */
  all: boolean
  /** The youngest id that is outside; the newest runs are read when it is left out. */
  below?: string
}

/** What a reading changes in a list that somebody looks at. Lists are sorted by id, the newest first. */
export interface Merged {
  /** The list without a row moved, with what is known of its rows brought up to date. */
  rows: RunSummary[]
  /** Runs of the reading that the list does not have: new ones, and those that have come to match. */
  fresh: RunSummary[]
  /** Rows that should have been in the reading and were not: they no longer match. */
  gone: string[]
}

/** Whether there are runs between a reading of the newest ones and the list: neither of the two has them. */
export const hole = (rows: readonly RunSummary[], head: Reading): boolean => {
  const oldest = head.items.at(-1)
  return !head.all && rows.length > 0 && oldest !== undefined && oldest.id > rows[0]!.id
}

/** Brings a list up to date from a reading of a part of it. */
export function merge(rows: readonly RunSummary[], reading: Reading): Merged {
  const fresh = new Map(reading.items.map((run) => [run.id, run]))
  const oldest = reading.items.at(-1)
  const out: RunSummary[] = []
  const gone: string[] = []
  for (const row of rows) {
    const now = fresh.get(row.id)
    fresh.delete(row.id)
    out.push(now ?? row)
    const inside = (!reading.below || row.id < reading.below) && (reading.all || (oldest !== undefined && row.id > oldest.id))
    if (!now && inside) gone.push(row.id)
  }
  const last = rows.at(-1)
  // What is older than the list's end comes with the next page.
  return { rows: out, fresh: [...fresh.values()].filter((run) => reading.all || !last || run.id > last.id), gone }
}

/** The list with runs put where they belong. */
export function insert(rows: readonly RunSummary[], fresh: readonly RunSummary[]): RunSummary[] {
  const known = new Set(rows.map((row) => row.id))
  return [...rows, ...fresh.filter((run) => !known.has(run.id))].sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
}

/** Whether a row may still change by itself. */
export const moves = (run: RunSummary): boolean => !['succeeded', 'skipped', 'cancelled'].includes(run.state)
