import { QueryClient } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { sessionQuery } from '@/api'
import { loadCodes } from '@/i18n/codes'
import { attach, begin, cancel, forget, readLines, useChecksAway } from './checks'

const at = '2026-03-02T09:00:00Z'
const name = 'lead'
const which = { of: 'scenario', name } as const
const line = (one: object) => `${JSON.stringify(one)}\n`
const started = line({ type: 'started', run_id: 'c1', steps: ['deal'] })
const finished = line({ type: 'finished', run_id: 'c1', state: 'succeeded', duration_ms: 5 })
const going = (one: object = {}) => ({ run_id: 'c1', scenario: name, title: 'Lead', started_at: at, by: 'owner', state: 'going', requests: 0, ...one })
const run = (state: string, reason?: string) => Response.json({ id: 'c1', state, created_at: at, reason })
const gone = () => Response.json({ status: 404, code: 'not_found' }, { status: 404 })
const offline = () => Promise.reject(new TypeError('no network'))

type Answer = (request: Request) => Response | Promise<Response>
let server: Record<string, Answer>
let asked: string[]
let client: QueryClient

/** A stream of lines that waits for more, until it breaks off. */
function stream(...lines: string[]): { response: Response; say: (text: string) => void; breakOff: () => void; end: () => void } {
  let to!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (to = controller) })
  const say = (text: string) => to.enqueue(new TextEncoder().encode(text))
  lines.forEach(say)
  return { response: new Response(body), say, breakOff: () => to.error(new TypeError('network error')), end: () => to.close() }
}

const start = () => begin({ ...which, title: 'Lead', client, first: undefined, firsts: new Map(), lines: (signal) => readLines('/check', { method: 'POST', body: '{}', signal }) })

/** What the page tells of the check. */
const told = () => renderHook(() => useChecksAway()).result.current.find((one) => one.name === name)?.state
const pass = async (seconds: number) => {
  for (let i = 0; i < seconds * 4; i++) await vi.advanceTimersByTimeAsync(250)
}

