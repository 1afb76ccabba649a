import type { Search } from '@/app/router'
import { runStates, type RunStateName } from '@/words/states'
import { change, format, parse, valueOf, wordsOf, type QueryKey } from './query'

export const periods = ['-1h', '-24h', '-7d', '-30d'] as const

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time of a filter: absolute (RFC 3339) or relative to now (-24h, -7d), as the API takes it; undefined for neither. */
export function moment(text: string | undefined, now: number): string | undefined {
  if (!text) return undefined
  const relative = /^-(\d{1,4})([mhd])$/.exec(text)
  if (relative) {
    // A whole minute, so that a page that is drawn again asks the same question again.
    const minute = Math.floor(now / 60_000) * 60_000
    return new Date(minute - Number(relative[1]) * units[relative[2]!]!).toISOString()
  }
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

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

/** The states that a question names; what is not a state is left out. */
export const statesOf = (question: string): RunStateName[] =>
  valueOf(question, 'state')
    .toLowerCase()
    .split(',')
    .filter((state): state is RunStateName => (runStates as readonly string[]).includes(state))

/** The question as members of the action on many runs; undefined where they cannot say it. */
export function membersOf(question: string, now: number) {
  const terms = parse(question)
  if (terms.length === 0 || terms.some((term) => ['status', 'code', 'lane', 'mark', 'text'].includes(term.key))) return undefined
  const of = (key: QueryKey) => valueOf(question, key) || undefined
  const since = of('after')
  const until = of('before')
  if ((since && !moment(since, now)) || (until && !moment(until, now))) return undefined
  const words = terms.filter((term) => !term.key).map((term) => term.value)
  const states = statesOf(question)
  if (words.length === 1 && isId(words[0]!)) return undefined
  return {
    states: states.length > 0 ? states : undefined,
    scenario: of('scenario'),
    source: of('source'),
    event: of('event'),
    value: words.length > 0 ? words.join(' ') : undefined,
    since: moment(since, now),
    until: moment(until, now),
  }
}

/** Ids of runs and events: a person pastes one to open it. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text.trim())
