import { describe, expect, it } from 'vitest'
import { filled, newChannel, newKey } from './channels'
import { isOn, withQuiet, withRule } from './rules'

describe('a new channel', () => {
  it('has a name and a secret that no other has', () => {
    expect(newChannel('webhook', ['webhook', 'webhook-2'])).toEqual({ name: 'webhook-3', kind: 'webhook', url: '', key: { secret: 'notices-webhook-3' } })
    expect(newChannel('telegram', []).token).toEqual({ secret: 'notices-telegram' })
  })
  it('is signed with 32 bytes of chance', () => {
    const key = newKey()
    expect(key).toMatch(/^whsec_/)
    expect(atob(key.slice('whsec_'.length))).toHaveLength(32)
    expect(newKey()).not.toBe(key)
  })
  it('can be saved when nothing is missing', () => {
    const bot = { name: 'duty', kind: 'telegram', chat: '-5', token: { secret: 'x' } } as const
    expect(filled(bot, '', true)).toBe(true)
    expect(filled(bot, ' ', false)).toBe(false)
    expect(filled({ ...bot, chat: ' ' }, 'token', false)).toBe(false)
  })
})

describe('rules', () => {
  it('say only what is not usual', () => {
    const off = withRule({ channels: [] }, 'first_failure', { on: false })
    expect(off).toEqual({ channels: [], rules: { first_failure: { on: false } } })
    expect(isOn(off, 'first_failure')).toBe(false)
    expect(withRule(off, 'first_failure', { on: true })).toEqual({ channels: [] })
    expect(isOn(undefined, 'lane_closed')).toBe(false)
    expect(withRule(undefined, 'lane_closed', { on: true })).toEqual({ rules: { lane_closed: { on: true } } })
  })
  it('keep what the page does not show', () => {
    const before = { rules: { bad_end: { urgent: true, channels: ['ops'] } } }
    expect(withRule(before, 'bad_end', { on: false })).toEqual({ rules: { bad_end: { urgent: true, channels: ['ops'], on: false } } })
    expect(withQuiet(before, { from: '22:00' })).toEqual({ ...before, quiet_hours: { from: '22:00' } })
    expect(withQuiet({ quiet_hours: { from: '22:00' } }, { from: '' })).toEqual({})
  })
})
