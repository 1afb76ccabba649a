import { describe, expect, it } from 'vitest'
import { filled, newChannel, newKey } from './channels'

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
