import { api, ask, call } from './client'
import type { components } from './schema'

type Applied = components['schemas']['ListApplied']['items'][number]

/** Applies documents in one commit; existing ones of the same names are replaced. */
export async function applyDocuments(documents: object[], options: { draft?: boolean; stopped?: boolean; note?: string } = {}): Promise<Applied[]> {
  const body = documents.map((document) => ({ apiVersion: 'gonets/v1', ...document }))
  // The description names one document; the server takes a list of them as well.
  const answer = await call(api.POST('/api/v1/apply', { params: { query: options }, body: body as never }))
  return answer.items
}

/** A name that is not among those taken: the wish itself, or with a number behind. */
export function freeName(wish: string, taken: Iterable<string>): string {
  const used = new Set(taken)
  if (!used.has(wish)) return wish
  for (let n = 2; ; n++) if (!used.has(`${wish}-${n}`)) return `${wish}-${n}`
}

export type RunAction = 'resume' | 'skip' | 'send-now' | 'rerun' | 'cancel' | 'cancel-retries' | 'retry-policy'

/** same, current, or a number; nothing leaves the choice to the server. */
export type WhichVersion = 'same' | 'current'

/** A key for one wish of a person: however often the request is sent, it is granted once. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Changes the rest of a run's tries. */
export const changeRetries = (id: string, body: components['schemas']['RetryPlan'], key: string) =>
  call(api.POST('/api/v1/runs/{id}/retry-policy', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body }))

/** Does one thing to one run; a rerun answers with the new one. */
export async function actOnRun(id: string, action: Exclude<RunAction, 'retry-policy'>, version?: WhichVersion, key: string = newKey()) {
  const params = { path: { id }, header: { 'Idempotency-Key': key } }
  const body = version ? { version } : {}
  switch (action) {
    case 'resume':
      return call(api.POST('/api/v1/runs/{id}/resume', { params, body }))
    case 'rerun':
      return call(api.POST('/api/v1/runs/{id}/rerun', { params, body }))
    case 'skip':
      return call(api.POST('/api/v1/runs/{id}/skip', { params, body: {} }))
    case 'send-now':
      return call(api.POST('/api/v1/runs/{id}/send-now', { params }))
    case 'cancel':
      return call(api.POST('/api/v1/runs/{id}/cancel', { params }))
    case 'cancel-retries':
      return call(api.POST('/api/v1/runs/{id}/cancel-retries', { params }))
  }
}

/** A new run of changed data. They come as JSON in a text, so that numbers keep their digits. */
export const rerunChanged = (id: string, event: string, version: WhichVersion | undefined, key: string) =>
  call(
    api.POST('/api/v1/runs/{id}/rerun', {
      params: { path: { id }, header: { 'Idempotency-Key': key } },
      body: {},
      bodySerializer: () => `{${version ? `"version":"${version}",` : ''}"event":${event}}`,
    }),
  )

/** The step counts as done with this value, which is JSON in a text as well; without one it gave nothing. */
export const skipWith = (id: string, value: string | undefined, key: string) =>
  call(
    api.POST('/api/v1/runs/{id}/skip', {
      params: { path: { id }, header: { 'Idempotency-Key': key } },
      body: {},
      bodySerializer: () => (value === undefined ? '{}' : `{"value":${value}}`),
    }),
  )

/** One event as the server wrote it. */
export const eventText = async (id: string): Promise<string> => (await ask(`/events/${encodeURIComponent(id)}`, {})).text()

export type Bulk = components['schemas']['Bulk']
/** Runs that stand at one step of one version. */
export type BulkGroup = NonNullable<Bulk['plan']>['groups'][number]
export type NewBulk = components['schemas']['NewBulk']
export type BulkVerb = 'pause' | 'go-on' | 'stop'

/** What would be done to all runs that match; nothing is. */
export const planBulk = (wish: NewBulk, signal?: AbortSignal): Promise<Bulk> => call(api.POST('/api/v1/bulk', { body: { ...wish, dry: true }, signal })) as Promise<Bulk>

/** Does one thing to all runs that match, while the server works on it. */
export const beginBulk = (wish: NewBulk, key: string): Promise<Bulk> =>
  call(api.POST('/api/v1/bulk', { params: { header: { 'Idempotency-Key': key } }, body: wish })) as Promise<Bulk>

export async function steerBulk(id: string, verb: BulkVerb): Promise<Bulk> {
  const params = { path: { id } }
  switch (verb) {
    case 'pause':
      return call(api.POST('/api/v1/bulk/{id}/pause', { params }))
    case 'go-on':
      return call(api.POST('/api/v1/bulk/{id}/go-on', { params }))
    case 'stop':
      return call(api.POST('/api/v1/bulk/{id}/stop', { params }))
  }
}

export type LaneActionName = components['schemas']['LaneAction']['action']

/** Pauses, resumes, tries or drains the queue to a service. */
export const actOnLane = (body: components['schemas']['LaneAction']) => call(api.POST('/api/v1/lanes/actions', { body }))

/** The queue to an address, which nothing needs to have been sent to. */
export const laneAt = (address: string) => call(api.GET('/api/v1/lanes/lane', { params: { query: { address } } }))

/** Sets how much one service gets at once. */
export const limitLane = (body: components['schemas']['LaneSet']) => call(api.PUT('/api/v1/lanes/limits', { body }))

/** Sends a request to an address of the test receiver, as any program may. */
export const tryEcho = async (name: string, body: object): Promise<void> => {
  await fetch(`/echo/${encodeURIComponent(name)}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}
