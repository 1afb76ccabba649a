import { expect, test } from 'vitest'
import type { Run } from '@/api'
import { pastOf } from './past'

const run = (id: string, created_at: string, states: Record<string, string>): Run =>
  ({ id, created_at, steps: Object.entries(states).map(([path, state]) => ({ path, state, attempts: [{ n: 1 }] })) }) as unknown as Run

test('a step shows its newest end, whichever check or run it was', () => {
  const past = pastOf([run('old', '2026-01-01T10:00:00Z', { a: 'failed', b: 'done', c: 'pending' }), run('new', '2026-01-02T10:00:00Z', { a: 'done', b: 'pending', c: 'active' })])
  expect(past['a']).toMatchObject({ state: 'done', runId: 'new', at: Date.parse('2026-01-02T10:00:00Z') })
  expect(past['b']).toMatchObject({ state: 'done', runId: 'old' })
  // What was not reached, or is not over, says nothing.
  expect(past['c']).toBeUndefined()
})
