/** Which steps are asked about before they are checked, and what is remembered of the answers. Pure. */
import type { HttpStep } from '../model/document'

/** The method that is sent when none is chosen depends on the body. */
export const methodOf = (http: HttpStep): string => (http.method ?? (http.body && !http.body.none ? 'POST' : 'GET')).toUpperCase()

/** Reading asks nobody; the built-in receiver is never asked about. */
export function asks(http: HttpStep, isEcho: (url: string) => boolean): boolean {
  const method = methodOf(http)
  return method !== 'GET' && method !== 'HEAD' && !isEcho(http.url)
}

/** What was answered with "do not ask again": a step that sends elsewhere, or does something else there, is asked about anew. */
export type Remembered = Record<string, 'send' | 'show'>

export const askKey = (first: string, http: HttpStep): string => `${first} ${methodOf(http)} ${http.url}`
