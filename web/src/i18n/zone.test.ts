import { afterEach, expect, test } from 'vitest'
import { setTimeZone, timeZone } from './index'

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
