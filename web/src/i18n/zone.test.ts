import { afterEach, expect, test } from 'vitest'
import { date, dayBegins, dayEnds, dayIn, setTimeZone, timeZone, zoned } from './index'

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

test('a day begins by the clock of the zone, also where clocks are set that night or day', () => {
  for (const [zone, day, begins] of [
    ['Europe/Moscow', '2026-11-22', '2026-11-21T21:00:00.000Z'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z'], // summer time begins at two
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'], // the clock goes from 23:59 to 01:00
    ['Australia/Sydney', '2026-04-05', '2026-04-04T13:00:00.000Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'], // the same there
    ['Pacific/Kiritimati', '2026-11-22', '2026-11-21T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-11-22', '2026-11-22T11:00:00.000Z'],
    ['UTC', '2027-01-01', '2027-01-01T00:00:00.000Z'],
  ] as const) {
    setTimeZone(zone)
    expect([zone, dayBegins(day).toISOString(), dayIn(dayBegins(day))]).toEqual([zone, begins, day])
  }
})

test('a day ends by the clock of the zone, a second before the next', () => {
  for (const [zone, day, ends] of [
    ['Europe/Moscow', '2026-11-28', '2026-11-28T20:59:59.000Z'],
    ['America/New_York', '2026-03-08', '2026-03-09T03:59:59.000Z'], // a day of 23 hours
    ['America/New_York', '2026-11-01', '2026-11-02T04:59:59.000Z'], // and one of 25
    ['UTC', '2026-12-31', '2026-12-31T23:59:59.000Z'],
  ] as const) {
    setTimeZone(zone)
    expect([zone, dayEnds(day).toISOString(), dayIn(dayEnds(day))]).toEqual([zone, ends, day])
  }
})
