import { expect, it } from 'vitest'
// @ts-expect-error a script without types
import { slower } from '../scripts/walks.mjs'

const line = (editor: number, pace = 1, machine = 'a') => ({ machine, pace, steps: { editor, run: 300 * pace } })
const past = [900, 1000, 1000, 1100, 5000].map((ms) => line(ms))

it('names a step whose median is slower by half than it was', () => {
  expect(slower(past, [line(1600), line(1700), line(900)])).toEqual(['the step “editor” takes 1600 ms of a quiet machine, usually 1000'])
})
it.each([
  ['slower, but not by half', [line(1490)]],
  ['one walk of several that met a hiccup', [line(9000), line(1000), line(1100)]],
  ['a machine that is busy', [line(3000, 3)]],
  ['a machine of which nothing is known', [line(9000, 1, 'b')]],
])('%s is nothing to tell', (_, now) => expect(slower(past, now)).toEqual([]))
it('too few lines tell nothing', () => expect(slower(past.slice(1), [line(9000)])).toEqual([]))
it('a blink is no fault', () => {
  const quick = [100, 100, 100, 100, 100].map((ms) => line(ms))
  expect(slower(quick, [line(240)])).toEqual([])
  expect(slower(quick, [line(260)])).toHaveLength(1)
})
