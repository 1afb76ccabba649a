import { describe, expect, it } from 'vitest'
import type { RunSummary } from '@/api'
import { hole, insert, merge, moves } from './live'

const run = (n: number, state: RunSummary['state'] = 'waiting') => ({ id: String(n).padStart(4, '0'), state }) as RunSummary
/** The newest first, both ends included. */
const span = (newest: number, oldest: number, state?: RunSummary['state']) => Array.from({ length: newest - oldest + 1 }, (_, i) => run(newest - i, state))
const ids = (rows: readonly RunSummary[]) => rows.map((row) => Number(row.id))

describe('a list that is looked at', () => {
  it('has a hole when more came than are read at once', () => {
    expect(hole(span(100, 1), { items: span(350, 251), all: false })).toBe(true)
    expect(hole(span(100, 1), { items: span(200, 101), all: false })).toBe(true)
    expect(hole(span(100, 1), { items: span(199, 100), all: false })).toBe(false)
    expect(hole(span(100, 1), { items: span(110, 11), all: false })).toBe(false)
    expect(hole(span(3, 1), { items: span(5, 4), all: true })).toBe(false)
    expect(hole([], { items: span(350, 251), all: false })).toBe(false)
  })

  it('keeps its rows in place and tells apart what is new', () => {
    const { rows, fresh, gone } = merge(span(100, 1), { items: span(103, 4, 'succeeded'), all: false })
    expect(ids(rows)).toEqual(ids(span(100, 1)))
    expect(rows[0]!.state).toBe('succeeded')
    expect(rows.at(-1)!.state).toBe('waiting')
    expect(ids(fresh)).toEqual([103, 102, 101])
    expect(gone).toEqual([])
  })

  it('names the rows that no longer match, and no others', () => {
    const items = [run(9), run(7), run(5)]
    expect(merge(span(9, 1), { items, all: false }).gone).toEqual(['0008', '0006'])
    expect(merge(span(9, 1), { items, all: true }).gone).toEqual(['0008', '0006', '0004', '0003', '0002', '0001'])
    expect(merge(span(9, 1), { items: [], all: true }).gone).toHaveLength(9)
    expect(merge(span(9, 1), { items: [], all: false }).gone).toEqual([])
  })

  it('shows a run that has come to match among older ones', () => {
    const old = [run(9), run(6), run(2)]
    const { rows, fresh } = merge(old, { items: [run(9), run(7), run(6)], all: false })
    expect(ids(fresh)).toEqual([7])
    expect(ids(insert(rows, fresh))).toEqual([9, 7, 6, 2])
    // What is older than the end belongs to the next page.
    expect(merge(old, { items: [run(9), run(1)], all: false }).fresh).toEqual([])
    expect(ids(merge(old, { items: [run(9), run(1)], all: true }).fresh)).toEqual([1])
  })

  it('is brought up to date in its middle', () => {
    const { rows, gone, fresh } = merge(span(300, 1), { items: span(200, 101, 'succeeded').filter((row) => row.id !== '0150'), all: false, below: '0201' })
    expect(rows.filter((row) => row.state === 'succeeded')).toHaveLength(99)
    expect(gone).toEqual(['0150'])
    expect(fresh).toEqual([])
    expect(ids(rows)).toEqual(ids(span(300, 1)))
  })

  it('takes nothing in twice', () => {
    expect(ids(insert(span(3, 1), [run(3), run(5)]))).toEqual([5, 3, 2, 1])
  })

  it('asks again only for what may change by itself', () => {
    expect((['waiting', 'queued', 'running', 'paused', 'held', 'failed'] as const).every((state) => moves(run(1, state)))).toBe(true)
    expect((['succeeded', 'skipped', 'cancelled'] as const).some((state) => moves(run(1, state)))).toBe(false)
  })
})
