/** What was done to a document, so that it can be taken back, also after a reload. */
import { difference, write, type Difference } from './pointer'
import { parseJson, writeJson } from './json'

export interface Change extends Difference {
  /** Changes of the same kind that follow one another quickly are one step back. */
  group: string
  at: number
}

export interface History {
  past: Change[]
  future: Change[]
}

export const emptyHistory: History = { past: [], future: [] }

const together = 1500
const most = 200
const mostBytes = 200_000

/** The history after a change from one document to another. */
export function record(history: History, before: unknown, after: unknown, group: string, now: number): History {
  const last = history.past[history.past.length - 1]
  if (last && group !== '' && last.group === group && now - last.at < together && history.future.length === 0) {
    // Both changes as one: what was before the first, what is after the second.
    const start = write(before, last.pointer, last.before)
    const joined = difference(start, after)
    return { past: [...history.past.slice(0, -1), { ...joined, group, at: now }], future: [] }
  }
  const change: Change = { ...difference(before, after), group, at: now }
  return { past: [...history.past, change].slice(-most), future: [] }
}

export function undo<T>(history: History, document: T): { document: T; history: History; change: Change } | undefined {
  const change = history.past[history.past.length - 1]
  if (!change) return undefined
  return {
    document: write(document, change.pointer, change.before),
    history: { past: history.past.slice(0, -1), future: [...history.future, change] },
    change,
  }
}

export function redo<T>(history: History, document: T): { document: T; history: History; change: Change } | undefined {
  const change = history.future[history.future.length - 1]
  if (!change) return undefined
  return {
    document: write(document, change.pointer, change.after),
    history: { past: [...history.past, { ...change, group: '' }], future: history.future.slice(0, -1) },
    change,
  }
}

/** The history as text, the oldest left out when it is too long. */
export function saveHistory(history: History): string {
  let { past } = history
  for (;;) {
    const text = writeJson({ past, future: history.future.slice(-most) })
    if (text.length <= mostBytes || past.length === 0) return text.length <= mostBytes ? text : writeJson(emptyHistory)
    past = past.slice(Math.ceil(past.length / 4))
  }
}

export function loadHistory(text: string | null): History {
  if (text === null) return emptyHistory
  try {
    const value = parseJson(text) as unknown as History
    const ok = (list: unknown): list is Change[] => Array.isArray(list) && list.every((c: Partial<Change> | null) => typeof c?.pointer === 'string')
    return ok(value.past) && ok(value.future) ? { past: value.past, future: value.future } : emptyHistory
  } catch {
    return emptyHistory
  }
}
