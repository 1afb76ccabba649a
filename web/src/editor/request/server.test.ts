import { afterEach, expect, it, vi } from 'vitest'
import { Refused } from '../model/draft'
import { asScenario } from '../model/saved'
import { requestTransport } from './server'

afterEach(() => vi.unstubAllGlobals())

it('a request that somebody deleted meanwhile is told of, and not taken for a lost connection', async () => {
  const answers = [new Response('{"status":412,"code":"etag_mismatch"}', { status: 412 }), new Response('{"status":404,"code":"not_found"}', { status: 404 })]
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()))
  await expect(requestTransport('chat').save(asScenario({ name: 'chat', http: { url: 'https://a.b' } }), '"1"')).rejects.toThrow(Refused)
  expect(answers).toEqual([])
})
