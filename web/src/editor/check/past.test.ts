import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook, waitFor } from '@testing-library/react'
import { createElement } from 'react'
import { expect, test, vi } from 'vitest'
import type { Run } from '@/api'
import { answered, pastOf, repliesOf, usePast } from './past'

const run = (id: string, created_at: string, states: Record<string, string>): Run =>
  ({ id, created_at, steps: Object.entries(states).map(([path, state]) => ({ path, state, attempts: [{ n: 1 }] })) }) as unknown as Run

test('a step shows its newest end, whichever check or run it was', () => {
  const past = pastOf([run('old', '2026-01-01T10:00:00Z', { a: 'failed', b: 'done', c: 'pending' }), run('new', '2026-01-02T10:00:00Z', { a: 'done', b: 'pending', c: 'active' })])
  expect(past['a']).toMatchObject({ state: 'done', runId: 'new', at: Date.parse('2026-01-02T10:00:00Z') })
  expect(past['b']).toMatchObject({ state: 'done', runId: 'old' })
  // What was not reached, or is not over, says nothing.
  expect(past['c']).toBeUndefined()
})

const reply = { status: 200, headers: [], body: '{}' }
const steps = (id: string, created_at: string, list: { path: string; was?: string; state: string; attempts: object[] }[]): Run => ({ id, created_at, steps: list }) as unknown as Run

const answeredRun = steps('r', '2026-01-01T10:00:00Z', [{ path: 'a', state: 'done', attempts: [{ n: 1, response: reply }, { n: 2, response: { ...reply, status: 404 } }] }, { path: 'b', state: 'active', attempts: [{ n: 1, response: reply }] }])

test('a step that was skipped later, or got no reply, still has the reply that it was given before', () => {
  const runs = [
    answeredRun,
    steps('silent', '2026-01-02T10:00:00Z', [{ path: 'a', state: 'failed', attempts: [{ n: 1 }] }]),
    steps('skipped', '2026-01-03T10:00:00Z', [{ path: 'a', state: 'skipped', attempts: [] }]),
  ]
  expect(pastOf(runs)['a']).toMatchObject({ state: 'skipped', attempt: undefined })
  expect(repliesOf(runs)['a']).toMatchObject({ n: 2, response: { status: 404 } })
  // It was answered, though it is not over.
  expect([pastOf(runs)['b'], repliesOf(runs)['b']]).toMatchObject([undefined, { n: 1 }])
})

test('what a step did under an earlier name is its own', () => {
  const renamed = steps('later', '2026-01-02T10:00:00Z', [{ path: 'only/order', was: 'a', state: 'done', attempts: [{ n: 1, response: { ...reply, status: 201 } }] }])
  expect(repliesOf([answeredRun, renamed])).toMatchObject({ a: { response: { status: 201 } } })
  expect(pastOf([answeredRun, renamed])['a']).toMatchObject({ runId: 'later' })
})

test('what the server would not give the steps behind is no reply of a step', () => {
  const attempts = [{ n: 1, response: reply, fenced: true }, { n: 2, response: reply, not_kept: true }, { n: 3, response: reply, purpose: 'ask' }, { n: 4 }]
  expect(repliesOf([steps('r', '2026-01-01T10:00:00Z', [{ path: 'a', state: 'done', attempts }])])).toEqual({})
})

test('what was erased is no reply; how its step ended is told, not how an older one did', () => {
  const erased = steps('later', '2026-01-02T10:00:00Z', [{ path: 'a', state: 'done', attempts: [{ n: 1, response: { ...reply, status: 201 }, erased: true }] }])
  expect(repliesOf([answeredRun, erased])).toEqual(repliesOf([answeredRun]))
  expect(pastOf([answeredRun, erased]).a).toMatchObject({ state: 'done', attempt: undefined, runId: 'later' })
  expect(repliesOf([erased])).toEqual({})
})

test('a step that was only shown in this visit was answered in an earlier one', () => {
  const replies = repliesOf([answeredRun])
  expect(answered('a', { results: { a: { state: 'shown', attempt: undefined } as never }, replies })).toBe(true)
  expect(answered('a', { results: { a: { state: 'done', attempt: { n: 1, response: reply } } as never }, replies: {} })).toBe(true)
  expect(answered('c', { results: {}, replies })).toBe(false)
})

test('as many checks and runs are read as the server looks through', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(new URL(request.url).search)
    return new Response('{"items":[]}', { headers: { 'Content-Type': 'application/json' } })
  })
  const client = new QueryClient()
  renderHook(() => usePast('s'), { wrapper: ({ children }) => createElement(QueryClientProvider, { client }, children) })
  await waitFor(() => expect(asked).toHaveLength(2))
  expect(asked.every((one) => one.includes('limit=5'))).toBe(true)
})
