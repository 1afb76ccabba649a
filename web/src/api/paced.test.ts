import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { paced } from './paced'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('is done at once, then once for all that was asked meanwhile', async () => {
  const work = vi.fn(() => Promise.resolve())
  const ask = paced(work, 1000)
  for (let n = 0; n < 20; n++) ask()
  expect(work).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(999)
  expect(work).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(5000)
  expect(work).toHaveBeenCalledTimes(2)
})

it('waits for what is under way, and a failure ends nothing', async () => {
  let fail = (_: Error) => {}
  const work = vi.fn(() => new Promise((_, reject) => (fail = reject)))
  const ask = paced(work, 1000)
  ask()
  ask()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(work).toHaveBeenCalledTimes(1)
  fail(new Error('away'))
  await vi.advanceTimersByTimeAsync(0)
  expect(work).toHaveBeenCalledTimes(2)
})
