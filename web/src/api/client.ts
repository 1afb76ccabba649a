import { loadCodes } from '@/i18n/codes'
import createClient from 'openapi-fetch'
import { ApiError, fromAnswer } from './error'
import type { paths } from './schema'

let onUnauthorized: (() => void) | undefined
/** Says what happens when the server no longer knows who we are. */
export function whenLoggedOut(act: () => void): void {
  onUnauthorized = act
}

/** For calls that do not go through {@link api}: the server answered that it does not know us. */
export const loggedOut = (): void => onUnauthorized?.()

/** fetch, except that a server out of reach is an ApiError as well. */
async function reach(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    if (response.status === 401 && !request.url.endsWith('/api/v1/session')) loggedOut()
    // Whoever shows the error finds its words there: a field says it once and is not drawn again when they come.
    if (!response.ok) await Promise.race([loadCodes(), new Promise((go) => setTimeout(go, 3000))])
    return response
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError({ status: 0, code: 'offline', detail: String(cause) })
  }
}

/** The typed client; wrap a call in {@link call} to get its data or an ApiError. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', credentials: 'same-origin', fetch: reach })

interface Sent {
  method?: string | undefined
  headers?: Record<string, string> | undefined
  /** Text as it goes over the wire. */
  body?: string | undefined
  signal?: AbortSignal | undefined
  keepalive?: boolean | undefined
}

/**
 * The answer to a call whose text is not the client's matter: documents keep the digits of their numbers, and some answers
 * are streams or no JSON. An answer that is no success is thrown as an ApiError whose body is the text.
 */
export async function ask(path: string, sent: Sent): Promise<Response> {
  const { body, headers, ...rest } = sent
  const response = await reach(
    new Request(`${globalThis.location?.origin ?? ''}/api/v1${path}`, {
      credentials: 'same-origin',
      headers: { ...(body !== undefined ? { 'Content-Type': 'application/json' } : {}), ...headers },
      ...(body !== undefined ? { body } : {}),
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    }),
  )
  if (response.ok) return response
  const text = await response.text()
  let said: unknown = text
  try {
    said = JSON.parse(text)
  } catch {
    // Not one of the server's own answers.
  }
  throw fromAnswer(response, said, text)
}

interface Result<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data of a call; every answer that is not a success is thrown as an ApiError. */
export async function call<T>(result: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await result
  if (!response.ok) throw fromAnswer(response, error)
  return data as T
}

/** As {@link call}, with the answer's ETag beside the data. */
export async function callTagged<T>(result: Promise<Result<T>>): Promise<{ data: T; etag: string }> {
  const { data, error, response } = await result
  if (!response.ok) throw fromAnswer(response, error)
  return { data: data as T, etag: response.headers.get('ETag') ?? '' }
}
