import type { RunsFilter } from '@/api'
import type { Search } from '@/app/router'
import { runStates, type RunStateName } from '@/words/states'

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

/** The states that an address names; what is not a state is left out. */
export const statesOf = (search: Search): RunStateName[] => (search.state ?? '').split(',').filter((state): state is RunStateName => (runStates as readonly string[]).includes(state))

/** What the page's address asks for, as the API takes it. */
export function filterOf(search: Search, now: number): RunsFilter {
  const states = statesOf(search)
  return {
    ...(states.length > 0 && { state: states }),
    ...(search.scenario && { scenario: search.scenario }),
    ...(search.source && { source: search.source }),
    ...(search.event && { event: search.event }),
    ...(search.value && { value: search.value }),
    ...(moment(search.since, now) && { since: moment(search.since, now) }),
    ...(moment(search.until, now) && { until: moment(search.until, now) }),
    ...((search.mark === 'check' || search.mark === 'template.missing') && { mark: search.mark as NonNullable<RunsFilter['mark']> }),
  }
}

export const names = ['state', 'scenario', 'source', 'event', 'value', 'since', 'until', 'mark'] as const

export const isFiltered = (search: Search): boolean => names.some((name) => Boolean(search[name]))

/** Ids of runs and events: a person pastes one to open it. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text.trim())
