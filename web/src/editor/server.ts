/** Calls that carry a document: its numbers keep their digits and its members their order. */
import { ApiError, ask, type CheckLine, type Preview, type Rehearsal, type Sample, type SentComparison, type ServiceOutage } from '@/api'
import { readLines } from '@/checks'
import { Conflict, Refused, type ServerDraft, type Transport } from './model/draft'
import { plain, type Scenario } from './model/document'
import { parseJson, writeJson } from './model/json'

interface Sent {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  keepalive?: boolean
}

/** A call of the client, its body written with all digits. */
function call(path: string, { method = 'GET', body, headers, signal, keepalive }: Sent): Promise<Response> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : writeJson(body)
  // A browser sends at most 64 KiB from a page that goes away.
  return ask(path, { method, headers, body: text, signal, keepalive: keepalive && (text?.length ?? 0) < 30_000 ? true : undefined })
}

/** Sends a document and reads the answer, an ApiError when it is no success. */
export async function send<T>(path: string, sent: Sent): Promise<T> {
  const response = await call(path, sent)
  const text = await response.text()
  return (text === '' ? undefined : parseJson(text)) as T
}

export async function sendText(path: string, sent: Sent): Promise<{ text: string; etag: string }> {
  const response = await call(path, sent)
  return { text: await response.text(), etag: response.headers.get('ETag') ?? '' }
}

async function draftOf(response: Response): Promise<ServerDraft> {
  const draft = parseJson(await response.text()) as unknown as ServerDraft
  return { ...draft, problems: draft.problems ?? [], etag: response.headers.get('ETag') ?? draft.etag }
}

/** What may pass by itself is tried again; the rest has to be told, of the places that the page knows. */
export function refusal(error: unknown, held: (pointer: string) => string = (pointer) => pointer): unknown {
  if (!(error instanceof ApiError) || error.offline) return error
  if (error.status >= 500 || error.status === 429 || error.status === 401 || error.status === 408) return error
  return new Refused({ code: error.code, detail: error.message, errors: error.problems.map((one) => ({ ...one, pointer: held(one.pointer) })) }, error.status)
}

export function transportFor(name: string): Transport {
  const path = `/scenarios/${encodeURIComponent(name)}/draft`
  return {
    load: async () => draftOf(await call(path, {})),
    async save(document: Scenario, etag: string, keepalive) {
      try {
        return await draftOf(await call(path, { method: 'PUT', body: { document: plain(document) }, headers: { 'If-Match': etag }, ...(keepalive ? { keepalive } : {}) }))
      } catch (error) {
        if (error instanceof ApiError && error.status === 412) {
          const current = (parseJson(String(error.body)) as { current?: unknown }).current as ServerDraft | undefined
          if (current) throw new Conflict(current)
        }
        throw refusal(error)
      }
    },
  }
}

export interface PreviewAsked {
  document: Scenario
  step: string
  event?: string
  sample?: Sample
}

export const preview = (asked: PreviewAsked, signal: AbortSignal): Promise<Preview> => send('/preview', { method: 'POST', body: { ...asked, document: plain(asked.document) }, signal })

export interface RehearsalAsked {
  scenario: string
  document: Scenario
  event?: string
  sample?: Sample
  outages: ServiceOutage[]
  every?: string
}

/** What would become of an event while services fail. */
export const rehearse = (asked: RehearsalAsked, signal: AbortSignal): Promise<Rehearsal> => send('/rehearse', { method: 'POST', body: { ...asked, document: plain(asked.document) }, signal })

/** A page of the last events, played through the document: what would be sent otherwise than by the published version. */
export const playPast = (scenario: string, document: Scenario, cursor: string, signal: AbortSignal): Promise<SentComparison> =>
  send(`/scenarios/${encodeURIComponent(scenario)}/compare?cursor=${encodeURIComponent(cursor)}`, { method: 'POST', body: { document: plain(document) }, signal })

export interface CheckAsked {
  scenario: string
  document: Scenario
  step?: string
  event?: string
  sample?: Sample
  really: string[]
  all_dry?: boolean
}

export const check = ({ document, ...asked }: CheckAsked, signal: AbortSignal): AsyncGenerator<CheckLine> => checkLines('/check', { ...asked, document: plain(document) }, signal)

/** Begins a check that goes on when this page is left. */
export const checkLines = (path: string, body: object, signal: AbortSignal): AsyncGenerator<CheckLine> => readLines(path, { method: 'POST', body: writeJson({ ...body, goes_on: true }), signal })
