import { QueryClient, QueryClientProvider, QueryObserver } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runsCountQuery, runsPage, runsQuery, type RunSummary } from '@/api'
import { useLive } from './useLive'

const run = (n: number, state: RunSummary['state'] = 'waiting') => ({ id: String(n).padStart(4, '0'), state, created_at: new Date(n * 1000).toISOString() }) as RunSummary
/** The newest first, both ends included. */
const span = (newest: number, oldest: number) => Array.from({ length: newest - oldest + 1 }, (_, i) => run(newest - i))

/** The stream of hints, as the server would send it. */
class Stream extends EventTarget {
  static open: Stream | undefined
  onopen?: () => void
  onerror?: () => void
  constructor() {
    super()
    Stream.open = this
  }
  close() {}
  hint() {
    this.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ changes: [{ kind: 'run', id: 'x' }] }) }))
  }
}

/** Runs that the server has, the newest first. */
let kept: RunSummary[] = []
const asked: string[] = []

beforeEach(() => {
  kept = []
  asked.length = 0
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Stream)
  vi.stubGlobal('scrollY', 0)
  vi.stubGlobal('scrollTo', () => vi.stubGlobal('scrollY', 0))
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url)
    const q = url.searchParams.get('q') ?? ''
    asked.push(`${url.pathname.replace('/api/v1', '')}?${q}`)
    const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
    if (url.pathname.endsWith('/count')) return json({ count: kept.filter((one) => Date.parse(one.created_at) >= Date.parse(q.replace('after:', ''))).length, more: false })
    const after = url.searchParams.get('cursor')
    const fitting = kept.filter((one) => (/^\d{4}$/.test(q) ? one.id === q : q === '' || `state:${one.state}` === q)).filter((one) => !after || one.id < after)
    const items = fitting.slice(0, runsPage)
    return json({ items, ...(fitting.length > runsPage && { next: items.at(-1)!.id }) })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A list that shows these runs, and somebody before it. */
function read(rows: RunSummary[], { q = '', held = false } = {}) {
  kept = rows
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity } } })
  const key = runsQuery(q).queryKey
  queries.setQueryData(key, { pages: [{ items: rows.slice(0, runsPage), ...(rows.length > runsPage && { next: rows[runsPage - 1]!.id }) }], pageParams: [''] })
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  const hook = renderHook(({ enabled }) => useLive(q, enabled, held), { wrapper, initialProps: { enabled: true } })
  return {
    ...hook,
    queries,
    ids: () => queries.getQueryData(key)!.pages.flatMap((page) => page.items).map((one) => Number(one.id)),
    states: () => Object.fromEntries(queries.getQueryData(key)!.pages.flatMap((page) => page.items).map((one) => [Number(one.id), one.state])),
    waiting: () => hook.result.current.waiting.count,
    /** Something happened, and the page has had the time to look. */
    hint: async (times = 1) => {
      await act(async () => {
        for (let i = 0; i < times; i++) Stream.open!.hint()
        await vi.advanceTimersByTimeAsync(1_000)
      })
    },
  }
}

describe('a list of runs', () => {
  it('shows new ones at once to whoever looks at its top', async () => {
    const list = read(span(3, 1))
    kept = span(5, 1)
    await list.hint()
    expect(list.ids()).toEqual([5, 4, 3, 2, 1])
    expect(list.waiting()).toBe(0)
  })

  it.each([
    ['scrolled', () => vi.stubGlobal('scrollY', 400), false],
    ['selected something', () => undefined, true],
  ])('moves no row while he has %s: new ones are counted, then shown when he asks', async (_, does, held) => {
    const list = read(span(3, 1), { held })
    does()
    kept = span(5, 1).map((one) => (one.id === '0002' ? run(2, 'succeeded') : one))
    await list.hint()
    expect(list.ids()).toEqual([3, 2, 1])
    // What became of those in sight is told all the same.
    expect(list.states()[2]).toBe('succeeded')
    expect(list.waiting()).toBe(2)
    kept = [run(6), ...kept]
    await list.hint()
    expect(list.waiting()).toBe(3)
    await act(() => list.result.current.showWaiting())
    expect(list.ids()).toEqual([6, 5, 4, 3, 2, 1])
    expect(list.waiting()).toBe(0)
  })

  it('takes out what no longer matches at its top; where he reads, it tells what became of it', async () => {
    const list = read(span(3, 1), { q: 'state:waiting' })
    list.result.current.onSight(0, 2)
    kept = [run(3), run(2, 'succeeded'), run(1)]
    await list.hint()
    expect(list.ids()).toEqual([3, 1])
    vi.stubGlobal('scrollY', 400)
    kept = [run(3), run(2, 'succeeded'), run(1, 'paused')]
    await list.hint()
    expect(list.ids()).toEqual([3, 1])
    expect(list.states()[1]).toBe('paused')
  })

  it('asks how many came when they are more than it reads at once, and then begins anew', async () => {
    const list = read(span(100, 1), { held: true })
    kept = span(350, 1)
    await list.hint()
    expect(list.ids()).toEqual(span(100, 1).map((one) => Number(one.id)))
    expect(list.waiting()).toBe(250)
    expect(asked.some((one) => one.startsWith('/runs/count'))).toBe(true)
    await act(() => list.result.current.showWaiting())
    expect(list.ids()[0]).toBe(350)
    expect(list.ids()).toHaveLength(runsPage)
    expect(list.waiting()).toBe(0)
  })

  it('asks once for many hints', async () => {
    const list = read(span(3, 1))
    await list.hint(50)
    expect(asked.filter((one) => one.startsWith('/runs?'))).toHaveLength(1)
  })

  it('asks no more once it is left', async () => {
    const list = read(span(3, 1), { held: true })
    kept = span(4, 1)
    await list.hint()
    expect(list.waiting()).toBe(1)
    act(() => Stream.open!.hint())
    const before = asked.length
    list.unmount()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toHaveLength(before)
  })

  it('has the numbers read again for the last of what happened, too, and not each time', async () => {
    const list = read(span(3, 1))
    const leave = new QueryObserver(list.queries, runsCountQuery('')).subscribe(() => undefined)
    const counted = () => asked.filter((one) => one === '/runs/count?').length
    await list.hint()
    expect(counted()).toBe(2)
    for (let i = 0; i < 3; i++) await list.hint()
    expect(counted()).toBe(2)
    await act(() => vi.advanceTimersByTimeAsync(60_000))
    expect(counted()).toBe(3)
    leave()
  })

  it('has the numbers read again while a long chart is still being read, and neither once nothing is to be followed', async () => {
    const list = read(span(3, 1))
    const counted = () => asked.filter((one) => one === '/runs/count?').length
    const chart = new QueryObserver(list.queries, { queryKey: ['runs-chart', ''], queryFn: () => new Promise(() => undefined) }).subscribe(() => undefined)
    const count = new QueryObserver(list.queries, runsCountQuery('')).subscribe(() => undefined)
    await list.hint()
    expect(counted()).toBe(2)
    await list.hint()
    await act(() => vi.advanceTimersByTimeAsync(5_000))
    expect(counted()).toBe(3)
    await list.hint()
    list.rerender({ enabled: false })
    await act(() => vi.advanceTimersByTimeAsync(60_000))
    expect(counted()).toBe(3)
    chart()
    count()
  })
})
