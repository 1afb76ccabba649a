/** Calls about one saved request; its document is held as a scenario of one step. */
import { ApiError, type CheckLine, type Preview } from '@/api'
import type { Json } from '../model/json'
import { Conflict, type ServerDraft, type Transport } from '../model/draft'
import type { Scenario } from '../model/document'
import { asDocument, asScenario, examplesOf, heldPlace, paramsOf } from '../model/saved'
import { checkLines, refusal, send } from '../server'

interface Answer {
  name: string
  document: unknown
  etag: string
  changed_at: string
}

const at = (name: string): string => `/requests/${encodeURIComponent(name)}`

const draftOf = ({ document, etag, changed_at }: Answer): ServerDraft => ({ document: asScenario(document), etag, updated_at: changed_at, has_changes: false, problems: [] })

export function requestTransport(name: string): Transport {
  const load = async () => draftOf(await send<Answer>(at(name), {}))
  return {
    load,
    async save(scenario, etag) {
      try {
        return draftOf(await send<Answer>(at(name), { method: 'PUT', body: { document: asDocument(scenario) }, headers: { 'If-Match': etag } }))
      } catch (error) {
        const told = error instanceof ApiError && error.status === 412 ? await load().then((current) => new Conflict(current), (failed: unknown) => failed) : error
        throw refusal(told, heldPlace)
      }
    },
  }
}

const asked = (scenario: Scenario): { document: object; params: Map<string, Json> } => ({ document: asDocument(scenario), params: examplesOf(paramsOf(scenario)) })

/** What would be sent, with its places named as the editor's parts name them. */
export async function previewRequest(name: string, scenario: Scenario, signal: AbortSignal): Promise<Preview> {
  const preview = await send<Preview>(`${at(name)}/preview`, { method: 'POST', body: asked(scenario), signal })
  const held = <T extends { pointer: string }>(one: T): T => ({ ...one, pointer: heldPlace(one.pointer) })
  return { ...preview, values: preview.values.map(held), problems: preview.problems.map(held) }
}

export const checkRequest = (name: string, scenario: Scenario, signal: AbortSignal): AsyncGenerator<CheckLine> => checkLines(`${at(name)}/check`, asked(scenario), signal)

/** A new saved request; gives its name. */
export async function createRequest(title: string, scenario: Scenario): Promise<string> {
  const { name: _none, ...document } = asDocument(scenario) as { name?: string }
  return (await send<Answer>('/requests', { method: 'POST', body: { title, document: { apiVersion: 'gonets/v1', kind: 'Request', ...document } } })).name
}