beforeEach(async () => {
  await loadCodes()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  asked = []
  client = new QueryClient()
  client.setQueryData(sessionQuery.queryKey, { user: { login: 'owner' } } as never)
  vi.stubGlobal('fetch', async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`
    asked.push(what)
    return (server[what] ?? gone)(request)
  })
})
afterEach(async () => {
  server = { 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  await cancel(which)
  await pass(40)
  forget(which)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('what breaks off is taken up again by itself, as often as it takes', async () => {
  const first = stream(started)
  const last = stream(started, '\n')
  const follow = [offline, offline, () => last.response]
  server = { 'POST /check': () => first.response, 'GET /checks/c1': () => follow.shift()!() }
  await start()
  await pass(1)
  expect(told()).toMatchObject({ running: true, runId: 'c1' })
  first.breakOff()
  await pass(10)
  expect(follow).toEqual([])
  expect(told()?.running).toBe(true)
  last.say(finished)
  last.end()
  await pass(1)
  expect(told()).toMatchObject({ running: false, finished: { ok: true } })
})

it('one that ended between the list and its first line is told by its run', async () => {
  const lists = [[going()]]
  server = { 'GET /checks': () => Response.json({ items: lists.shift() ?? [] }), 'GET /runs/c1': () => run('succeeded') }
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toMatchObject({ running: false, finished: { ok: true } })
})

it('one that was followed to its end is not taken up again by a list of before', async () => {
  const lines = stream(started, finished)
  lines.end()
  server = { 'GET /checks': () => Response.json({ items: [going()] }), 'GET /checks/c1': () => lines.response }
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toMatchObject({ running: false, finished: { ok: true } })
  await attach(client, 'owner')
  await pass(1)
  expect(asked.filter((what) => what === 'GET /checks/c1')).toHaveLength(1)
})

it('one that another server goes on with is not called cancelled', async () => {
  const first = stream(started)
  server = { 'POST /check': () => first.response, 'GET /checks': () => Response.json({ items: [] }), 'GET /runs/c1': () => run('cancelled', 'check.going') }
  await start()
  await pass(1)
  first.breakOff()
  await pass(20)
  expect(told()?.running).toBe(true)
  await pass(300)
  expect(told()).toMatchObject({ running: false, finished: { state: 'unseen' } })
})

it('one that could not be cancelled goes on, and that is told', async () => {
  const first = stream(started)
  server = { 'POST /check': () => first.response, 'POST /checks/c1/cancel': offline }
  await start()
  await pass(1)
  await expect(cancel(which)).rejects.toMatchObject({ offline: true })
  await pass(1)
  expect(told()?.running).toBe(true)
})

it('one that is out of sight and was cancelled is over', async () => {
  const first = stream(started)
  server = { 'POST /check': () => first.response, 'GET /checks': () => Response.json({ items: [] }), 'GET /runs/c1': () => run('cancelled', 'check.going'), 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  await start()
  await pass(1)
  first.breakOff()
  await pass(5)
  await cancel(which)
  await pass(1)
  expect(told()).toMatchObject({ running: false, finished: { state: 'cancelled' } })
})

it('one that was left before the server was heard is cancelled there, and nobody else’s', async () => {
  const now = new Date().toISOString()
  const items = [going({ run_id: 'c1', started_at: now }), going({ run_id: 'c2', started_at: now, by: 'other' }), going({ run_id: 'c3' }), going({ run_id: 'c4', started_at: now, scenario: 'another' })]
  const silent: Answer = (request) => new Promise((_, fail) => request.signal.addEventListener('abort', () => fail(new DOMException('left', 'AbortError'))))
  server = { 'POST /check': silent, 'GET /checks': () => Response.json({ items }, { headers: { Date: new Date().toUTCString() } }), 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  void start()
  await pass(1)
  await cancel(which)
  await pass(1)
  expect(new Set(asked.filter((one) => one.endsWith('/cancel')))).toEqual(new Set(['POST /checks/c1/cancel']))
})

it('of several the newest is followed, steps are known by their first paths, and the next check waits for it', async () => {
  const lines = stream(line({ type: 'started', run_id: 'c2' }), line({ type: 'step', path: 'deal', state: 'running' }))
  server = { 'GET /checks': () => Response.json({ items: [going(), going({ run_id: 'c2', step: 'deal', was: { deal: 'was' } })] }), 'GET /checks/c2': () => lines.response }
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toMatchObject({ running: true, runId: 'c2', asked: { first: 'was' }, results: { was: { state: 'running' } } })
  expect(await start()).toBe(false)
  expect(asked).not.toContain('POST /check')
  lines.say(line({ type: 'finished', run_id: 'c2', state: 'succeeded' }))
  lines.end()
  await pass(1)
  expect(told()?.running).toBe(false)
})

it('of one at another server the list tells how far it is, until its run tells how it ended', async () => {
  const lists = [[going({ elsewhere: true })], [going({ elsewhere: true, requests: 1, at: 'deal', was: { deal: 'was' } })], [going({ elsewhere: true, requests: 2, at: 'after', state: 'ending' })]]
  let list = lists[0]
  server = { 'GET /checks': () => Response.json({ items: list }), 'GET /runs/c1': () => run('cancelled', 'cancelled'), 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  await attach(client, 'owner')
  list = lists[1]
  await pass(4)
  expect(told()).toMatchObject({ running: true, elsewhere: { requests: 1, ending: false }, results: { deal: { state: 'running' } } })
  await cancel(which)
  list = lists[2]
  await pass(4)
  expect(told()).toMatchObject({ running: true, elsewhere: { requests: 2, ending: true }, results: { after: { state: 'running' } } })
  expect(told()?.results['deal']).toBeUndefined()
  list = []
  await pass(4)
  expect(told()).toMatchObject({ running: false, elsewhere: undefined, finished: { state: 'cancelled' } })
})

it('one that goes on at another server is not over while that server cannot be asked, cancelled or not', async () => {
  const items = [going({ elsewhere: true })]
  let list: Answer = () => Response.json({ items })
  server = { 'GET /checks': (request) => list(request), 'GET /runs/c1': () => run('cancelled', 'check.going'), 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  await attach(client, 'owner')
  list = offline
  await pass(400)
  expect(told()?.running).toBe(true)
  await cancel(which)
  await pass(40)
  expect(told()?.running).toBe(true)
  list = () => Response.json({ items: [] })
  await pass(40)
  expect(told()).toMatchObject({ running: false, finished: { state: 'cancelled' } })
})

it('of several that were lost the last one is told, and closed it brings up none of the others', async () => {
  let items = [going({ run_id: 'c1', state: 'lost' }), going({ run_id: 'c2', state: 'lost' }), going({ run_id: 'c3', state: 'lost' })]
  const noted = (request: Request) => {
    items = items.filter((one) => !request.url.includes(`/${one.run_id}/`))
    return new Response(null, { status: 204 })
  }
  server = { 'GET /checks': () => Response.json({ items }), ...Object.fromEntries(items.map((one) => [`POST /checks/${one.run_id}/cancel`, noted])) }
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toMatchObject({ runId: 'c3', finished: { state: 'lost' } })
  expect(items.map((one) => one.run_id)).toEqual(['c3'])
  forget(which)
  await pass(1)
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toBeUndefined()
})

it('one that was lost with its server is told until it is closed, and the servers hear of that', async () => {
  const lost = going({ run_id: 'c1', state: 'lost', requests: 1 })
  server = { 'GET /checks': () => Response.json({ items: [lost] }), 'POST /checks/c1/cancel': () => new Response(null, { status: 204 }) }
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toMatchObject({ running: false, runId: 'c1', finished: { ok: false, state: 'lost' } })
  const before = told()
  await attach(client, 'owner')
  await pass(1)
  expect(told()).toEqual(before)
  expect(asked).not.toContain('POST /checks/c1/cancel')
  forget(which)
  await pass(1)
  expect(told()).toBeUndefined()
  expect(asked).toContain('POST /checks/c1/cancel')
})

it('one whose server goes while it is followed is told as lost', async () => {
  const first = stream(started)
  let list = [going({ elsewhere: true })]
  server = { 'POST /check': () => first.response, 'GET /checks': () => Response.json({ items: list }) }
  await start()
  await pass(1)
  first.breakOff()
  await pass(5)
  expect(told()?.running).toBe(true)
  list = [going({ state: 'lost' })]
  await pass(5)
  expect(told()).toMatchObject({ running: false, finished: { state: 'lost' } })
})
