/** Checks on their way, one of each scenario and saved request. The server goes on with them when nobody reads, so they outlive the page of their editor. */
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { api, ApiError, ask, call, keys, sessionQuery, type CheckLine } from '@/api'
import { applied, begun, ended, isOver, noCheck, progressed, type CheckState, type GoingCheck } from './state'

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
  firsts: ReadonlyMap<string, string>
  client: QueryClient
  /** It was begun before this page was loaded, or on another one. */
  attached: boolean
  /** The server has taken it that this one is to end. */
  cancelled: boolean
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
      if (all.get(key)?.state.running) tell()
      else forget({ of, name })
    }
  }, [key, of, name])
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

/** Begins a check in place of the one that was begun here before, once that is cancelled. One that was begun elsewhere is left alone, and nothing is begun: false. */
export async function begin({ lines, first, ...wish }: Beginning): Promise<boolean> {
  const key = keyOf(wish)
  const old = all.get(key)
  if (old?.state.running) {
    if (old.attached) return false
    await cancel(wish)
    // The next one was begun by another wish meanwhile.
    if (all.get(key)?.reading !== old.reading) return true
  }
  seen(old?.state)
  const reading = new AbortController()
  set(key, { ...wish, reading, attached: false, cancelled: false, state: begun(all.get(key)?.state ?? noCheck, first, Date.now()) })
  void follow(key, reading, lines)
  return true
}

/** So long, in milliseconds, it takes until what broke off is taken up again, and so long at most when that fails again and again. */
const soonest = 500
const latest = 30_000
/** So often it is asked how far one is that another server goes on with. */
const looking = 3_000
/** How often the server may know nothing of a check before that is said. */
const patience = 10

async function follow(key: string, reading: AbortController, lines: Beginning['lines']): Promise<void> {
  /** Undefined when another one was begun meanwhile. */
  const mine = (): Held | undefined => {
    const held = all.get(key)
    return held?.reading === reading ? held : undefined
  }
  const over = (state: string, error?: ApiError): void => {
    const held = mine()
    if (held) end(key, held, state, error)
  }
  for (let pause = soonest, unseen = 0; mine(); pause = Math.min(2 * pause, latest)) {
    try {
      for await (const line of lines(reading.signal)) {
        const held = mine()
        if (held) set(key, { ...held, state: applied(held.state, line, held.firsts) })
        ;[pause, unseen] = [soonest, 0]
      }
      return over('cancelled')
    } catch (error) {
      if (reading.signal.aborted) return over('cancelled')
      const id = mine()?.state.runId
      if (id === undefined) return over('failed', error instanceof ApiError ? error : undefined)
      // It goes on without this page, which takes it up again as soon as it can.
      lines = (signal) => readLines(`/checks/${id}`, { signal })
      const going = isGone(error) ? await elsewhere(id) : undefined
      if (going?.state === 'lost') return over('lost')
      if (going) {
        const held = mine()
        if (held) set(key, { ...held, state: progressed(held.state, going, held.firsts) })
        unseen = 0
        pause = looking
      } else if (going === null) {
        const run = await call(api.GET('/api/v1/runs/{id}', { params: { path: { id } } })).catch((error: unknown) => (isGone(error) ? null : undefined))
        if (run && isOver(run)) return over(run.reason === 'check.lost' ? 'lost' : run.state)
        // The server that was asked does not have it, and nobody has written down yet how it ended.
        if (run !== undefined && mine()?.cancelled) return over('cancelled')
        if (run !== undefined && ++unseen >= patience) return over('unseen')
      }
    }
    await rest(pause)
  }
}

/** What the servers together know of a check that the one which was asked does not have: null when it is not on its way, nothing when they cannot be asked. */
async function elsewhere(id: string): Promise<GoingCheck | null | undefined> {
  const list = await call(api.GET('/api/v1/checks')).catch(() => undefined)
  return list && (list.items.find((one) => one.run_id === id) ?? null)
}

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404

const resting = new Set<() => void>()

/** A pause that {@link wake} ends. */
const rest = (ms: number): Promise<void> =>
  new Promise((go) => {
    const rise = () => {
      clearTimeout(timer)
      resting.delete(rise)
      go()
    }
    const timer = setTimeout(rise, ms)
    resting.add(rise)
  })

function wake(): void {
  for (const rise of [...resting]) rise()
}

