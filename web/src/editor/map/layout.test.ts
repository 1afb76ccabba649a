import { expect, it } from 'vitest'
import type { Step } from '../model/document'
import { walk } from '../model/steps'
import { layout, nearestGap, roomIn, scaleIn, type Box } from './layout'

const plain = (id: string): Step => ({ id, delay: '1s' })
const branching = (id: string, then: Step[], other: Step[]): Step => ({ id, if: 'x', then, else: other })
const many = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? branching(`b${i}`, [plain(`t${i}`), branching(`n${i}`, [], [plain(`m${i}`)])], [plain(`e${i}`)]) : plain(`s${i}`)))
const cases: [string, Step[]][] = [
  ['nothing', []],
  ['a line', [plain('a'), plain('b'), plain('c')]],
  ['an end', [plain('a'), { id: 'z', stop: {} }, plain('b')]],
  ['branches in branches', [plain('a'), branching('b', [branching('c', [plain('d'), plain('e')], [plain('f')]), plain('g')], [plain('h')]), plain('i')]],
  ['a filter', [{ id: 'a', if: 'x' }, plain('b')]],
  ['sixty steps', many],
]
const meet = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

it.each(cases.flatMap(([name, steps]) => [1, 3, 99].map((room) => [name, room, steps] as const)))('%s in rows of %i: each step has a place, and none lies on another', (_, room, steps) => {
  const map = layout(steps, 2, room)
  const pointers = walk({ name: 'x', steps }).map((placed) => placed.pointer)
  expect([...map.steps.keys()]).toEqual(pointers)
  const boxes = [...map.sources, ...map.steps.values(), map.end]
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) expect(meet(a, b), JSON.stringify([a, b])).toBe(false)
    expect(a.x + a.width <= map.width && a.y + a.height <= map.height && a.x >= 0 && a.y >= 0).toBe(true)
  }
  // Every step can be put something before, every branch that has steps can be gone on with.
  expect(map.gaps.map((gap) => gap.at)).toEqual(expect.arrayContaining(pointers))
  for (const gap of map.gaps) for (const box of boxes) expect(meet({ x: gap.x - 8, y: gap.y - 8, width: 16, height: 16 }, box), gap.at).toBe(false)
})

it('draws two wires from a condition, which meet again before the next step', () => {
  const map = layout([branching('b', [plain('t')], [plain('e')]), plain('after')], 1, 99)
  expect(map.labels.map((label) => label.branch)).toEqual(['then', 'else'])
  expect(map.wires.filter((wire) => wire.to === 'b/t')).toHaveLength(1)
  expect(map.wires.filter((wire) => wire.to === 'b/e')).toHaveLength(1)
  expect(map.wires.filter((wire) => wire.to === 'after')).toHaveLength(2)
  expect(map.steps.get('/steps/0/else/0')!.y).toBeGreaterThan(map.steps.get('/steps/0/then/0')!.y)
})

it('the next row stands below the tallest of the one before', () => {
  const map = layout([branching('b', [plain('t')], [plain('e')]), plain('p'), plain('next')], 1, 3)
  const other = map.steps.get('/steps/0/else/0')!
  expect(map.steps.get('/steps/2')!.y).toBeGreaterThan(other.y + other.height + 40)
})

it('no wire leads on from an end', () => {
  const map = layout([{ id: 'z', stop: {} }, plain('never')], 1, 99)
  expect(map.wires.filter((wire) => wire.to === 'never')).toEqual([])
})

it('a short scenario is one row, a long one as many as can be read', () => {
  const window = { width: 1400, height: 700 }
  const room = (steps: Step[]) => layout(steps, 1, roomIn(window, steps, 1))
  expect(room([plain('a'), plain('b'), plain('c')]).steps.get('/steps/2')!.y).toBe(0)
  const rows = room(many)
  expect(rows.height).toBeGreaterThan(rows.width / 4)
  expect(scaleIn(window, rows)).toBeGreaterThan(scaleIn(window, layout(many, 1, 999)) * 4)
})

it('finds the wire that is nearest', () => {
  const map = layout([plain('a'), plain('b')], 1, 99)
  const b = map.steps.get('/steps/1')!
  expect(nearestGap(map.gaps, { x: b.x - 30, y: b.y + 90 })?.at).toBe('/steps/1')
  expect(nearestGap([], { x: 0, y: 0 })).toBeUndefined()
})
