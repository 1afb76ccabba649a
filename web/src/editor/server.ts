/** Calls that carry a document: its numbers keep their digits and its members their order. */
import { ApiError, loggedOut, type CheckLine, type Preview, type Sample } from '@/api'
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

async function ask(path: string, { method = 'GET', body, headers, signal, keepalive }: Sent): Promise<Response> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : writeJson(body)
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: { ...(text !== undefined ? { 'Content-Type': 'application/json' } : {}), ...headers },
      ...(text !== undefined ? { body: text } : {}),
      ...(signal ? { signal } : {}),
      // A browser sends at most 64 KiB from a page that goes away.
      ...(keepalive && (text?.length ?? 0) < 30_000 ? { keepalive } : {}),
    })
    if (response.status === 401) loggedOut()
    return response
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError({ status: 0, code: 'offline', detail: String(cause) })
  }
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text()
  let body: { code?: string; detail?: string; errors?: ApiError['problems'] | null } = {}
  try {
    body = JSON.parse(text) as typeof body
  } catch {
    // Not one of the server's own answers.
  }
  return new ApiError({
    status: response.status,
    code: body.code ?? `http.${response.status}`,
    detail: body.detail ?? response.statusText,
    problems: body.errors ?? [],
    body: text,
  })
}

/** Sends a document and reads the answer, an ApiError when it is no success. */
export async function send<T>(path: string, sent: Sent): Promise<T> {
  const response = await ask(path, sent)
  if (!response.ok) throw await failure(response)
  const text = await response.text()
  return (text === '' ? undefined : parseJson(text)) as T
}

export async function sendText(path: string, sent: Sent): Promise<{ text: string; etag: string }> {
  const response = await ask(path, sent)
  if (!response.ok) throw await failure(response)
  return { text: await response.text(), etag: response.headers.get('ETag') ?? '' }
}

async function draftOf(response: Response): Promise<ServerDraft> {
  const draft = parseJson(await response.text()) as unknown as ServerDraft
  return { ...draft, problems: draft.problems ?? [], etag: response.headers.get('ETag') ?? draft.etag }
}

export function transportFor(name: string): Transport {
  const path = `/scenarios/${encodeURIComponent(name)}/draft`
  return {
    async load() {
      const response = await ask(path, {})
      if (!response.ok) throw await failure(response)
      return draftOf(response)
    },
    async save(document: Scenario, etag: string, keepalive) {
      const response = await ask(path, { method: 'PUT', body: { document: plain(document) }, headers: { 'If-Match': etag }, ...(keepalive ? { keepalive } : {}) })
      if (response.ok) return draftOf(response)
      const error = await failure(response)
      if (error.status === 412) {
        const current = (parseJson(String(error.body)) as { current?: unknown }).current as ServerDraft | undefined
        if (current) throw new Conflict(current)
      }
      // What may pass by itself is tried again; the rest has to be told.
      if (error.status >= 500 || error.status === 429 || error.status === 401 || error.status === 408) throw error
      throw new Refused({ code: error.code, detail: error.message, errors: error.problems }, error.status)
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

export interface CheckAsked {
  scenario: string
  document: Scenario
  step?: string
  event?: string
  sample?: Sample
  really: string[]
  all_dry?: boolean
}

/** The lines of a check as they come. */
export async function* check(asked: CheckAsked, signal: AbortSignal): AsyncGenerator<CheckLine> {
  const response = await ask('/check', { method: 'POST', body: { ...asked, document: plain(asked.document) }, headers: { Accept: 'application/x-ndjson' }, signal })
  if (!response.ok) throw await failure(response)
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    rest += value ?? ''
    const parts = rest.split('\n')
    rest = done ? '' : (parts.pop() ?? '')
    for (const part of parts) if (part.trim()) yield JSON.parse(part) as CheckLine
    if (done) return
  }
}