function end(key: string, held: Held, state: string, error?: ApiError): void {
  set(key, { ...held, state: { ...ended(held.state, state, Date.now()), error } })
  const { client, name } = held
  void client.invalidateQueries({ queryKey: keys.runs })
  if (held.of === 'request') {
    void client.invalidateQueries({ queryKey: keys.requests })
    void client.invalidateQueries({ queryKey: keys.request(name) })
    return
  }
  // What stood in the editor stays there; the next one begins with what is kept.
  void client.invalidateQueries({ queryKey: keys.past(name), refetchType: 'none' })
}

const cancelAt = (id: string): Promise<unknown> => call(api.POST('/api/v1/checks/{id}/cancel', { params: { path: { id } } }))

/** Ends a check; when the server cannot be told it goes on, and that is thrown. One of which the server has said nothing is ended by leaving it. */
export async function cancel(which: Pick<Checked, 'of' | 'name'>): Promise<void> {
  const key = keyOf(which)
  const held = all.get(key)
  if (!held?.state.running) return
  const id = held.state.runId
  if (id === undefined) {
    held.reading.abort()
    void endUnheard(held)
    return
  }
  await cancelAt(id)
  const now = all.get(key)
  if (now?.reading === held.reading) set(key, { ...now, cancelled: true })
  wake()
}

/** The server may have begun what was left before it could be heard: a check of the same by the same person, as young as the wish, that is not followed here. */
async function endUnheard({ of, name, client, state: { since } }: Held): Promise<void> {
  const key = keyOf({ of, name })
  const login = client.getQueryData(sessionQuery.queryKey)?.user?.login
  for (const pause of [0, 1000, 4000]) {
    await rest(pause)
    const { data, response } = await api.GET('/api/v1/checks').catch(() => ({ data: undefined, response: undefined }))
    const held = all.get(key)
    // The next one may be among them, and cannot be told from this one yet.
    if (!data || (held?.state.running && held.state.runId === undefined)) continue
    // The clock of the server may be another; its answers tell only seconds.
    const now = Date.parse(response?.headers.get('Date') ?? '') || Date.now()
    const age = Date.now() - since + 2000
    const left = data.items.filter((one) => one.by === login && keyOf(checkedOf(one)) === key && one.run_id !== held?.state.runId && now - Date.parse(one.started_at) <= age)
    await Promise.all(left.map((one) => cancelAt(one.run_id).catch(() => undefined)))
  }
}

/** Takes one that has ended off the pages. That one was lost the servers tell until they hear that it was seen. */
export function forget(which: Pick<Checked, 'of' | 'name'>): void {
  seen(all.get(keyOf(which))?.state)
  all.delete(keyOf(which))
  tell()
}

const isLost = (state: CheckState | undefined): boolean => state?.finished?.state === 'lost'

function seen(state: CheckState | undefined): void {
  if (state?.runId !== undefined && isLost(state)) void cancelAt(state.runId).catch(() => undefined)
}

/** Follows what goes on at the server and is not followed here: what this person began before the page was loaded, or on another one. */
export async function attach(client: QueryClient, login: string): Promise<void> {
  wake()
  const { items } = await call(api.GET('/api/v1/checks'))
  // Of several the newest is taken.
  for (const one of items.filter(({ by }) => by === login).reverse()) take(client, one)
}

const checkedOf = (one: GoingCheck): Checked =>
  one.request === undefined ? { of: 'scenario', name: one.scenario ?? '', title: one.title } : { of: 'request', name: one.request, title: one.title }

function take(client: QueryClient, one: GoingCheck): void {
  const checked = checkedOf(one)
  const key = keyOf(checked)
  const held = all.get(key)
  if (held?.state.running) return
  // One that was followed to its end may still stand in a list that was asked for before.
  if (held?.state.runId === one.run_id && one.state !== 'lost' && held.state.finished?.state !== 'unseen') return
  // The loss of one that is told here already, or of one before it, is no news. Ids sort by time.
  if (held && one.state === 'lost' && (held.state.runId ?? '') >= one.run_id) {
    // Of several losses the last one is told for all: closed, it brings up no other.
    if (isLost(held.state) && held.state.runId !== one.run_id) void cancelAt(one.run_id).catch(() => undefined)
    return
  }
  const reading = new AbortController()
  const firsts = new Map(Object.entries(one.was ?? {}))
  const first = one.step && (firsts.get(one.step) ?? one.step)
  const state = { ...begun(held?.state ?? noCheck, first, Date.parse(one.started_at)), runId: one.run_id }
  set(key, { ...checked, client, reading, firsts, attached: true, cancelled: false, state })
  const fresh = all.get(key)
  if (one.state === 'lost') return fresh && end(key, fresh, 'lost')
  void follow(key, reading, (signal) => readLines(`/checks/${one.run_id}`, { signal }))
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
