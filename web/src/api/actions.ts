import { api, call } from './client'
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

export type RunAction = 'resume' | 'send-now' | 'rerun' | 'cancel' | 'cancel-retries'

/** Does one thing to one run; a rerun answers with the new one. */
export async function actOnRun(id: string, action: RunAction, version?: number) {
  const params = { path: { id } }
  const body = version ? { version } : {}
  switch (action) {
    case 'resume':
      return call(api.POST('/api/v1/runs/{id}/resume', { params, body }))
    case 'rerun':
      return call(api.POST('/api/v1/runs/{id}/rerun', { params, body }))
    case 'send-now':
      return call(api.POST('/api/v1/runs/{id}/send-now', { params }))
    case 'cancel':
      return call(api.POST('/api/v1/runs/{id}/cancel', { params }))
    case 'cancel-retries':
      return call(api.POST('/api/v1/runs/{id}/cancel-retries', { params }))
  }
}

export type LaneActionName = components['schemas']['LaneAction']['action']

/** Pauses, resumes, tries or drains the queue to a service. */
export const actOnLane = (body: components['schemas']['LaneAction']) => call(api.POST('/api/v1/lanes/actions', { body }))

/** Sets how much one service gets at once. */
export const limitLane = (body: components['schemas']['LaneSet']) => call(api.PUT('/api/v1/lanes/limits', { body }))
