import { problemWords } from '@/i18n/problem'
import type { components } from './schema'

/** One mistake, with its place in what was sent. */
export type Problem = components['schemas']['Problem']

/** What the server answered instead of a success; status 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly problems: Problem[]
  readonly retryAfter: number | undefined
  /** The id under which the server's log tells more of its failure. */
  readonly logId: string | undefined
  /** The whole body, for answers that carry more than a problem (a conflict's `current`). */
  readonly body: unknown

  constructor(init: { status: number; code: string; detail: string; problems?: Problem[]; retryAfter?: number; logId?: string | undefined; body?: unknown }) {
    super(init.detail)
    this.name = 'ApiError'
    this.status = init.status
    this.code = init.code
    this.problems = init.problems ?? []
    this.retryAfter = init.retryAfter
    this.logId = init.logId
    this.body = init.body
  }

  /** The server did not answer at all. */
  get offline(): boolean {
    return this.status === 0
  }

  /** What is wrong with one field, in words, by its JSON pointer. */
  at(pointer: string): string | undefined {
    const found = this.problems.find((p) => p.pointer === pointer)
    return found && problemWords(found)
  }
}

/** Reads the error out of an answer that is not a success. */
export function fromAnswer(response: Response, body: unknown, kept: unknown = body): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: string
    detail?: string
    title?: string
    errors?: Problem[] | null
    instance?: string
  }
  const retryAfter = Number(response.headers.get('Retry-After'))
  return new ApiError({
    status: response.status,
    code: problem.code ?? `http.${response.status}`,
    detail: problem.detail ?? problem.title ?? (typeof body === 'string' && body.length < 300 ? body : response.statusText),
    problems: problem.errors ?? [],
    retryAfter: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
    logId: problem.instance?.replace('urn:uuid:', ''),
    body: kept,
  })
}
