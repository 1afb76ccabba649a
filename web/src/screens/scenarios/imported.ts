/** What a pasted text is, as far as its beginning tells. */
export type Recognised = 'curl' | 'documents' | 'unknown'

export function recognise(text: string): Recognised {
  const begun = text.trimStart()
  if (/^(?:\$\s*)?curl(?:\.exe)?\s/.test(begun)) return 'curl'
  // Documents of ours say their kind on a line of its own; as JSON, in a member.
  if (/^kind\s*:\s*(?:Source|Request|Scenario|Settings)\s*$/m.test(text) || /"kind"\s*:\s*"(?:Source|Request|Scenario|Settings)"/.test(text)) return 'documents'
  return 'unknown'
}

interface HttpStep {
  method?: string
  url?: string
  headers?: unknown
  body?: Record<string, unknown>
}

/** The http member of the step that the server made of a command. */
export function httpOf(step: unknown): HttpStep {
  const whole = (typeof step === 'object' && step !== null ? step : {}) as { http?: HttpStep }
  return whole.http ?? {}
}

/** A scenario's title from an address: POST api.example.ru. */
export function titleOf(http: HttpStep): string {
  const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(http.url ?? '')?.[1] ?? http.url ?? ''
  return `${http.method ?? 'GET'} ${host}`.trim().slice(0, 120)
}

/** How many headers a step has, in either of the forms that a document may write them. */
export function headerCount(http: HttpStep): number {
  if (Array.isArray(http.headers)) return http.headers.length
  return typeof http.headers === 'object' && http.headers !== null ? Object.keys(http.headers).length : 0
}
