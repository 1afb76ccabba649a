import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { t } from '@/i18n'
import { actions, deedWords, thingOf } from './audit'

const server = join(import.meta.dirname, '../../../..')
const go = (folder: string) =>
  readdirSync(join(server, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go') && !name.includes('storetest'))
    .map((name) => readFileSync(join(server, folder, name), 'utf8'))
    .join('\n')
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((one) => one[1]!)

describe('the audit in words', () => {
  it('names every action that the server writes', () => {
    const written = [
      ...all(go('internal/store'), /\bAudit\([\w.]+, "([a-z_.]+)", /g),
      ...all(go('internal/httpapi') + go('cmd/gonets'), /\bNote\(ctx, [\w."]+, "([a-z_.]+)", /g),
      ...all(readFileSync(join(server, 'run.go'), 'utf8'), /ActionKind = "([a-z-]+)"/g),
      ...all(go('internal/bulk'), /\bVerb = "([a-z-]+)"/g).map((verb) => `bulk ${verb}`),
      // That a queue ran dry by itself is no deed.
      ...all(go('internal/lane'), /ActionKind = "([a-z-]+)"/g).filter((kind) => kind !== 'drained').map((kind) => `lane.${kind}`),
    ]
    expect(written.length).toBeGreaterThan(30)
    expect(written.filter((one) => !actions.includes(one))).toEqual([])
  })
  it('shows an action that it does not know as it is', () => {
    expect(['planted', 'bulk planted', 'constructor'].map((one) => deedWords(one, t))).toEqual(['planted', 'bulk planted', 'constructor'])
  })
  it('leads to the page of what it was done to', () => {
    const to = (action: string, object: string) => thingOf({ action, object }, (_kind, name) => name, t).link
    expect(to('publish', 'Scenario/lead')).toEqual({ to: '/scenarios/$name', params: { name: 'lead' } })
    expect(to('save', 'Source/site')).toEqual({ to: '/sources/$name', params: { name: 'site' } })
    expect(to('save', 'Request/chat')).toEqual({ to: '/requests/$name', params: { name: 'chat' } })
    expect(to('resume', 'run/0192')).toEqual({ to: '/runs/$id', params: { id: '0192' } })
    expect(to('bulk resume', 'bulk/0192')).toEqual({ to: '/runs', search: { q: 'bulk:0192' } })
    expect(to('lane.pause', 'Scenario/lead')).toEqual({ to: '/lanes' })
    expect([to('clock.jump', 'server'), to('planted', 'Planted/x')]).toEqual([undefined, undefined])
  })
})
