/** Checks on their way, one of each scenario and saved request. The server goes on with them when nobody reads, so they outlive the page of their editor. */
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { api, ApiError, ask, call, keys, type CheckLine, type components } from '@/api'
import { applied, begun, ended, noCheck, type CheckState } from './state'

/** What is checked: a scenario's draft, or a saved request by itself. */
export interface Checked {
  of: 'scenario' | 'request'
  name: string
  title: string
}

/** A check that goes on, or that ended, elsewhere than on the page that is open. */
export interface Away extends Checked {
  state: CheckState
}

interface Held extends Checked {
  state: CheckState
  reading: AbortController
  /** The connection broke; what became of it is asked when there is one again. */
  lost: boolean
  firsts: ReadonlyMap<string, string>
  client: QueryClient
}

const all = new Map<string, Held>()
const open = new Set<string>()
const watchers = new Set<() => void>()
let away: readonly Away[] = []

const keyOf = ({ of, name }: Pick<Checked, 'of' | 'name'>): string => `${of} ${name}`

function tell(): void {
  away = [...all].filter(([key]) => !open.has(key)).map(([, held]) => held)
  for (const watcher of watchers) watcher()
}

function set(key: string, held: Held): void {
  all.set(key, held)
  tell()
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** The check of what an editor shows. While the editor is there, it tells of it alone; what has ended by then goes with it. */
export function useCheckState({ of, name }: Pick<Checked, 'of' | 'name'>): CheckState {
  const key = keyOf({ of, name })
  useEffect(() => {
    open.add(key)
    tell()
    return () => {
      open.delete(key)
      if (!all.get(key)?.state.running) all.delete(key)
      tell()
    }
  }, [key])
  return useSyncExternalStore(watch, () => all.get(key)?.state ?? noCheck)
}

export const useChecksAway = (): readonly Away[] => useSyncExternalStore(watch, () => away)

interface Beginning extends Checked {
  client: QueryClient
  /** The first path of the only step that is tried. */
  first: string | undefined
  firsts: ReadonlyMap<string, string>
  lines: (signal: AbortSignal) => AsyncGenerator<CheckLine>
}

/** Begins a check in place of the one that is on its way. */
export function begin({ lines, first, ...wish }: Beginning): void {
  const key = keyOf(wish)
  cancel(wish)
  const reading = new AbortController()
  set(key, { ...wish, reading, lost: false, state: begun(all.get(key)?.state ?? noCheck, first, Date.now()) })
  void follow(key, reading, lines)
}

async function follow(key: string, reading: AbortController, lines: Beginning['lines']): Promise<void> {
  /** Undefined when another one was begun meanwhile. */
  const mine = (): Held | undefined => {
    const held = all.get(key)
    return held?.reading === reading ? held : undefined
  }
  let state = 'cancelled'
  let failed: ApiError | undefined
  try {
    for await (const line of lines(reading.signal)) {
      const held = mine()
      if (held) set(key, { ...held, state: applied(held.state, line, held.firsts) })
    }
  } catch (error) {
    const held = mine()
    // It goes on without this page, which asks for it as soon as it can.
    if (held?.state.runId !== undefined && !reading.signal.aborted) return set(key, { ...held, lost: true })
    if (!reading.signal.aborted) [state, failed] = ['failed', error instanceof ApiError ? error : undefined]
  }
  const held = mine()
  if (held) end(key, held, state, failed)
}

function end(key: string, held: Held, state: string, error?: ApiError): void {
  set(key, { ...held, lost: false, state: { ...ended(held.state, state, Date.now()), error } })
  const { client, name } = held
  void client.invalidateQueries({ queryKey: keys.runs })
  // What stood in the editor stays there; the next one begins with what is kept.
  void client.invalidateQueries({ queryKey: keys.past(name), refetchType: 'none' })
}

/** Ends a check. One of which the server has said nothing is ended by leaving it. */
export function cancel(which: Pick<Checked, 'of' | 'name'>): void {
  const held = all.get(keyOf(which))
  if (!held?.state.running) return
  const id = held.state.runId
  if (id === undefined) return held.reading.abort()
  call(api.POST('/api/v1/checks/{id}/cancel', { params: { path: { id } } })).catch(() => held.reading.abort())
}

/** Takes one that has ended off the pages. */
export function forget(which: Pick<Checked, 'of' | 'name'>): void {
  all.delete(keyOf(which))
  tell()
}

/** Follows what goes on at the server and is not followed here: what this person began before the page was loaded, or before the connection broke. */
export async function attach(client: QueryClient, login: string): Promise<void> {
  const { items } = await call(api.GET('/api/v1/checks'))
  for (const one of items) if (one.by === login) take(client, one)
  for (const [key, held] of all) if (held.lost) void settle(key, held)
}

function take(client: QueryClient, one: components['schemas']['GoingCheck']): void {
  const checked: Checked = one.request === undefined ? { of: 'scenario', name: one.scenario ?? '', title: one.title } : { of: 'request', name: one.request, title: one.title }
  const key = keyOf(checked)
  const held = all.get(key)
  if (held?.state.running && !(held.lost && held.state.runId === one.run_id)) return
  const reading = new AbortController()
  const first = one.step && (held?.firsts.get(one.step) ?? one.step)
  const state = { ...begun(held?.state ?? noCheck, first, Date.parse(one.started_at)), runId: one.run_id }
  set(key, { ...checked, client, reading, lost: false, firsts: held?.firsts ?? new Map(), state })
  void follow(key, reading, (signal) => readLines(`/checks/${one.run_id}`, { signal }))
}

/** How one ended while nobody looked. */
async function settle(key: string, held: Held): Promise<void> {
  const run = await call(api.GET('/api/v1/runs/{id}', { params: { path: { id: held.state.runId! } } })).catch(() => undefined)
  if (run && all.get(key) === held) end(key, held, run.state)
}

/** The lines of a check as they come. */
export async function* readLines(path: string, sent: Parameters<typeof ask>[1]): AsyncGenerator<CheckLine> {
  const response = await ask(path, { ...sent, headers: { Accept: 'application/x-ndjson' } })
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    rest += value ?? ''
    const parts = rest.split('\n')
    rest = done ? '' : (parts.pop() ?? '')
    for (const part of parts) if (part.trim()) yield JSON.parse(part) as CheckLine
    if (done) return
  }
}
