import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useHints, type Hint } from './hints'

/** The stream of hints, as a browser would hold it. */
class Stream extends EventTarget {
  static made: Stream[] = []
  onopen?: () => void
  onerror?: () => void
  constructor() {
    super()
    Stream.made.push(this)
  }
  close() {}
  hint(id: string) {
    this.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ changes: [{ kind: 'event', id }] }) }))
  }
}

beforeEach(() => {
  Stream.made = []
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Stream)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what was read before the stream was open is read again, once for each opening', () => {
  const told: Hint[] = []
  const { unmount } = renderHook(() => useHints((hints) => told.push(...hints)))
  const [first] = Stream.made
  expect(told).toEqual([])
  act(() => first!.onopen!())
  expect(told).toEqual([{ kind: 'reconnect' }])
  act(() => first!.hint('a'))
  expect(told.slice(1)).toEqual([{ kind: 'event', id: 'a' }])

  act(() => first!.onerror!())
  act(() => void vi.runOnlyPendingTimers())
  expect(told).toHaveLength(2)
  act(() => Stream.made[1]!.onopen!())
  expect(told.slice(2)).toEqual([{ kind: 'reconnect' }])
  unmount()
})

test('who listens while the stream is open has missed nothing', () => {
  const { unmount } = renderHook(() => useHints(() => undefined))
  act(() => Stream.made[0]!.onopen!())
  const told: Hint[] = []
  const later = renderHook(() => useHints((hints) => told.push(...hints)))
  expect(Stream.made).toHaveLength(1)
  expect(told).toEqual([])
  later.unmount()
  unmount()
})
