import createClient from 'openapi-fetch'
import type { ContractPaths } from './contract'
import { ApiError, fromAnswer } from './error'
import type { paths } from './schema'

// What is typed by hand wins over the generated file until the server's description has it.
type Paths = Omit<paths, keyof ContractPaths> & ContractPaths

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
    return response
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError({ status: 0, code: 'offline', detail: String(cause) })
  }
}

/** The typed client; wrap a call in {@link call} to get its data or an ApiError. */
export const api = createClient<Paths>({ baseUrl: globalThis.location?.origin ?? '', credentials: 'same-origin', fetch: reach })

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
