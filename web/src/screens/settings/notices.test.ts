import { describe, expect, it } from 'vitest'
import { allTold, filled, newChannel, newKey } from './channels'
import { absent, choices, isOn, withQuiet, withRule } from './rules'
import { onto, settled, typed, type Channel, type Edit, type Notices, type Settings } from './useSettings'

describe('a new channel', () => {
  it('has a name and a secret that no other has', () => {
    const made = newChannel('webhook', [], [])
    expect(made).toEqual({ name: 'webhook', kind: 'webhook', url: '', key: { secret: 'notices-webhook' } })
    expect(newChannel('webhook', [made, { ...made, name: 'webhook-2', key: { secret: 'x' } }], []).name).toBe('webhook-3')
    // Another name does not make its secret free; nor is one free that no channel works with.
    expect(newChannel('webhook', [{ ...made, name: 'ops' }], []).key).toEqual({ secret: 'notices-webhook-2' })
    expect(newChannel('telegram', [made], ['notices-telegram', 'notices-telegram-2'])).toEqual({ name: 'telegram-3', kind: 'telegram', token: { secret: 'notices-telegram-3' }, chat: '' })
  })
  it('tells at its fields only what has a field', () => {
    const hook = newChannel('webhook', [], [])
    const at = (...pointers: string[]) => allTold(pointers, [hook])
    expect(at('/notices/channels/0/url', '/notices/channels/0/key')).toBe(true)
    expect([at(), at('/notices/channels/0/chat'), at('/notices/channels/1/url'), at('/notices/channels/0/key/secret'), at('/notices/channels/0/name', '/notices/rules/bad_end/channels/0')]).toEqual([false, false, false, false, false])
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
  it('are narrowed, and a list without a choice is for all again', () => {
    const narrow = withRule(undefined, 'bad_end', { channels: ['ops'], scenarios: ['lead'], urgent: true })
    expect(narrow).toEqual({ rules: { bad_end: { channels: ['ops'], scenarios: ['lead'], urgent: true } } })
    expect(withRule(narrow, 'bad_end', { channels: [], scenarios: [], urgent: false })).toEqual({})
  })
  it('offer what is chosen though it is no more, so that it can be taken away', () => {
    const there = [{ value: 'mail', label: 'Почта' }]
    expect(choices(there, ['mail', 'gone'])).toEqual([...there, { value: 'gone', label: 'gone' }])
    expect(choices(there)).toEqual(there)
  })
  it('keep what the page does not show', () => {
    const before = { rules: { bad_end: { urgent: true, channels: ['ops'] } } }
    expect(withRule(before, 'bad_end', { on: false })).toEqual({ rules: { bad_end: { urgent: true, channels: ['ops'], on: false } } })
    expect(withQuiet(before, { from: '22:00' })).toEqual({ ...before, quiet_hours: { from: '22:00' } })
    expect(withQuiet({ quiet_hours: { from: '22:00' } }, { from: '' })).toEqual({})
  })
})

describe('two forms of the notices', () => {
  const hook: Channel = { name: 'ops', kind: 'webhook', url: 'https://ops.example.ru', key: { secret: 'notices-ops' } }
  const before: Settings = { title: 'Gonets', notices: { channels: [hook] } }
  const none: Edit = { changes: {} }
  const more = { ...hook, name: 'duty' }
  const rules = (saved: Settings, old = none) => typed(old, { notices: withRule(old.changes.notices ?? saved.notices, 'bad_end', { on: false }) }, saved)
  const channels = (saved: Settings, old = none) => typed(old, { notices: { ...(old.changes.notices ?? saved.notices), channels: [hook, more] } }, saved)
  const both = { title: 'Gonets', notices: { channels: [hook, more], rules: { bad_end: { on: false } } } }

  it('keep what the other saved meanwhile, whichever is saved first', () => {
    for (const [first, second] of [[rules, channels], [channels, rules]] as const) {
      const late = second(before)
      const after = settled(before, first(before)) as Settings
      expect(settled(after, late)).toEqual(both)
      // The page has read the settings again, and typing goes on.
      expect(settled(after, second(after, late))).toEqual(both)
    }
  })
  it('put only what they changed over what is there', () => {
    const seen: Notices = { channels: [hook], quiet_hours: { from: '22:00', to: '08:00' } }
    const fresh: Notices = { channels: [more], rules: { bad_end: { on: false } } }
    expect(onto(fresh, seen, { ...seen, channels: [] })).toEqual({ ...fresh, channels: [] })
    expect(onto(fresh, seen, { channels: [hook] })).toEqual({ ...fresh, quiet_hours: undefined })
    expect(onto(undefined, undefined, { channels: [hook] })).toEqual({ channels: [hook] })
  })
  it('begin anew after a save', () => {
    expect(typed(none, { notices: {} }, before).seen).toBe(before.notices)
    expect(typed(typed(none, { title: 'A' }, undefined), { notices: {} }, before).seen).toBe(before.notices)
  })
})

it('what a rule is for and is not there is named once it is known what there is', () => {
  expect(absent([{ value: 'lead' }], ['lead', 'nosuch'])).toEqual(['nosuch'])
  expect(absent([{ value: 'lead' }])).toEqual([])
  expect(absent(undefined, ['nosuch'])).toEqual([])
})
