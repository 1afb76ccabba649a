import { api, call } from '@/api'
import type { Search } from '@/app/router'
import { change, format, parse, wordsOf, type QueryKey } from '@/words/query'

export const periods = ['-1h', '-24h', '-7d', '-30d'] as const

// Names that addresses had before there were questions; links in letters and bookmarks still have them.
const old: Record<string, QueryKey> = { state: 'state', scenario: 'scenario', source: 'source', event: 'event', since: 'after', until: 'before', mark: 'mark' }
export const oldNames = [...Object.keys(old), 'value'] as const

export const hasOld = (search: Search): boolean => oldNames.some((name) => search[name] !== undefined)

/** What the page's address asks for. */
export function questionOf(search: Search): string {
  const q = search.q ?? ''
  if (!hasOld(search)) return q
  const values: Partial<Record<QueryKey, string>> = {}
  for (const [name, key] of Object.entries(old)) if (search[name]) values[key] = search[name]
  const words = search.value ? format([{ key: '', value: search.value }]) : wordsOf(q)
  return change([format(parse(q).filter((term) => term.key)), words].filter(Boolean).join(' '), values)
}

// An id; the Idempotency-Key that begins with it; the traceparent and the trace, which are made of it.
const ids = [/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(-[a-z]\S*)?$/i, /^(00-)?[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}(-[0-9a-f]{16}-[0-9a-f]{2})?$/i]

/** Ids of runs and events, also as requests carried them: a person pastes one to open it. */
export const isId = (text: string): boolean => ids.some((one) => one.test(text.trim()))

/** Where a pasted id leads: to the run that it names or that its event has, else to the list of what it finds. */
export async function placeOf(id: string): Promise<{ to: '/runs/$id'; params: { id: string } } | { to: '/runs'; search: { q: string } }> {
  const q = id.trim().toLowerCase()
  const found = await call(api.GET('/api/v1/runs', { params: { query: { q, limit: 2 } } })).catch(() => undefined)
  const run = found?.items.find((one) => one.id === q) ?? (found?.items.length === 1 ? found.items[0] : undefined)
  return run ? { to: '/runs/$id', params: { id: run.id } } : { to: '/runs', search: { q } }
}
