import { afterEach, expect, test } from 'vitest'
import { date, setTimeZone, timeZone, zoned } from './index'

const own = timeZone()
afterEach(() => setTimeZone(undefined))

test('times are in the zone of the settings, whatever this browser remembers; in its own where the settings name none that it knows', () => {
  localStorage.setItem('gonets.zone', 'America/Lima')
  expect(timeZone()).toBe(own)
  setTimeZone('Asia/Tokyo')
  expect(timeZone()).toBe('Asia/Tokyo')
  setTimeZone('Nowhere/Atall')
  expect(timeZone()).toBe(own)
  setTimeZone('Asia/Tokyo')
  setTimeZone('')
  expect(timeZone()).toBe(own)
})

test('a date without a time is the same day in every zone, and a time says its zone', () => {
  const days = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'].map((zone) => (setTimeZone(zone), date('2026-11-22')))
  expect(days).toEqual([date('2026-11-22'), date('2026-11-22')])
  expect(days[0]).toMatch(/^22/)
  expect(zoned('12:04')).toBe('12:04 (Pacific/Pago_Pago)')
})
