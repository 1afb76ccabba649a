import { expect, it } from 'vitest'
import { applied, begun, ended, isOver, noCheck } from './state'

const none = new Map<string, string>()

it('a step that was on its way does not stay so when another one is checked instead', () => {
  const first = applied(begun(noCheck, 'a', 0), { type: 'step', path: 'a', state: 'running' }, none)
  expect(first.results['a']?.state).toBe('running')
  expect(begun(first, 'b', 1).results).toEqual({})
})

it('how steps ended stays when another one is checked, and when a check is over', () => {
  const first = applied(begun(noCheck, 'a', 0), { type: 'step', path: 'a', state: 'done' }, none)
  const second = applied(begun(first, 'b', 1), { type: 'step', path: 'b', state: 'running' }, none)
  expect(Object.keys(second.results)).toEqual(['a', 'b'])
  expect(Object.keys(ended(second, 'cancelled', 2).results)).toEqual(['a'])
})

it('lines tell of a renamed step under its first path', () => {
  const state = applied(begun(noCheck, 'lead', 0), { type: 'step', path: 'deal', state: 'done' }, new Map([['deal', 'lead']]))
  expect(Object.keys(state.results)).toEqual(['lead'])
})

it('a check that is kept as it began is not over', () => {
  const created_at = '2026-03-02T09:00:00Z'
  expect(isOver({ state: 'cancelled', created_at, finished_at: created_at })).toBe(false)
  expect(isOver({ state: 'cancelled', created_at, finished_at: '2026-03-02T09:00:01Z' })).toBe(true)
  expect(isOver({ state: 'succeeded', created_at, finished_at: created_at })).toBe(true)
})
