import { expect } from '@playwright/test'
import { asHeader, payloads } from './payloads'
import type { Server } from './server'
import { Target } from './target'

const document = (kind: string, name: string, more: object) => ({ apiVersion: 'gonets/v1', kind, name, ...more })

/** Sources, scenarios, events and replies that are full of payloads. */
export class Hostile {
  private constructor(
    private readonly server: Server,
    readonly target: Target,
  ) {}

  static async open(server: Server): Promise<Hostile> {
    const hostile = new Hostile(server, await Target.open())
    await hostile.build()
    return hostile
  }

  private async build(): Promise<void> {
    const { target } = this
    const documents: object[] = []
    for (const [i, title] of payloads.entries()) {
      documents.push(
        document('Source', `p${i}`, { title, preset: 'generic' }),
        document('Scenario', `p${i}`, { title, sources: [`p${i}`], steps: [{ id: 'note', title, set: [{ name: 'kept', value: '{{ event.body.name }}' }] }] }),
      )
    }
    const fields = payloads.map((_, i) => ({ name: `f_${i}`, value: `{{ event.body["f_${i}"] }}` }))
    documents.push(
      document('Source', 'all', { title: 'All of them', preset: 'generic' }),
      document('Scenario', 'all', {
        title: 'All of them',
        sources: ['all'],
        steps: [
          ...payloads.map((title, i) => ({ id: `s_${i}`, title, set: [{ name: `v_${i}`, value: `{{ event.body["f_${i}"] }}` }] })),
          { id: 'page', http: { method: 'POST', url: `${target.base}/page`, body: { path: 'event.body' } } },
          { id: 'data', http: { method: 'POST', url: `${target.base}/data`, body: { json: fields } } },
        ],
      }),
      document('Source', 'bad', { title: 'Bad', preset: 'generic' }),
      document('Scenario', 'bad', { title: payloads[10], sources: ['bad'], steps: [{ id: 'tell', http: { method: 'POST', url: `${target.base}/bad`, retry: { delays: [] } } }] }),
    )
    const image = payloads[10]!
    target.answers.set('/page', {
      headers: Object.fromEntries(payloads.map((one, i) => [`X-Note-${i}`, asHeader(one)])),
      body: payloads.join('\n'),
    })
    target.answers.set('/data', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ said: payloads, keys: Object.fromEntries(payloads.map((one) => [one, 1])) }),
    })
    target.answers.set('/bad', { status: 500, reason: image, body: image })
    await this.server.api('POST', '/api/v1/apply', documents)
  }

  /** Sends one event for each payload, and one that holds them all: as values, names, headers and query. */
  async send(): Promise<void> {
    const { items } = await this.server.api<{ items: { name: string; url: string }[] }>('GET', '/api/v1/sources')
    const address = (name: string) => items.find((one) => one.name === name)!.url
    const post = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
      const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) })
      expect(answer.status).toBe(200)
    }
    for (const [i, payload] of payloads.entries()) await post(address(`p${i}`), { name: payload })
    const query = new URLSearchParams(payloads.map((one): [string, string] => [one, one]))
    const values = Object.fromEntries(payloads.map((one, i) => [`f_${i}`, one]))
    const names = Object.fromEntries(payloads.map((one) => [one, 1]))
    const headers = Object.fromEntries(payloads.map((one, i) => [`X-Note-${i}`, asHeader(one)]))
    await post(`${address('all')}?${query}`, { ...values, names }, headers)
    await post(address('bad'), {})
  }

  /** The run of a scenario, when it has come to its end. */
  async runOf(scenario: string): Promise<string> {
    let id = ''
    await expect
      .poll(async () => {
        const { items } = await this.server.api<{ items: { id: string; state: string }[] }>('GET', `/api/v1/runs?scenario=${scenario}&limit=1`)
        id = items[0]?.id ?? ''
        return items[0]?.state
      })
      .toMatch(/succeeded|paused/)
    return id
  }

  close(): Promise<void> {
    return this.target.close()
  }
}
